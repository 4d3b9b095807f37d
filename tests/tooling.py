"""The official MCP client, for tests."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client

T = TypeVar("T")


def with_tools(address: str, work: Callable[[ClientSession], Awaitable[T]]) -> T:
    """The result of `work` in a session with the app's tools."""

    async def connected() -> T:
        async with (
            streamable_http_client(f"{address}gradio_api/mcp/") as (read, write, _),
            ClientSession(read, write) as session,
        ):
            await session.initialize()
            return await work(session)

    return asyncio.run(connected())
