"""What programs can ask for, the same through every client: bounded, and with one sentence for what goes wrong."""

import math
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TypeVar

from anyio import CapacityLimiter, Semaphore
from anyio.to_thread import run_sync

from conduct.answering.engine import Engine
from conduct.api.endpoints import endpoint
from conduct.errors import UNEXPECTED, BusyError, ConductError, QuestionError, UnexpectedError, log_unexpected

T = TypeVar("T")

# Questions from programs that wait or are being answered: a few seconds of work for two cores.
MAX_PENDING_QUESTIONS = 256
# Threads that answer them. Who waits for a turn holds none, so that the page always gets one.
THREADS = 32
LONGEST_WAIT_SECONDS = 60
# A guess for the first who is turned away; measured from then on.
SECONDS_EACH = 0.02
BUSY = "No more than {most} questions can wait at once, and {waiting} do: ask again in {seconds} seconds."
BUSY_ONE = "No more than {most} questions can wait at once, and {waiting} do: ask again in {seconds} second."


class AskService:
    """The endpoints for whoever serves them: Gradio, plain HTTP, MCP. Raises nothing but ConductError."""

    def __init__(self, engine: Engine, most: int = MAX_PENDING_QUESTIONS) -> None:
        self._engine = engine
        self._most = most
        self.at_once = 0
        self._seconds_each = SECONDS_EACH
        self._turns = Semaphore(THREADS)
        # The turns limit it already.
        self._threads = CapacityLimiter(math.inf)

    async def call(
        self,
        name: str,
        arguments: Mapping[str, object] | Sequence[object],
        is_disconnected: Callable[[], Awaitable[bool]] | None = None,
    ) -> object:
        """The result of an endpoint. `is_disconnected` says whether the asker has left; that costs no work then."""
        try:
            called = endpoint(name)
            given = called.arguments(arguments)
            count = called.questions(given)
            if not count:
                # Needs no model, and so no turn.
                return await run_sync(called.run, self._engine, given, limiter=self._threads)
            return await self._in_turn(count, lambda: called.run(self._engine, given), is_disconnected)
        except ConductError:
            raise
        except Exception as error:
            log_unexpected(error)
            raise UnexpectedError(UNEXPECTED) from None

    async def _in_turn(
        self, count: int, work: Callable[[], T], is_disconnected: Callable[[], Awaitable[bool]] | None
    ) -> T:
        """`work` in a thread when its turn comes; BusyError at once if too many wait already."""
        if self.at_once and self.at_once + count > self._most:
            raise self._busy()
        self.at_once += count
        ahead, began = self.at_once, time.monotonic()
        try:
            async with self._turns:
                if is_disconnected is not None and await is_disconnected():
                    raise QuestionError("The asker has left, so nothing was looked up.")
                result = await run_sync(work, limiter=self._threads)
        finally:
            self.at_once -= count
        self._seconds_each += ((time.monotonic() - began) / ahead - self._seconds_each) / 10
        return result

    def _busy(self) -> BusyError:
        seconds = min(max(1, math.ceil(self.at_once * self._seconds_each)), LONGEST_WAIT_SECONDS)
        return BusyError(BUSY_ONE if seconds == 1 else BUSY, seconds, most=self._most, waiting=self.at_once)
