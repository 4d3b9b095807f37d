"""Questions, situations and vectors from outside: used, or refused with one sentence; never another exception."""

import json
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from safetensors.numpy import load as read_tensors
from safetensors.numpy import save as write_tensors

from conduct.answering.engine import Engine
from conduct.answering.validation import check_limit, clean_question, clean_questions
from conduct.dataset.situations import read_questions, read_situations
from conduct.errors import DataError, QuestionError
from conduct.ranking.courtesies import essence
from conduct.ranking.fit import build
from conduct.ranking.index import Index
from conduct.ranking.vectors import load, save
from tests.fakes import WordEncoder
from tests.support.fuzzing import any_text, anything, marked, sentence_of
from tests.unit.ranking.test_index import BANK, CODE


@given(any_text | marked)
@example("\ud800 half")
@example("x" * 10_001)
@example("hello, thanks")
def test_any_question_is_understood_or_refused(text: str):
    """Cleaning it again changes nothing; what is compared is a part of it."""
    cleaned = sentence_of(lambda: clean_question(text), QuestionError)
    if cleaned is None:
        return
    assert 1 <= len(cleaned) <= 10_000
    assert cleaned.encode().decode() == cleaned
    assert clean_question(cleaned) == cleaned
    assert essence(cleaned)
    assert essence(cleaned) in cleaned


@given(anything)
def test_anything_but_a_question_is_refused(value: object):
    """Programs may send anything."""
    for check in (clean_question, check_limit, clean_questions):
        sentence_of(lambda check=check: check(value), QuestionError)


@settings(max_examples=25)
@given(st.lists((any_text | marked).filter(lambda text: text.strip()), min_size=1, max_size=8))
def test_any_question_gets_an_answer_in_order(engine: Engine, questions: list[str]):
    """With the real model: plain JSON, probabilities, sentences that are in the text."""
    answers = sentence_of(lambda: engine.ask_many(questions, 10), QuestionError)
    for answer in answers or ():
        json.dumps(answer.model_dump(mode="json"), allow_nan=False, ensure_ascii=False).encode()
        relevance = [shown.relevance for shown in answer.passages]
        assert all(0 <= one <= 1 for one in relevance)
        assert relevance == sorted(relevance, reverse=True)
        assert all(shown.highlight in shown.text for shown in answer.passages)


rows = st.fixed_dictionaries(
    {"text": st.sampled_from(["x", " ", "y" * 1_001, "\ud800"]) | any_text},
    optional={
        "passages": st.dictionaries(st.sampled_from(["words-1", "chances-1", "gone-1"]) | any_text, st.integers(0, 3))
        | anything,
        "theme": anything,
        "split": anything,
    },
)
lines = st.lists(rows.map(json.dumps) | anything.map(json.dumps) | marked, max_size=6).map("\n".join)


@given(lines.map(lambda text: text.encode()) | st.binary(max_size=200))
@example(b"[" * 19_000)
@example(b'{"text": "' + b"x" * 30_000)
@example(b'{"text": "a", "passages": {"words-1": ' + b"1" * 5_000 + b"}}")
@example(b'\xef\xbb\xbf{"text": "a", "passages": {}}')
def test_any_file_of_situations_is_read_or_refused(content: bytes):
    """Situations that are kept lead to passages of the text, and can be encoded."""
    known = {"words-1", "chances-1"}
    with TemporaryDirectory() as folder:
        path = Path(folder) / "situations.jsonl"
        path.write_bytes(content)
        bank = sentence_of(lambda: read_situations(path, known), DataError)
        questions = sentence_of(lambda: read_questions(path, known), DataError)
    assert (bank is None) == (questions is None)
    for situation in bank.situations if bank else ():
        assert situation.shown <= known
        assert situation.text.strip()
        assert len(situation.text.encode()) <= 4_000


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A valid vectors file."""
    path = tmp_path_factory.mktemp("stored") / "vectors.safetensors"
    save(build(CODE, BANK, (), WordEncoder()), path, CODE, BANK, "ada/model@abc")
    return path.read_bytes()


def check_vectors(content: bytes) -> None:
    """Check that a file is refused, or gives answers with finite numbers."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "vectors.safetensors"
        path.write_bytes(content)
        vectors = sentence_of(lambda: load(path, CODE, BANK, "ada/model@abc"), DataError)
    if vectors is not None:
        (found,) = Index(CODE, BANK, vectors).search(["accent joke"], WordEncoder())
        assert 0 <= found.in_scope <= 1
        assert all(0 <= match.relevance <= 1 for match in found.matches)


@given(st.lists(st.tuples(st.integers(0, 2_000), st.binary(min_size=1, max_size=8)), max_size=5), st.integers(0, 3_000))
@example([(0, b"\xff" * 8)], 0)
def test_damaged_vectors_are_refused_or_harmless(stored: bytes, patches: list, lost: int):
    """Bytes that were changed in the header or the first numbers, and an end that is missing."""
    content = bytearray(stored)
    for place, patch in patches:
        content[place : place + len(patch)] = patch
    check_vectors(bytes(content[: len(content) - lost]))


numbers = st.floats(width=32) | st.sampled_from([0.0, 1.0, 65_504.0, 3e38])


@settings(max_examples=60)
@given(
    st.dictionaries(
        st.sampled_from(["pieces", "situations", "meaning.weights", "meaning.bias", "words.bias"]),
        st.tuples(st.lists(st.integers(0, 9), max_size=3), numbers),
        max_size=2,
    ),
    st.lists(numbers, max_size=4).map(json.dumps) | any_text | st.none(),
)
def test_vectors_that_hold_something_else_are_refused_or_harmless(stored: bytes, arrays: dict, calibration: str | None):
    """Any shape, any number, any calibration under the right hash."""
    size = int.from_bytes(stored[:8], "little")
    metadata = json.loads(stored[8 : 8 + size])["__metadata__"]
    if calibration is not None:
        metadata["calibration"] = calibration.encode(errors="replace").decode()
    changed = {name: np.full(shape, value, np.float32) for name, (shape, value) in arrays.items()}
    check_vectors(write_tensors(read_tensors(stored) | changed, metadata=metadata))
