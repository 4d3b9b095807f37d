"""What is computed in advance, and bound to its sources."""

from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import load_file, save_file

from conduct.answering.dataset_revision import DatasetRevision
from conduct.dataset.files import VECTORS_FILE
from conduct.dataset.situations import Bank
from conduct.errors import DataError
from conduct.hub.find_dataset import BUNDLED_DATA
from conduct.hub.snapshot import Snapshot
from conduct.model import packaged
from conduct.ranking import vectors
from conduct.ranking.fit import build, load_or_build
from conduct.ranking.recipe import RECIPE, Recipe
from conduct.ranking.vectors import along, load, principal_axes, save
from tests.fakes import WordEncoder
from tests.unit.ranking.test_index import BANK, CODE

MODEL = "ada/model@abc"


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The bytes of a vectors file of the small code."""
    path = tmp_path_factory.mktemp("saved") / "vectors.safetensors"
    save(build(CODE, BANK, (), WordEncoder()), path, CODE, BANK, MODEL)
    return path.read_bytes()


@pytest.fixture
def path(saved: bytes, tmp_path: Path) -> Path:
    """A copy of it, which a test may change."""
    path = tmp_path / "vectors.safetensors"
    path.write_bytes(saved)
    return path


def test_what_was_saved_is_loaded(path: Path):
    """Half precision changes nothing by more than 0.001."""
    built, loaded = build(CODE, BANK, (), WordEncoder()), load(path, CODE, BANK, MODEL)
    np.testing.assert_allclose(loaded.situations, built.situations, atol=1e-3)
    np.testing.assert_allclose(loaded.words.weights, built.words.weights, atol=1e-3)
    assert loaded.calibration == built.calibration


def test_a_file_is_the_same_each_time(path: Path, tmp_path: Path):
    """A build without changes is no change for git and for the Hub."""
    again = tmp_path / "again.safetensors"
    for _ in range(8):  # the library's own order is random: a single comparison could be luck
        save(build(CODE, BANK, (), WordEncoder()), again, CODE, BANK, MODEL)
        assert again.read_bytes() == path.read_bytes()


def test_vectors_that_fit_are_not_encoded_again(path: Path):
    """A start encodes nothing that has not changed, except a sample of three texts."""
    encoder = WordEncoder()
    load_or_build(path, CODE, BANK, (), encoder, MODEL)
    assert [len(call) for call in encoder.calls] == [3]


@pytest.mark.parametrize("change", [lambda vectors: -vectors, lambda vectors: np.pad(vectors, ((0, 0), (0, 4)))])
def test_vectors_that_only_say_that_they_are_of_this_model_are_built_anew(path: Path, caplog, change):
    """Other numbers, or another length: with them each question would fail or find anything."""
    built = load(path, CODE, BANK, MODEL)
    other = replace(
        built,
        pieces=change(built.pieces),
        axes=np.eye(change(built.pieces).shape[1]),
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


CHANGED = [
    (field.name, replace(RECIPE, **{field.name: getattr(RECIPE, field.name) * 2}))
    for field in fields(RECIPE)
    if field.name != "blend"
] + [
    ("blend", replace(RECIPE, blend=replace(RECIPE.blend, **{field.name: 0.45})))
    for field in fields(RECIPE.blend)
]  # fmt: skip


@pytest.mark.parametrize(("name", "recipe"), CHANGED)
def test_a_file_that_was_fitted_with_other_numbers_is_stale(path: Path, name: str, recipe: Recipe):
    """For each of them: with a changed blend, for example, the calibration of the old one would be used."""
    with pytest.raises(DataError, match=rf"^they were fitted with other numbers \({name}\)$"):
        load(path, CODE, BANK, MODEL, recipe)


@pytest.mark.parametrize(
    ("stored", "reason"),
    [
        ("", "they do not say how they were fitted"),
        ("null", "they do not say how they were fitted"),
        ('{"format": 2}', "they were fitted with other numbers (format, blend, "),
        (RECIPE.to_json()[:-1] + ', "later": 1}', "they were fitted with other numbers (of another version)"),
        ("[" * 100_000, "the file is damaged"),
    ],
)
def test_a_file_that_does_not_say_its_numbers_is_built_anew_and_says_why(path: Path, caplog, stored: str, reason: str):
    """Such as one of an earlier version, or a forged one."""
    changed(path, {"recipe": stored})
    load_or_build(path, CODE, BANK, (), WordEncoder(), MODEL)
    assert f"The vectors are built anew, which takes a while: {reason}" in caplog.text


def test_a_damaged_file_is_no_reason_to_stop(path: Path, caplog):
    """The Hub may deliver half a file."""
    path.write_bytes(path.read_bytes()[:100])
    assert load_or_build(path, CODE, BANK, (), WordEncoder(), MODEL).situations.shape == (3, 8)
    assert "damaged" in caplog.text


def changed(path: Path, metadata: dict[str, str] | None = None, **arrays: np.ndarray) -> None:
    """Write the file again with other arrays or metadata; the hash of the texts stays, as in a forged file."""
    with safe_open(path, framework="numpy") as file:
        stored = file.metadata()
    save_file(load_file(path) | arrays, path, metadata=stored | (metadata or {}))


@pytest.mark.parametrize(
    ("name", "array", "reason"),
    [
        ("situations", np.zeros((2, 8), np.float16), r"situations must have the shape \(3, 8\), but have \(2, 8\)"),
        ("situations", np.zeros((3, 8, 1), np.float16), r"but have \(3, 8, 1\)"),
        ("pieces", np.zeros((), np.float16), "damaged"),
        ("pieces", np.full((4, 8), 0.5, np.float16), "pieces are not of unit length"),
        ("axes", np.ones((8, 8), np.float16), "axes are not at right angles"),
        ("axes", np.zeros((8, 4), np.float16), r"axes must have the shape \(8, 8\), but have \(8, 4\)"),
        ("meaning.bias", np.full(3, np.nan, np.float32), "not finite"),
        ("meaning.weights", np.full((3, 8), 3e38, np.float32), "over 1,000,000"),
        ("words.idf", np.full(5, 1, np.float16), r"but have \(5,\)"),
        ("meaning.bias", np.ones(3, np.int8), "must be numbers of the type F16 or F32 or F64, but are I8"),
    ],
)
def test_numbers_that_do_not_fit_are_refused(path: Path, name: str, array: np.ndarray, reason: str):
    """A file from the Hub can claim any hash; numbers that overflow would give NaN as an answer."""
    changed(path, **{name: array})
    with pytest.raises(DataError, match=reason):
        load(path, CODE, BANK, MODEL)


@pytest.mark.parametrize(
    "calibration",
    ["", "[" * 100_000, "[1, 2]", "[1, 0, 0.2, 0.8]", "[1, 0, NaN, NaN]", f"[1{'0' * 400}, 0, 1, 0]", "{}"],
)
def test_a_calibration_that_is_none_is_refused(path: Path, calibration: str):
    """Bands in the wrong order would call covered questions silent; NaN would be no answer at all."""
    changed(path, {"calibration": calibration})
    with pytest.raises(DataError, match=r"^(the file is damaged|their calibration is none)$"):
        load(path, CODE, BANK, MODEL)


def test_vectors_of_another_width_are_not_read(path: Path, monkeypatch: pytest.MonkeyPatch, caplog):
    """If they were a thousand times as wide, they would fill the memory before they were compared."""
    rows = {"pieces": 4, "situations": 3, "meaning.weights": 3}
    wide = {name: np.zeros((count, 12_000), np.float16) for name, count in rows.items()}
    changed(path, **wide, axes=np.zeros((12_000, 12_000), np.float16))
    monkeypatch.setattr(vectors, "safe_open", lambda *_, **__: pytest.fail("a number was read"))
    with pytest.raises(DataError, match="not what the model makes of the texts"):
        load(path, CODE, BANK, MODEL, dimensions=lambda: 8)
    assert load_or_build(path, CODE, BANK, (), WordEncoder(), MODEL).pieces.shape[1] == 8
    assert "not what the model makes of the texts" in caplog.text


def test_long_vectors_are_kept_along_their_main_axes():
    """Vectors of 200 numbers that are almost in as many dimensions as are kept: cosines stay the same."""
    rng = np.random.default_rng(0)
    basis = np.linalg.qr(rng.standard_normal((200, 200)))[0].astype(np.float32)
    kept = RECIPE.pca_components
    vectors = rng.standard_normal((1_000, kept), dtype=np.float32) @ basis[:kept]
    vectors += 1e-4 * rng.standard_normal((1_000, 1), dtype=np.float32) * basis[kept]
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    axes = principal_axes(vectors)
    assert axes.shape == (200, kept)
    short = along(axes, vectors)
    np.testing.assert_allclose(short @ short.T, vectors @ vectors.T, atol=1e-4)
    np.testing.assert_allclose(np.linalg.norm(short, axis=1), 1, atol=1e-5)


@pytest.mark.parametrize(("count", "dimensions"), [(2_000, 8), (999, 200)])
def test_short_vectors_and_few_are_kept_as_they_are(count: int, dimensions: int):
    """There is nothing to save."""
    vectors = np.eye(dimensions, dtype=np.float32)[np.arange(count) % dimensions]
    np.testing.assert_array_equal(along(principal_axes(vectors), vectors), vectors)


def test_what_is_not_needed_is_not_read(path: Path):
    """A file may have other arrays, here of a type that numpy cannot read."""
    import torch
    from safetensors import torch as tensors

    expected = load(path, CODE, BANK, MODEL)
    with safe_open(path, framework="numpy") as file:
        metadata = file.metadata()
    more = {"more": torch.zeros(8, dtype=torch.float8_e4m3fn)}
    tensors.save_file(tensors.load_file(path) | more, path, metadata=metadata)
    np.testing.assert_array_equal(load(path, CODE, BANK, MODEL).situations, expected.situations)


def test_the_bundled_vectors_belong_to_the_bundled_texts(dataset: DatasetRevision, model: Snapshot):
    """And to the packaged encoder: a fresh clone encodes nothing at its start."""
    bundled = load(BUNDLED_DATA / VECTORS_FILE, dataset.code, dataset.bank, packaged.identity(model))
    np.testing.assert_allclose(np.linalg.norm(bundled.situations, axis=1), 1, atol=1e-3)
