"""Forgets what Gradio would keep: questions and answers of its last ten thousand sessions, fetched or not."""

import asyncio
import datetime
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from conduct.errors import log_unexpected

# A stream that fetches an answer is open before the answer is there, or right after.
SECONDS = 30.0


@asynccontextmanager
async def forget_ended_sessions(demo: object, gradio_app: object, seconds: float = SECONDS) -> AsyncIterator[None]:
    """While it runs, `demo` and the app that serves it forget each session so long after its last call."""
    # In the server's own loop, where nothing else happens between a look and a deed.
    task = asyncio.create_task(_repeat(demo, gradio_app, seconds))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _repeat(demo: object, gradio_app: object, seconds: float) -> None:
    while True:
        await asyncio.sleep(seconds / 3)
        try:
            forget(demo, gradio_app, seconds)
        except Exception as error:
            log_unexpected(error)


def forget(demo: object, gradio_app: object, seconds: float) -> None:
    """Drop the sessions in which nothing runs and nothing was called for so many seconds."""
    queue, states = demo._queue, gradio_app.state_holder
    running = {event.session_hash for event in list(queue.event_ids_to_events.values())}
    recently = datetime.datetime.now() - datetime.timedelta(seconds=seconds)
    kept = {session for session, used in list(states.time_last_used.items()) if used > recently} | running
    for store in (
        queue.pending_messages_per_session,
        queue.pending_event_ids_session,
        states.session_data,
        states.time_last_used,
    ):
        for session in set(store) - kept:
            store.pop(session, None)
