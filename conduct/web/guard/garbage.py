"""Looks for garbage in time and never for long: a question in a ring of objects stays until Python looks for rings.

By itself Python would look for those that have lasted a while once in days, and through everything that the libraries
made, which takes a tenth of a second in which nobody is answered.
"""

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count

from conduct.api.service import AskService
from conduct.web.guard.background import run_beside

SECONDS = 10.0
# While questions wait it looks at what is young, and so often at all.
ALL_EVERY = 6
YOUNG, ALL = 1, 2
# While the app serves, Python's own looks are short: at some ten thousand new objects, or a hundred thousand.
THRESHOLDS = (10_000, 10, 1_000)


@asynccontextmanager
async def collect_garbage(service: AskService, seconds: float = SECONDS) -> AsyncIterator[None]:
    """While it runs, garbage is collected so often."""
    collector = _Collector(service)
    service.engine.before_ready = collector.settle
    thresholds = gc.get_threshold()
    try:
        async with run_beside(collector.repeat(seconds)):
            yield
    finally:
        gc.unfreeze()
        gc.set_threshold(*thresholds)


class _Collector:
    """What the libraries and the model are made of is not looked through again once it is frozen.

    Nothing is frozen while somebody asks: the question would be among it, for ever.
    """

    def __init__(self, service: AskService) -> None:
        self._service = service
        self._frozen_when_ready: bool | None = None

    def settle(self) -> None:
        """In the thread that has loaded the model, before anybody is answered."""
        gc.collect()
        gc.set_threshold(*THRESHOLDS)
        if not self._service.pending:
            gc.freeze()
            self._frozen_when_ready = True

    async def repeat(self, seconds: float) -> None:
        """Look, again and again."""
        for number in count():
            await asyncio.sleep(seconds)
            if not self._service.engine.loading:
                self._look(number)

    def _look(self, number: int) -> None:
        ready, pending = self._service.engine.ready, self._service.pending
        if ready is not self._frozen_when_ready and not pending:
            gc.collect()
            gc.freeze()
            self._frozen_when_ready = ready
        elif ready is self._frozen_when_ready and (not pending or number % ALL_EVERY == 0):
            gc.collect(ALL)
        else:
            gc.collect(YOUNG)
