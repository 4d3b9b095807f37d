"""Fair scheduling of calls by their work, so that long questions do not hold up short ones. For one event loop."""

import asyncio
import heapq
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count

# The work for a question: one unit for each such number of characters, and one unit for the search.
CHARACTERS_PER_UNIT = 100
# A longer text is scheduled among drafts only, since its sentences let questions go first (answering/batching.py).
MAX_QUESTION_CHARACTERS = 1_000
MAX_RUNNING_DRAFTS = 2
# Limits for what runs at once: enough for two encoders with a full batch each, and so little that a new call does not
# wait long.
MAX_RUNNING_CALLS = 32
MAX_RUNNING_WORK = 96
# Limits for a part of a longer call: its questions are encoded together, but do not occupy the encoders for long.
MAX_PART_QUESTIONS = 8
MAX_PART_WORK = 44
# A call of n units can be overtaken only by calls that arrive while the next OVERTAKING * n units are done.
OVERTAKING = 4
# The estimate until something has been measured.
SECONDS_PER_UNIT = 0.02
# After this number of units, earlier measurements are halved (an exponential average).
REMEMBERED_UNITS = 200


def work_of(question: str) -> int:
    """How many units of work a question takes."""
    return 1 + len(question) // CHARACTERS_PER_UNIT


def is_draft(question: str) -> bool:
    """Whether a text is scheduled among drafts."""
    return len(question) > MAX_QUESTION_CHARACTERS


def places_of(question: str) -> int:
    """How many of the MAX_PENDING_QUESTIONS places the text takes."""
    return 1 + (len(question) - 1) // MAX_QUESTION_CHARACTERS


def in_parts(questions: Sequence[str]) -> list[list[str]]:
    """`questions` in order, in parts that are scheduled separately; each draft is a part of its own."""
    parts: list[list[str]] = []
    room = 0
    for question in questions:
        if not parts or len(parts[-1]) == MAX_PART_QUESTIONS or work_of(question) > room or is_draft(question):
            parts.append([])
            room = MAX_PART_WORK
        parts[-1].append(question)
        room -= work_of(question)
        if is_draft(question):
            room = 0
    return parts


@dataclass(order=True, slots=True)
class _Waiting:
    due: int
    arrival: int
    work: int = field(compare=False)
    admitted: asyncio.Future = field(compare=False)


class FairTurns:
    """Admits calls in the order of: the work that was done when a call arrived, plus OVERTAKING times its own work."""

    def __init__(
        self,
        calls: int = MAX_RUNNING_CALLS,
        work: int = MAX_RUNNING_WORK,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._calls = calls
        self._work = work
        self._clock = clock
        self._arrivals = count()
        self._waiting: list[_Waiting] = []
        self._running_calls = 0
        self._running_work = 0
        self._pending_work = 0
        self._done = 0
        self._measured_since = 0.0
        self._measured_units = 10.0
        self._measured_seconds = 10.0 * SECONDS_PER_UNIT

    @property
    def seconds_left(self) -> float:
        """Estimated seconds until all running and waiting calls are done, at the recent pace."""
        return self._pending_work * self._measured_seconds / self._measured_units

    @asynccontextmanager
    async def turn(self, work: int) -> AsyncIterator[bool]:
        """Wait for a turn for `work` units, and hold it; the value is whether the call had to wait."""
        admitted = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, _Waiting(self._done + OVERTAKING * work, next(self._arrivals), work, admitted))
        self._pending_work += work
        self._admit()
        waited = not admitted.done()
        try:
            await admitted
        except asyncio.CancelledError:
            self._pending_work -= work
            # Admitted before the cancellation arrived.
            if not admitted.cancelled():
                self._release(work)
            raise
        try:
            yield waited
        finally:
            self._pending_work -= work
            self._done += work
            self._measure(work)
            self._release(work)

    def _admit(self) -> None:
        while self._waiting:
            first = self._waiting[0]
            if not first.admitted.done():
                full = self._running_calls >= self._calls or self._running_work + first.work > self._work
                # A call that is larger than the limit runs alone.
                if self._running_calls and full:
                    return
                if not self._running_calls:
                    self._measured_since = self._clock()
                self._running_calls += 1
                self._running_work += first.work
                first.admitted.set_result(None)
            heapq.heappop(self._waiting)

    def _release(self, work: int) -> None:
        self._running_calls -= 1
        self._running_work -= work
        self._admit()

    def _measure(self, work: int) -> None:
        """Measure the pace. Calls run concurrently, so the cost of one is the time since the previous one ended."""
        now = self._clock()
        self._measured_seconds += now - self._measured_since
        self._measured_units += work
        self._measured_since = now
        if self._measured_units > REMEMBERED_UNITS:
            self._measured_seconds /= 2
            self._measured_units /= 2
