"""Forgets what Gradio would keep: questions and answers of its last ten thousand sessions, fetched or not."""

import asyncio
import datetime
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from conduct.errors import log_unexpected
from conduct.web.guard.background import run_beside

# A stream that fetches an answer is open before the answer is there, or right after.
SECONDS = 30.0


@asynccontextmanager
async def forget_ended_sessions(demo: object, gradio_app: object, seconds: float = SECONDS) -> AsyncIterator[None]:
    """While it runs, `demo` and the app that serves it forget each session so long after its last call."""
    _empty_ended_events(demo._queue)
    # In the server's own loop, where nothing else happens between a look and a deed.
    async with run_beside(_repeat(demo, gradio_app, seconds)):
        yield


def _empty_ended_events(queue: object) -> None:
    """Loops of Gradio's queue keep the last event and its task in locals until the next one comes: with the question in
    the event's request, in the task's context, and in the frames of its CancelledError."""
    process = queue.process_events

    async def process_and_empty(events: list, *rest: object) -> None:
        # The task that Gradio keeps is this one; the question is in another, which nobody keeps.
        working = asyncio.create_task(process(events, *rest))
        cancelled = False
        try:
            await working
        except asyncio.CancelledError:
            cancelled = True
        finally:
            del working
            for event in events:
                event.data = event.request = None
        if cancelled:
            raise asyncio.CancelledError

    queue.process_events = process_and_empty


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
