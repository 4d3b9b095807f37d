"""What is computed ahead, and bound to what it was made from."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from conduct import hub
from conduct.build import build, load_or_build
from conduct.engine import Edition
from conduct.errors import DataError
from conduct.situations import Bank
from conduct.vectors import load, save
from tests.fakes import WordEncoder
from tests.test_index import BANK, CODE

MODEL = "ada/model@abc"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A vectors file of the small code."""
    path = tmp_path / "vectors.safetensors"
    save(build(CODE, BANK, (), WordEncoder()), path, CODE, BANK, MODEL)
    return path


def test_what_was_saved_is_loaded(path: Path):
    """Half precision moves nothing by more than a thousandth."""
    built, loaded = build(CODE, BANK, (), WordEncoder()), load(path, CODE, BANK, MODEL)
    np.testing.assert_allclose(loaded.situations, built.situations, atol=1e-3)
    np.testing.assert_allclose(loaded.words.weights, built.words.weights, atol=1e-3)
    assert loaded.calibration == built.calibration


def test_a_file_is_the_same_each_time(path: Path, tmp_path: Path):
    """A build that changes nothing is no change for git and for the Hub."""
    again = tmp_path / "again.safetensors"
    for _ in range(8):  # the library's own order is by chance: once could be luck
        save(build(CODE, BANK, (), WordEncoder()), again, CODE, BANK, MODEL)
        assert again.read_bytes() == path.read_bytes()


def test_vectors_that_fit_are_not_encoded_again(path: Path):
    """The start embeds nothing that has not changed, but for a sample of three."""
    encoder = WordEncoder()
    load_or_build(path, CODE, BANK, (), encoder, MODEL)
    assert [len(call) for call in encoder.calls] == [3]


@pytest.mark.parametrize("change", [lambda vectors: -vectors, lambda vectors: vectors[:, :4]])
def test_vectors_that_only_say_that_they_are_of_this_model_are_built_anew(path: Path, caplog, change):
    """Other numbers, or of another length: with them each question would fail or find anything."""
    built = load(path, CODE, BANK, MODEL)
    other = replace(
        built,
        pieces=change(built.pieces),
        situations=change(built.situations),
        meaning=replace(built.meaning, weights=change(built.meaning.weights)),
    )
    save(other, path, CODE, BANK, MODEL)
    found = load_or_build(path, CODE, BANK, (), WordEncoder(), MODEL)
    np.testing.assert_allclose(found.pieces, built.pieces, atol=1e-3)
    assert "not what the model makes of the texts" in caplog.text


@pytest.mark.parametrize(
    ("bank", "model", "reason"),
    [
        (Bank(BANK.situations[:2]), MODEL, "other texts"),
        (BANK, "ada/model@def", "the model ada/model@abc"),
    ],
)
def test_other_texts_or_another_model_build_anew_and_say_why(path: Path, caplog, bank: Bank, model: str, reason: str):
    """Old vectors with a new text would show wrong passages."""
    encoder = WordEncoder()
    load_or_build(path, CODE, bank, (), encoder, model)
    assert len(encoder.calls) == 2
    assert reason in caplog.text


def test_a_damaged_file_is_no_reason_to_stop(path: Path, caplog):
    """The Hub may give half a file."""
    path.write_bytes(path.read_bytes()[:100])
    assert load_or_build(path, CODE, BANK, (), WordEncoder(), MODEL).situations.shape == (3, 8)
    assert "damaged" in caplog.text


@pytest.mark.parametrize(
    ("name", "array", "reason"),
    [
        ("situations", np.zeros((2, 8), np.float16), r"situations must have the shape \(3, 8\), but have \(2, 8\)"),
        ("meaning.bias", np.full(3, np.nan, np.float32), "not finite"),
    ],
)
def test_numbers_that_do_not_fit_are_refused(path: Path, name: str, array: np.ndarray, reason: str):
    """A file from the Hub can claim any hash."""
    from safetensors import safe_open

    with safe_open(path, framework="numpy") as file:
        metadata = file.metadata()
    save_file(load_file(path) | {name: array}, path, metadata=metadata)
    with pytest.raises(DataError, match=reason):
        load(path, CODE, BANK, MODEL)


def test_the_bundled_vectors_belong_to_the_bundled_texts(edition: Edition, model: hub.Snapshot):
    """A fresh clone starts without encoding anything."""
    vectors = load(hub.BUNDLED_DATA / hub.VECTORS_FILE, edition.code, edition.bank, model.identity)
    np.testing.assert_allclose(np.linalg.norm(vectors.situations, axis=1), 1, atol=1e-3)
