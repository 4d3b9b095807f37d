"""Work that goes on in the server's loop while it serves."""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress


@asynccontextmanager
async def run_beside(work: Coroutine) -> AsyncIterator[None]:
    """Run `work` until the block ends; then it is cancelled, and has ended."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
