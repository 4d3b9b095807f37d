"""Looks for garbage in time and never for long: a question in a ring of objects stays until Python looks for rings.

By itself Python would look for those that have lasted a while once in days, and through everything that the libraries
made, which takes a tenth of a second in which nobody is answered.
"""

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from itertools import count

from conduct.api.service import AskService

SECONDS = 10.0
# While questions wait it looks at what is young, and so often at all.
ALL_EVERY = 6
YOUNG, ALL = 1, 2


@asynccontextmanager
async def collect_garbage(service: AskService, seconds: float = SECONDS) -> AsyncIterator[None]:
    """While it runs, garbage is collected so often."""
    task = asyncio.create_task(_repeat(service, seconds))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        gc.unfreeze()


async def _repeat(service: AskService, seconds: float) -> None:
    frozen_when_ready: bool | None = None
    for number in count():
        await asyncio.sleep(seconds)
        if service.engine.loading:
            continue
        ready = service.engine.ready
        if ready is not frozen_when_ready and not service.pending:
            # What the libraries and the model are made of is not looked through again. Nobody asks: no question is
            # among it.
            gc.collect()
            gc.freeze()
            frozen_when_ready = ready
        elif ready is frozen_when_ready and (not service.pending or number % ALL_EVERY == 0):
            gc.collect(ALL)
        else:
            gc.collect(YOUNG)
