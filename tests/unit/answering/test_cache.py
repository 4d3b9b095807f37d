"""Repeated questions."""

import gc
from dataclasses import replace

from conduct.answering.answerer import Answerer
from conduct.answering.batching import BatchingEncoder
from conduct.answering.cache import AnswerCache
from conduct.answering.engine import Engine
from tests.fakes import WordEncoder

QUESTION = "may I joke about the zanzibaraccent"


def counting(engine: Engine) -> tuple[Answerer, list[list[str]]]:
    """The reader with an empty memory, and what its model is given to read."""
    reader = engine.reader()

    class Counting(WordEncoder):
        def encode(self, texts: list[str]):
            self.calls.append(list(texts))
            return reader.encoder.encode(texts)

    encoder = Counting()
    return replace(reader, encoder=BatchingEncoder(encoder), repeats=AnswerCache()), encoder.calls


def test_a_repeated_question_reaches_no_model(engine: Engine):
    """Whatever the limit; the answer is the same."""
    reader, calls = counting(engine)
    first = reader.answer([QUESTION], 3)[0]
    again, other = reader.answer([QUESTION, "another"], 5)
    assert calls == [[QUESTION], ["another"]]
    assert (again.question, again.passages[:3]) == (QUESTION, first.passages)
    assert (other.question, len(again.passages)) == ("another", 5)


def test_a_question_twice_in_one_call_is_read_once(engine: Engine):
    """And answered twice."""
    reader, calls = counting(engine)
    assert [one.question for one in reader.answer(["same", "other", "same"], 1)] == ["same", "other", "same"]
    assert calls == [["same", "other"]]


def test_another_text_remembers_nothing(engine: Engine):
    """A reader that is swapped in begins with an empty memory."""
    reader, calls = counting(engine)
    reader.answer([QUESTION], 1)
    fresh = Answerer.make(reader.edition, lambda folder, adapter: reader.encoder, reader.model)
    calls.clear()
    fresh.answer([QUESTION], 1)
    assert calls == [[QUESTION]]


def test_the_latest_are_kept_and_no_more():
    """What was asked again counts as new."""
    repeats = AnswerCache(most=2)
    repeats.keep("a", 1)
    repeats.keep("b", 2)
    assert repeats.get("a") == 1
    repeats.keep("c", 3)
    assert [len(repeats), repeats.get("a"), repeats.get("b"), repeats.get("c")] == [2, 1, None, 3]


def test_no_question_is_kept(engine: Engine):
    """Of a question there is a hash, which is another one in each process, and nothing that quotes it."""
    reader, _ = counting(engine)
    reader.answer([QUESTION], 3)
    (name, result), *more = reader.repeats._results.items()
    assert not more
    assert (type(name), len(name)) == (bytes, 16)
    assert name != AnswerCache()._name(QUESTION)
    seen, found = set(), [result]
    while found:
        one = found.pop()
        if id(one) not in seen and not isinstance(one, type):
            seen.add(id(one))
            assert not (isinstance(one, str) and "zanzibar" in one)
            found += gc.get_referents(one)
    assert len(seen) > 50
