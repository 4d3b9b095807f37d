"""The one entry for questions from page, embed, HTTP and MCP: admission limit, fair scheduling, plain errors."""

import asyncio
import math
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import TypeVar

from anyio import CapacityLimiter
from anyio.to_thread import run_sync

from conduct.answering.engine import Engine
from conduct.api.endpoints import endpoint
from conduct.api.turns import MAX_RUNNING_DRAFTS, FairTurns, is_draft, places_of, work_of
from conduct.errors import UNEXPECTED, BusyError, ConductError, QuestionError, UnexpectedError, log_unexpected

T = TypeVar("T")

# Questions of all clients that wait or are being answered: a few seconds of work for two cores.
MAX_PENDING_QUESTIONS = 256
LONGEST_WAIT_SECONDS = 60
BUSY = "No more than {limit} questions can wait at once, and {waiting} do: ask again in {seconds} seconds."
BUSY_ONE = "No more than {limit} questions can wait at once, and {waiting} do: ask again in {seconds} second."
IsDisconnected = Callable[[], Awaitable[bool]]


class AskService:
    """The engine for page, embed, HTTP and MCP. Raises only ConductError."""

    def __init__(
        self, engine: Engine, max_pending: int = MAX_PENDING_QUESTIONS, turns: FairTurns | None = None
    ) -> None:
        self.engine = engine
        self._max_pending = max_pending
        self._turns = turns or FairTurns()
        self._drafts = FairTurns(calls=MAX_RUNNING_DRAFTS)
        self.pending = 0
        # No limit: FairTurns limits the threads for questions, and the text needs no limit.
        self._threads = CapacityLimiter(math.inf)

    async def call(
        self,
        name: str,
        arguments: Mapping[str, object] | Sequence[object],
        is_disconnected: IsDisconnected | None = None,
    ) -> object:
        """The result of an endpoint. If `is_disconnected` says that the client has left, nothing is computed."""
        with _only_conduct_errors():
            called = endpoint(name)
            given = called.arguments(arguments)
            parts = called.parts(given)
            if not parts:
                # Needs no model, so it is not scheduled.
                return await run_sync(called.run, self.engine, given, limiter=self._threads)
            works = [(called.questions(part), lambda part=part: called.run(self.engine, part)) for part in parts]
            return called.join(await self._in_turns(works, is_disconnected))

    async def answer(self, question: str, work: Callable[[], T], is_disconnected: IsDisconnected | None = None) -> T:
        """The result of `work`, which answers `question`; it runs in a thread, in its turn."""
        with _only_conduct_errors():
            return (await self._in_turns([([question], work)], is_disconnected))[0]

    async def _in_turns(
        self, works: Sequence[tuple[Sequence[str], Callable[[], T]]], is_disconnected: IsDisconnected | None
    ) -> list[T]:
        """The results of `works` in order. Raises BusyError at once if too many questions wait already."""
        total = sum(places_of(question) for questions, _ in works for question in questions)
        if self.pending and self.pending + total > self._max_pending:
            raise self._busy()
        tasks = []
        for questions, work in works:
            task = asyncio.create_task(self._in_turn(questions, work, is_disconnected))
            places = sum(map(places_of, questions))
            self.pending += places
            # A callback, since a task that is cancelled before it starts never runs its own code.
            task.add_done_callback(partial(self._give_back, places))
            tasks.append(task)
        try:
            return await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()

    async def _in_turn(
        self, questions: Sequence[str], work: Callable[[], T], is_disconnected: IsDisconnected | None
    ) -> T:
        turns = self._drafts if any(map(is_draft, questions)) else self._turns
        async with turns.turn(sum(map(work_of, questions))) as waited:
            # If it did not wait, the client has had no time to leave.
            if waited and is_disconnected is not None and await is_disconnected():
                raise QuestionError("The asker has left, so nothing was looked up.")
            return await run_sync(work, limiter=self._threads)

    def _give_back(self, places: int, _: asyncio.Task) -> None:
        self.pending -= places

    def _busy(self) -> BusyError:
        seconds_left = self._turns.seconds_left + self._drafts.seconds_left
        seconds = min(max(1, math.ceil(seconds_left)), LONGEST_WAIT_SECONDS)
        return BusyError(BUSY_ONE if seconds == 1 else BUSY, seconds, limit=self._max_pending, waiting=self.pending)


@contextmanager
def _only_conduct_errors() -> Iterator[None]:
    """Turn an unexpected exception into an UnexpectedError, and log where it was raised."""
    try:
        yield
    except ConductError:
        raise
    except Exception as error:
        log_unexpected(error)
        raise UnexpectedError(UNEXPECTED) from None
