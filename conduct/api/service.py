"""What programs can ask for, the same through every client: bounded, and with one sentence for what goes wrong."""

import dataclasses
import math
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TypeVar

from anyio import CapacityLimiter, Semaphore
from anyio.to_thread import run_sync

from conduct.answering.engine import Engine
from conduct.answering.validation import check_limit, clean_question, clean_questions
from conduct.api.schemas import ENDPOINTS, AnswerOut, CodeOut, Endpoint, answer_out, code_out
from conduct.errors import (
    UNEXPECTED,
    BusyError,
    ConductError,
    QuestionError,
    RequestError,
    UnexpectedError,
    log_unexpected,
)

T = TypeVar("T")

# Questions from programs that wait or are being answered: a few seconds of work for two cores.
MAX_PENDING_QUESTIONS = 256
# Threads that answer them. Who waits for a turn holds none, so that the page always gets one.
THREADS = 32
LONGEST_WAIT_SECONDS = 60
# A guess for the first who is turned away; measured from then on.
SECONDS_EACH = 0.02

NAMED = {endpoint.name: endpoint for endpoint in ENDPOINTS}
PATHS = "/ask, /ask_many and /code"


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
    ) -> AnswerOut | list[AnswerOut] | CodeOut:
        """The result of an endpoint. `is_disconnected` says whether the asker has left; that costs no work then."""
        try:
            bound = bind(name, arguments)
            _check(name, bound)
            if name == "ask":
                return answer_out(await self._in_turn(1, lambda: self._engine.ask(**bound), is_disconnected))
            if name == "ask_many":
                answers = await self._in_turn(
                    len(bound["questions"]), lambda: self._engine.ask_many(**bound), is_disconnected
                )
                return [answer_out(answer) for answer in answers]
            # Needs no model, and so no turn.
            return code_out(await run_sync(self._engine.text, limiter=self._threads))
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
        return BusyError(
            f"No more than {self._most} questions can wait at once, and {self.at_once} do: "
            f"ask again in {seconds} second{'s' if seconds > 1 else ''}.",
            seconds,
        )


def endpoint(name: str) -> Endpoint:
    """The endpoint of that name, without its slash. Raises RequestError."""
    if name not in NAMED:
        raise RequestError(f"The endpoints are {PATHS}, but another one was called: correct its name.", 404)
    return NAMED[name]


def bind(name: str, arguments: Mapping[str, object] | Sequence[object]) -> dict[str, object]:
    """Arguments by name, from names or from their order; a default where one is left out, None where there is none.

    Raises QuestionError for what the endpoint does not take, and says nothing yet about the values.
    """
    fields = dataclasses.fields(endpoint(name).takes)
    names = [field.name for field in fields]
    takes = f"/{name} takes {' and '.join(names) or 'no arguments'}"
    if isinstance(arguments, Mapping):
        given = dict(arguments)
        if unknown := [key for key in given if key not in names]:
            raise QuestionError(f"{takes}, but {str(unknown[0])[:40]!r} came as well: leave it out.")
    else:
        if len(arguments) > len(names):
            raise QuestionError(f"{takes}, but {len(arguments)} came: leave out what is too much.")
        given = dict(zip(names, arguments, strict=False))
    defaults = {f.name: None if f.default is dataclasses.MISSING else f.default for f in fields}
    return {**defaults, **given}


def _check(name: str, bound: Mapping[str, object]) -> None:
    """Raise QuestionError at once for values that the engine would refuse when their turn comes."""
    if name == "ask":
        clean_question(bound["question"])
    if name == "ask_many":
        clean_questions(bound["questions"])
    if "limit" in bound:
        check_limit(bound["limit"])
