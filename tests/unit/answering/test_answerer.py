"""A dataset revision together with a model."""

from datetime import date
from pathlib import Path

import pytest

from conduct.answering.answerer import Answerer, source_of
from conduct.answering.dataset_revision import DatasetRevision
from conduct.dataset.files import TEXT_FILE
from conduct.errors import ModelError
from conduct.hub.snapshot import Snapshot
from conduct.model.sentence_transformer import SentenceEncoder
from conduct.ranking import any_code
from tests.fakes import WORDS, WordEncoder
from tests.support import tiny_encoder


def revision(folder: Path, words: str) -> DatasetRevision:
    """A text in `folder`."""
    folder.mkdir()
    (folder / TEXT_FILE).write_text(f"## Ours\n\n{words}\n", encoding="utf-8")
    return DatasetRevision.read(Snapshot(folder, folder.name, "local"))


def test_a_new_text_is_read_by_the_model_that_serves(tmp_path: Path):
    """No second model is loaded."""
    model, loaded = Snapshot(tmp_path, "words", "local"), []

    def load(folder: Path) -> WordEncoder:
        loaded.append(folder)
        return WordEncoder()

    first = Answerer.make(revision(tmp_path / "a", "No accent is wrong."), load, model)
    second = Answerer.make(revision(tmp_path / "b", "No joke is fair."), load, model, first)
    assert second.encoder is first.encoder
    assert second.answer(["a joke"], 1)[0].passages[0].text == "No joke is fair."
    assert loaded == [tmp_path]


def test_what_is_known_of_any_code_comes_with_the_encoder(tmp_path: Path, tiny: Path):
    """And the measured languages."""
    model = Snapshot(tiny, "packaged", "packaged")
    made = Answerer.make(revision(tmp_path / "a", "No accent is wrong."), SentenceEncoder.load, model)
    assert made.index.known.bands == tiny_encoder.ANY_CODE.bands
    assert made.languages == {"en", "de"}


def test_of_another_model_nothing_is_known(tmp_path: Path):
    """The similarity curve is used for it."""
    made = Answerer.make(
        revision(tmp_path / "a", "No accent is wrong."), lambda _: WordEncoder(), Snapshot(tmp_path, "words", "local")
    )
    assert made.index.known is None


def test_a_question_that_was_asked_before_is_read_again(tmp_path: Path):
    """Answers are not cached: otherwise the time of an answer would tell that somebody has asked this before."""
    encoder = WordEncoder()
    made = Answerer.make(
        revision(tmp_path / "a", "No accent is wrong."), lambda _: encoder, Snapshot(tmp_path, "words", "local")
    )
    encoder.calls.clear()
    assert made.answer(["an accent"], 1) == made.answer(["an accent"], 1)
    assert encoder.calls == [["an accent"], ["an accent"]]


def test_numbers_for_vectors_of_another_length_are_refused(tmp_path: Path):
    """Each question would fail."""
    model = Snapshot(tmp_path, "words", "local")
    assert len(WORDS) != tiny_encoder.HIDDEN
    any_code.save(tiny_encoder.ANY_CODE, tmp_path / any_code.FILE, "words@local")
    with pytest.raises(ModelError, match=r"^any_code\.safetensors is damaged"):
        Answerer.make(revision(tmp_path / "a", "No accent is wrong."), lambda _: WordEncoder(), model)


def test_a_text_is_as_of_the_day_that_its_owner_says_else_of_its_commit(tmp_path: Path):
    """A commit may have changed only situations."""
    (tmp_path / TEXT_FILE).write_text("---\ndate: 2026-11-01\n---\nBe kind.\n", encoding="utf-8")
    commit = Snapshot(tmp_path, "ada/code", "a" * 40, day=date(2026, 11, 20))
    assert source_of(DatasetRevision.read(commit), None).day == date(2026, 11, 1)
    (tmp_path / TEXT_FILE).write_text("Be kind.\n", encoding="utf-8")
    assert source_of(DatasetRevision.read(commit), None).day == date(2026, 11, 20)
    assert source_of(DatasetRevision.read(Snapshot(tmp_path, "ours", "local")), None).day is None
