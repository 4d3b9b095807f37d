"""Encoding and searching together what waits together."""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import count

import numpy as np
import pytest

from conduct.answering import batching
from conduct.answering.answerer import Answerer
from conduct.answering.batching import BatchingEncoder
from conduct.answering.engine import Engine
from conduct.errors import UnexpectedError
from tests.fakes import WordEncoder

ASKERS = 32


class Held(WordEncoder):
    """Encodes when it is released, and fails for a text that says so."""

    def __init__(self) -> None:
        super().__init__()
        self.began = threading.Event()
        self.go = threading.Event()

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Unit vectors, late."""
        vectors = super().encode(texts)
        self.began.set()
        assert self.go.wait(60)
        if "fail" in texts:
            raise ValueError("fail")
        return vectors


def waiting(held: Held, dispatcher: BatchingEncoder, texts: list[str], pool: ThreadPoolExecutor) -> list:
    """The first text is being encoded; the others wait, in this order, each asked in its own thread."""
    first = pool.submit(dispatcher.encode, ["first"])
    assert held.began.wait(60)
    others = []
    for text in texts:
        others.append(pool.submit(dispatcher.encode, [text]))
        while len(dispatcher._waiting) < len(others):
            assert not others[-1].done()
    return [first, *others]


def test_what_waits_is_encoded_together_and_each_gets_its_own():
    """One call for the first, who found nobody waiting; then as many as fit at a time, in their order."""
    held = Held()
    with ThreadPoolExecutor(8) as pool:
        results = waiting(held, BatchingEncoder(held, max_batch=3), ["accent", "joke", "slot", "fair"], pool)
        held.go.set()
        vectors = [result.result(60) for result in results]
    assert held.calls == [["first"], ["accent", "joke", "slot"], ["fair"]]
    assert [int(one.argmax()) for one in vectors] == [7, 0, 1, 2, 3]


def test_a_failure_reaches_those_it_belongs_to_and_the_next_ones_are_encoded():
    """A worker outlives it."""
    held = Held()
    with ThreadPoolExecutor(8) as pool:
        results = waiting(held, BatchingEncoder(held, max_batch=2), ["accent", "fail", "joke"], pool)
        held.go.set()
        assert [type(result.exception(60)) for result in results] == [
            type(None),
            UnexpectedError,
            UnexpectedError,
            type(None),
        ]


def test_many_texts_at_once_come_back_in_order():
    """They are encoded in that order."""
    encoder = WordEncoder()
    vectors = BatchingEncoder(encoder).encode(["a sentence with an accent in it", "joke", "slots are full", "fair"])
    assert [int(one.argmax()) for one in vectors] == [0, 1, 2, 3]
    assert encoder.calls == [["a sentence with an accent in it", "joke", "slots are full", "fair"]]
    assert BatchingEncoder(encoder).encode([]).shape == (0, 8)


class Two(WordEncoder):
    """Encodes exactly two batches at a time."""

    workers = 2

    def __init__(self) -> None:
        super().__init__()
        self.both = threading.Barrier(2)

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Unit vectors, when the other batch has begun."""
        self.both.wait(60)
        return super().encode(texts)


def test_workers_that_are_idle_share_what_waits():
    """Four texts at once are two for each, where one worker could read all."""
    encoder = Two()
    vectors = BatchingEncoder(encoder, max_batch=8).encode(["joke", "slot", "fair", "accent"])
    assert [int(one.argmax()) for one in vectors] == [1, 2, 3, 0]
    assert sorted(encoder.calls) == [["fair", "accent"], ["joke", "slot"]]


class Named:
    """An index that finds its own name for each text, and remembers its batches."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.asked: list[list[str]] = []

    def search(self, questions: Sequence[str], encoder: Held) -> list[tuple[str, str]]:
        """Encode, as an index does."""
        encoder.encode(questions)
        self.asked.append(list(questions))
        return [(self.name, question) for question in questions]


def test_what_waits_is_searched_together_but_never_in_two_texts_at_once():
    """While a text is replaced, some questions still wait for the old one: each gets what its own index finds.

    They are taken in their order, up to the first that waits for another.
    """
    held, old, new = Held(), Named("old"), Named("new")
    dispatcher = BatchingEncoder(held, max_batch=8)
    asked = [(old, "a"), (old, "b"), (new, "c"), (new, "d"), (None, "joke"), (old, "e")]
    with ThreadPoolExecutor(8) as pool:
        first = pool.submit(dispatcher.search, old, ["first"])
        assert held.began.wait(60)
        others = []
        for index, text in asked:
            one = (dispatcher.encode, [text]) if index is None else (dispatcher.search, index, [text])
            others.append(pool.submit(*one))
            while len(dispatcher._waiting) < len(others):
                assert not others[-1].done()
        held.go.set()
        assert first.result(60) == [("old", "first")]
        for (index, text), result in zip(asked, others, strict=True):
            if index is None:
                assert int(result.result(60)[0].argmax()) == 1
            else:
                assert result.result(60) == [(index.name, text)]
    assert old.asked == [["first"], ["a", "b"], ["e"]]
    assert new.asked == [["c", "d"]]


@pytest.fixture(scope="module")
def alone(engine: Engine) -> Answerer:
    """The same reader, which encodes one question at a time."""
    return replace(engine.answerer(), encoder=BatchingEncoder(engine.answerer().encoder._encoder, max_batch=1))


def test_nobody_gets_the_passages_of_anothers_question(engine: Engine, alone: Answerer):
    """32 at once, each answer compared with what the question gets alone: the same to 1e-5 in relevance."""
    questions = [question.text for question in engine.answerer().dataset.read_questions()[: ASKERS * 3]]
    together = engine.answerer()
    began = threading.Barrier(ASKERS)

    def ask(own: int) -> list:
        began.wait(60)
        return [together.answer([question], 10)[0] for question in questions[own::ASKERS]]

    with ThreadPoolExecutor(ASKERS) as pool:
        answers = [None] * len(questions)
        for own, mine in enumerate(pool.map(ask, range(ASKERS))):
            answers[own::ASKERS] = mine
    wanted = [alone.answer([question], 10)[0] for question in questions]
    for answer, expected in zip(answers, wanted, strict=True):
        assert answer.question == expected.question
        # Passages with almost the same relevance may change places.
        relevance = {shown.id: shown.relevance for shown in expected.passages}
        assert {s.id: s.relevance for s in answer.passages} == pytest.approx(relevance, abs=1e-5)
        assert [s.relevance for s in answer.passages] == pytest.approx(list(relevance.values()), abs=1e-5)


def test_sentences_of_a_draft_let_questions_go_first_and_are_never_forgotten():
    """After four batches of questions it is their turn all the same."""
    held, index = Held(), Named("text")
    dispatcher = BatchingEncoder(held, max_batch=1)
    with ThreadPoolExecutor(16) as pool:
        first = pool.submit(dispatcher.search, index, ["first"])
        assert held.began.wait(60)
        draft = pool.submit(dispatcher.search_draft, index, list("abcde"))
        while len(dispatcher._of_drafts) < 5:
            assert not draft.done()
        questions = []
        for number in range(5):
            questions.append(pool.submit(dispatcher.search, index, [f"question {number}"]))
            while len(dispatcher._waiting) < len(questions):
                assert not questions[-1].done()
        held.go.set()
        assert draft.result(60) == [("text", sentence) for sentence in "abcde"]
        assert [question.result(60) for question in [first, *questions]]
    asked = [[f"question {number}"] for number in range(5)]
    assert index.asked == [["first"], *asked[:4], list("abc"), asked[4], list("de")]


@pytest.mark.parametrize(
    ("sentences", "turns"), [("abc", [["a", "b", "c"], ["other"]]), ("abcd", [["other"], ["a", "b", "c"], ["d"]])]
)
def test_a_draft_of_three_sentences_waits_as_a_question_does(sentences: str, turns: list[list[str]]):
    """They are no more work than the questions of three visitors; behind those of many they would wait for seconds."""
    held, index = Held(), Named("text")
    dispatcher = BatchingEncoder(held, max_batch=3)
    with ThreadPoolExecutor(8) as pool:
        first = pool.submit(dispatcher.search, index, ["first"])
        assert held.began.wait(60)
        draft = pool.submit(dispatcher.search_draft, index, list(sentences))
        while len(dispatcher._waiting) + len(dispatcher._of_drafts) < len(sentences):
            assert not draft.done()
        other = pool.submit(dispatcher.search, index, ["other"])
        while len(dispatcher._waiting) + len(dispatcher._of_drafts) == len(sentences):
            assert not other.done()
        held.go.set()
        for result in (first, draft, other):
            result.result(60)
    assert index.asked == [["first"], *turns]


class Gate:
    """An index whose searches wait until they are released; it counts the concurrent ones."""

    def __init__(self) -> None:
        self.go, self.lock = threading.Event(), threading.Lock()
        self.now = self.most = 0

    def search(self, texts: Sequence[str], encoder: object) -> list[str]:
        """The texts themselves."""
        with self.lock:
            self.now += 1
            self.most = max(self.most, self.now)
        if "question" not in texts:
            self.go.wait(0.2)
        with self.lock:
            self.now -= 1
        return list(texts)


@pytest.mark.parametrize(("since", "at_a_time"), [(0.0, 1), (10.0, 2)])
def test_while_others_ask_one_worker_reads_drafts(monkeypatch: pytest.MonkeyPatch, since: float, at_a_time: int):
    """The next question finds the other one; all of the draft is read either way."""
    clock = iter(count(0.0, since))
    monkeypatch.setattr(batching, "monotonic", lambda: next(clock))
    encoder, index = WordEncoder(), Gate()
    encoder.workers = 2
    dispatcher = BatchingEncoder(encoder)
    assert dispatcher.search(index, ["question"]) == ["question"]
    sentences = [str(number) for number in range(12)]
    assert dispatcher.search_draft(index, sentences) == sentences
    assert index.most == at_a_time


class HeldDraft:
    """An index that finds at once what is asked, and reads a draft when it is let go."""

    def __init__(self) -> None:
        self.reading, self.go = threading.Event(), threading.Event()

    def search(self, texts: Sequence[str], encoder: object) -> list[str]:
        """The texts themselves."""
        if "question" not in texts:
            self.reading.set()
            assert self.go.wait(60)
        return list(texts)


def test_a_question_is_answered_however_long_a_draft_is_read_and_the_draft_is_read_to_its_end():
    """Also when it would be the draft's turn, which one worker alone takes while others ask."""
    encoder, index = WordEncoder(), HeldDraft()
    encoder.workers = 2
    dispatcher = BatchingEncoder(encoder)
    with ThreadPoolExecutor(2) as pool:
        assert dispatcher.search(index, ["question"]) == ["question"]
        draft = pool.submit(dispatcher.search_draft, index, list("abcdefgh"))
        assert index.reading.wait(60)
        for _ in range(2 * batching.OVERTAKING):
            assert pool.submit(dispatcher.search, index, ["question"]).result(60) == ["question"]
        assert not draft.done()
        index.go.set()
        assert draft.result(60) == list("abcdefgh")
