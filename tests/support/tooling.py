"""The official MCP client, and event loops in other threads: Playwright's runs in the main thread."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client

T = TypeVar("T")


def apart(work: Callable[[], T]) -> T:
    """The result of `work`, run in another thread."""
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(work).result()


def run(coroutine: Coroutine[None, None, T]) -> T:
    """The result of a coroutine."""
    return apart(lambda: asyncio.run(coroutine))


def with_tools(address: str, work: Callable[[ClientSession], Awaitable[T]]) -> T:
    """The result of `work` in a session with the app's tools."""

    async def connected() -> T:
        async with (
            streamable_http_client(f"{address}gradio_api/mcp/") as (read, write, _),
            ClientSession(read, write) as session,
        ):
            await session.initialize()
            return await work(session)

    return run(connected())
