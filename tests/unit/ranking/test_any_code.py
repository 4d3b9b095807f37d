"""Scores for questions and passages of any code."""

from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from conduct.dataset.files import write_tensors
from conduct.dataset.tensors import read_header
from conduct.errors import ModelError
from conduct.ranking.any_code import (
    FILE,
    MAX_WEIGHT,
    RELEVANCE_FEATURES,
    SCOPE_FEATURES,
    TEMPERATURE,
    AnyCode,
    load,
    relevance_features,
    save,
    scope_features,
)
from conduct.ranking.calibration import Bands

ENCODER = "conduct-encoder@0123"
KNOWN = AnyCode(
    conduct=np.array([1.0, -2.0, 0.5], dtype=np.float32),
    scope=np.array([1.0, 2.0, 0.0, -1.0], dtype=np.float32),
    relevance=np.array([2.0, 0.5, 0.0, 0.0, -1.0], dtype=np.float32),
    bands=Bands(0.75, 0.25),
)
CONDUCT = np.array([4.0, -4.0])
COSINES = np.array([[0.9, 0.3, 0.6], [0.2, 0.2, 0.2]])


def test_the_features_of_scope():
    """How little it is about conduct, the closest passage, and how far all are from it on average."""
    features = scope_features(CONDUCT, COSINES)
    assert features.shape == (2, SCOPE_FEATURES)
    np.testing.assert_allclose(features, [[0, 0.9, 0.3], [-1, 0.2, 0]], atol=1e-12)


@pytest.mark.parametrize("passages", [1, 2, 7])
def test_a_code_of_any_length_has_the_same_features(passages: int):
    """Also one with a single passage."""
    cosines = np.full((4, passages), 0.5)
    assert scope_features(np.zeros(4), cosines).shape == (4, SCOPE_FEATURES)
    assert relevance_features(np.zeros(4), cosines).shape == (4, passages, RELEVANCE_FEATURES)
    np.testing.assert_allclose(scope_features(np.zeros(4), cosines)[:, 2], 0)


def test_the_features_of_relevance():
    """The cosine, the logarithm of its share among all, how far behind the best, and about conduct or not."""
    features = relevance_features(CONDUCT, COSINES)
    assert features.shape == (2, 3, RELEVANCE_FEATURES)
    np.testing.assert_allclose(features[..., 0], COSINES)
    shares = np.exp(COSINES / TEMPERATURE)
    np.testing.assert_allclose(np.exp(features[..., 1]), shares / shares.sum(axis=1, keepdims=True))
    np.testing.assert_allclose(features[..., 2], [[0, -0.6, -0.3], [0, 0, 0]], atol=1e-12)
    np.testing.assert_allclose(features[..., 3], [[np.tanh(1)] * 3, [np.tanh(-1)] * 3])


def test_probabilities_are_those_of_the_curves():
    """By hand: weights times features, plus the bias."""
    odds = KNOWN.about_conduct(np.array([[1.0, 0.0], [0.0, 1.0]]))
    np.testing.assert_allclose(odds, [1.5, -1.5])
    scope = KNOWN.in_scope(CONDUCT, COSINES)
    np.testing.assert_allclose(scope, 1 / (1 + np.exp(-np.array([2 * 0.9 - 1, -1 + 0.4 - 1]))), rtol=1e-6)
    relevance = KNOWN.relevances(CONDUCT, COSINES)
    assert relevance.shape == (2, 3)
    np.testing.assert_allclose(relevance[1], 1 / (1 + np.exp(-(0.4 + 0.5 * np.log(1 / 3) - 1))), rtol=1e-6)
    assert relevance[0].argsort().tolist() == [1, 2, 0]


def test_the_probabilities_of_extreme_numbers_are_probabilities():
    """Even with the largest weights that a file may hold."""
    largest = AnyCode(*(np.full(size, MAX_WEIGHT, np.float32) for size in (3, 4, 5)), Bands(1, 0))
    with np.errstate(over="ignore"):
        for sign in (1, -1):
            cosines = sign * np.ones((1, 3))
            odds = sign * largest.about_conduct(np.ones((1, 2)))
            for found in (largest.in_scope(odds, cosines), largest.relevances(odds, cosines)):
                assert ((found >= 0) & (found <= 1)).all()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file with KNOWN."""
    save(KNOWN, tmp_path / FILE, ENCODER)
    return tmp_path / FILE


def test_what_was_written_is_read(path: Path):
    """All numbers; without a file, None."""
    read = load(path, ENCODER, 2)
    for name in ("conduct", "scope", "relevance"):
        np.testing.assert_array_equal(getattr(read, name), getattr(KNOWN, name))
    assert read.bands == KNOWN.bands
    path.unlink()
    assert load(path, ENCODER, 2) is None


def test_numbers_for_another_encoder_are_refused(path: Path):
    """They would read its vectors wrongly."""
    with pytest.raises(ModelError) as error:
        load(path, "conduct-encoder@4567", 2)
    assert str(error.value) == (
        "any_code.safetensors was fitted for another encoder or version: make it anew with `python -m conduct train`."
    )


def test_numbers_that_were_fitted_on_other_features_are_refused(path: Path):
    """An older file for the same encoder would be read wrongly as well."""
    write_tensors(path, load_file(path), {"model": ENCODER})
    with pytest.raises(ModelError, match="fitted for another encoder or version"):
        load(path, ENCODER, 2)


@pytest.mark.parametrize(
    ("name", "array"),
    [
        ("bands", np.array([0.2, 0.7], np.float32)),
        ("bands", np.array([1.5, 0.5], np.float32)),
        ("bands", np.array([0.5, -0.5], np.float32)),
        ("scope", np.full(4, np.nan, np.float32)),
        ("scope", np.full(4, np.inf, np.float32)),
        ("relevance", np.full(5, 2 * MAX_WEIGHT, np.float32)),
    ],
)
def test_numbers_that_cannot_be_are_refused(path: Path, name: str, array: np.ndarray):
    """Not a number, too large, or bands in the wrong order."""
    write_tensors(path, load_file(path) | {name: array}, read_header(path).metadata)
    with pytest.raises(ModelError) as error:
        load(path, ENCODER, 2)
    assert str(error.value) == (
        "any_code.safetensors holds numbers that cannot be: make it anew with `python -m conduct train`."
    )


@pytest.mark.parametrize(
    ("name", "array"),
    [
        ("conduct", np.ones(9, np.float32)),
        ("conduct", np.ones((3, 1), np.float32)),
        ("scope", np.ones(SCOPE_FEATURES, np.float32)),
        ("relevance", np.ones((RELEVANCE_FEATURES + 1, 1), np.float32)),
        ("bands", np.ones(3, np.float32)),
    ],
)
def test_arrays_of_another_shape_are_refused(path: Path, name: str, array: np.ndarray):
    """Before a number of them is read."""
    write_tensors(path, load_file(path) | {name: array}, read_header(path).metadata)
    with pytest.raises(ModelError, match=r"^any_code\.safetensors is damaged: make it anew"):
        load(path, ENCODER, 2)


@pytest.mark.parametrize(
    "change",
    [
        lambda path: path.write_bytes(b"no tensors"),
        lambda path: path.write_bytes(path.read_bytes()[:-1]),
        lambda path: path.write_bytes((95_000_000).to_bytes(8, "little") + b"{}"),
        lambda path: write_tensors(path, {"conduct": np.ones(3)}, read_header(path).metadata),
        lambda path: write_tensors(path, {"conduct": np.ones(20_000)}, read_header(path).metadata),
        lambda path: write_tensors(path, {"conduct": np.ones(())}, read_header(path).metadata),
        lambda path: write_tensors(path, {"conduct": np.ones(3, np.int8)}, read_header(path).metadata),
    ],
)
def test_a_damaged_file_is_refused(path: Path, change):
    """Not a file of tensors, half a file, or one that lacks arrays."""
    change(path)
    with pytest.raises(ModelError) as error:
        load(path, ENCODER, 2)
    assert str(error.value) == "any_code.safetensors is damaged: make it anew with `python -m conduct train`."
