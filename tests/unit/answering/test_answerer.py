"""Answers from one dataset revision and one model."""

from pathlib import Path

import pytest

from conduct.answering.answerer import Answerer
from tests.fakes import word_engine
from tests.support.traces import held_texts, without_gc


@pytest.fixture
def answerer(tmp_path: Path) -> Answerer:
    """An answerer whose model counts words and remembers what it was given."""
    answerer = word_engine(tmp_path).reader()
    answerer.encoder._encoder.calls.clear()
    return answerer


def test_a_question_that_was_asked_before_takes_the_same_work(answerer: Answerer):
    """A stranger cannot tell whether it was: each time the model reads it, and nothing else differs."""
    first, again = (answerer.answer(["may I joke about the accent"], 3) for _ in range(2))
    assert first == again
    assert answerer.encoder._encoder.calls == [["may I joke about the accent"]] * 2


def test_a_question_twice_in_one_call_is_read_once(answerer: Answerer):
    """And answered twice."""
    answers = answerer.answer(["same joke", "other slot", "same joke"], 1)
    assert [answer.question for answer in answers] == ["same joke", "other slot", "same joke"]
    assert answerer.encoder._encoder.calls == [["same joke", "other slot"]]


def test_an_answered_question_stays_in_no_live_object(answerer: Answerer):
    """Once its answer is dropped, even before garbage is collected."""
    with without_gc():
        for number in range(50):
            answerer.answer([f"zanzibarquestion {number}"], 3)
        answerer.encoder._encoder.calls.clear()
        assert held_texts("zanzibarquestion ") == []
