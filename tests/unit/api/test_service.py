"""Shared by all clients: arguments, scheduling, errors."""

import asyncio
import logging
import threading

import pytest

from conduct.api.endpoints import endpoint
from conduct.api.schemas import AskInput
from conduct.api.service import AskService
from conduct.api.turns import MAX_RUNNING_CALLS
from conduct.errors import UNEXPECTED, BusyError, ConductError, QuestionError, RequestError, UnexpectedError
from tests.support.tooling import run


class Slow:
    """An engine that answers when it is released."""

    def __init__(self) -> None:
        self.go = threading.Event()
        self.asked: list[list[str]] = []

    def ask_many(self, questions: list[str], limit: int) -> list:
        """Nothing, late."""
        self.asked.append(questions)
        self.go.wait(60)
        return []


class Broken:
    """An engine that fails with a message that quotes the question."""

    def ask(self, question: str, limit: int) -> None:
        """Fail."""
        raise KeyError(question)


@pytest.mark.parametrize(
    ("arguments", "bound"),
    [
        ({"question": "x"}, AskInput("x", 3)),
        (["x", 5], AskInput("x", 5)),
        ({"limit": 1.0, "question": " x "}, AskInput("x", 1)),
    ],
)
def test_arguments_by_name_or_in_order(arguments: object, bound: AskInput):
    """They are cleaned, with defaults; a missing argument is refused with a sentence."""
    assert endpoint("ask").arguments(arguments) == bound
    with pytest.raises(QuestionError, match="but nothing came"):
        endpoint("ask").arguments({})


def test_arguments_that_there_are_not():
    """Unknown arguments, and an unknown endpoint."""
    with pytest.raises(QuestionError, match=r"^/code takes no arguments, but 1 came: leave out what is too much\.$"):
        endpoint("code").arguments(["x"])
    with pytest.raises(RequestError) as refused:
        endpoint("nope")
    assert refused.value.status == 404


def test_a_fault_of_ours_is_one_sentence_and_logs_no_question(caplog: pytest.LogCaptureFixture):
    """The log has the place and the kind of the error."""
    with caplog.at_level(logging.ERROR), pytest.raises(UnexpectedError) as failed:
        run(AskService(Broken()).call("ask", {"question": "secret"}))
    assert (str(failed.value), failed.value.status) == (UNEXPECTED, 500)
    assert "Unexpected KeyError at test_service.py:" in caplog.text
    assert "secret" not in caplog.text


def test_too_many_are_refused_at_once_and_the_places_come_back():
    """A call counts as many questions as it has; if nothing else waits, a call may be larger than the limit."""

    async def crowd() -> tuple[str, int]:
        engine = Slow()
        service = AskService(engine, max_pending=4)
        first = asyncio.create_task(service.call("ask_many", {"questions": ["a", "b", "c"]}))
        await asyncio.sleep(0)
        with pytest.raises(BusyError) as refused:
            await service.call("ask_many", {"questions": ["d", "e"]})
        engine.go.set()
        await first
        await service.call("ask_many", {"questions": ["d"] * 4})
        return str(refused.value), refused.value.seconds

    sentence = "No more than 4 questions can wait at once, and 3 do: ask again in 1 second."
    assert run(crowd()) == (sentence, 1)


def test_who_has_left_or_was_cancelled_is_not_looked_up():
    """It is checked when its turn comes; its places are free again."""

    async def left() -> list[list[str]]:
        engine = Slow()
        service = AskService(engine)
        held = [
            asyncio.create_task(service.call("ask_many", {"questions": ["held"]})) for _ in range(MAX_RUNNING_CALLS)
        ]

        async def gone() -> bool:
            return True

        waiting = asyncio.create_task(service.call("ask_many", {"questions": ["gone"]}, gone))
        cancelled = asyncio.create_task(service.call("ask_many", {"questions": ["cancelled"]}))
        await asyncio.sleep(0)
        cancelled.cancel()
        engine.go.set()
        with pytest.raises(ConductError, match="has left"):
            await waiting
        with pytest.raises(asyncio.CancelledError):
            await cancelled
        await asyncio.gather(*held)
        assert service.pending == 0
        return engine.asked

    assert run(left()) == [["held"]] * MAX_RUNNING_CALLS


def test_drafts_wait_for_drafts_and_not_in_the_way_of_questions():
    """Two run at a time; a later question is answered while the third one waits."""

    async def ask() -> list[list[str]]:
        engine = Slow()
        service = AskService(engine)
        drafts = [str(number) * 2_000 for number in range(3)]
        calls = [asyncio.create_task(service.call("ask_many", [[text]])) for text in [*drafts, "short"]]
        while len(engine.asked) < 3:
            await asyncio.sleep(0.01)
        asked, pending = sorted(questions[0][:5] for questions in engine.asked), service.pending
        engine.go.set()
        await asyncio.gather(*calls)
        assert service.pending == 0
        return [asked, pending]

    assert run(ask()) == [["00000", "11111", "short"], 7]
