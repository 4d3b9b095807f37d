"""What the model learnt, as a file: written, read, refused, added to the weights."""

from pathlib import Path

import numpy as np
import pytest

from conduct.dataset.files import ADAPTER_FILE, write_tensors
from conduct.errors import DataError
from conduct.hub.snapshot import Snapshot
from conduct.model import adapter
from conduct.model.adapter import Update
from conduct.model.sentence_transformer import SentenceEncoder

NAME = "0.model.encoder.layer.5.attention.self.query.weight"
MODEL = "some/model@0123"
TEXTS = ["he laughed at my accent", "which hall is cheap"]


def update(name: str = NAME, outputs: int = 384) -> Update:
    """A change that is large enough to see."""
    rng = np.random.default_rng(0)
    return Update(name, rng.normal(size=(outputs, 2)).astype(np.float16), rng.normal(size=(2, 384)).astype(np.float16))


def test_what_was_written_is_read(tmp_path: Path):
    """The same numbers, and an identity that changes with them."""
    first, second = tmp_path / "a.safetensors", tmp_path / "b.safetensors"
    adapter.save((update(),), first, MODEL)
    adapter.save((Update(NAME, 2 * update().up, update().down),), second, MODEL)
    found = adapter.load(first, MODEL)
    assert [one.name for one in found.updates] == [NAME]
    assert np.array_equal(found.updates[0].up, update().up)
    assert np.array_equal(found.updates[0].down, update().down)
    assert found.identity.startswith(f"{MODEL}+")
    assert found.identity != adapter.load(second, MODEL).identity


def test_none_and_another_models_are_left_alone(tmp_path: Path):
    """A model that nothing was learnt for serves as it is."""
    path = tmp_path / "adapter.safetensors"
    assert adapter.load(path, MODEL) is None
    adapter.save((update(),), path, MODEL)
    assert adapter.load(path, "some/model@4567") is None


@pytest.mark.parametrize(
    ("tensors", "sentence"),
    [
        ({"a.up": np.ones((2, 1))}, "adapter.safetensors must hold pairs of .up and .down: "
                                    "make it anew with `python -m conduct train`."),
        ({"a.up": np.ones((2, 1)), "a.down": np.ones((2, 2))}, "adapter.safetensors holds no update for a that can be "
                                                               "added."),
        ({"a.up": np.full((2, 1), np.nan), "a.down": np.ones((1, 2))}, "adapter.safetensors holds no update for a "
                                                                       "that can be added."),
    ],
)  # fmt: skip
def test_a_file_that_cannot_be_added_is_refused(tmp_path: Path, tensors: dict, sentence: str):
    """It may come from the Hub."""
    path = tmp_path / ADAPTER_FILE
    write_tensors(path, tensors, {"model": MODEL})
    with pytest.raises(DataError) as error:
        adapter.load(path, MODEL)
    assert str(error.value) == sentence


@pytest.mark.parametrize("dtype", ["float8_e4m3fn", "bfloat16", "int8"])
def test_numbers_that_numpy_has_not_are_refused(tmp_path: Path, dtype: str):
    """In the same sentence; the library would raise whatever it likes."""
    import torch
    from safetensors.torch import save_file

    path = tmp_path / ADAPTER_FILE
    kind = getattr(torch, dtype)
    tensors = {"a.up": torch.zeros((2, 1)).to(kind), "a.down": torch.zeros((1, 2)).to(kind)}
    save_file(tensors, path, metadata={"model": MODEL})
    with pytest.raises(DataError, match=r"^adapter\.safetensors holds no update for a that can be added\.$"):
        adapter.load(path, MODEL)


def test_a_file_with_a_long_header_is_refused(tmp_path: Path):
    """Before it costs anything."""
    path = tmp_path / ADAPTER_FILE
    path.write_bytes((95_000_000).to_bytes(8, "little") + b"{}")
    with pytest.raises(DataError, match=r"^adapter\.safetensors is damaged"):
        adapter.load(path, MODEL)


def test_a_damaged_file_is_refused(tmp_path: Path):
    """One sentence that says what to do."""
    path = tmp_path / ADAPTER_FILE
    path.write_bytes(b"no tensors")
    with pytest.raises(DataError) as error:
        adapter.load(path, MODEL)
    assert str(error.value) == "adapter.safetensors is damaged: make it anew with `python -m conduct train`."


def test_it_changes_the_vectors(tmp_path: Path, encoder: SentenceEncoder, model: Snapshot):
    """Of the encoder that is loaded with it, and of no other."""
    path = tmp_path / ADAPTER_FILE
    before = encoder.encode(TEXTS)
    adapter.save((update(),), path, MODEL)
    changed = SentenceEncoder.load(model.folder, adapter.load(path, MODEL)).encode(TEXTS)
    assert np.abs(changed - before).max() > 0.01
    assert np.allclose(np.linalg.norm(changed, axis=1), 1, atol=1e-5)
    assert np.array_equal(encoder.encode(TEXTS), before)


@pytest.mark.parametrize("wrong", [update(name="no.such.weight"), update(outputs=7)], ids=["name", "shape"])
def test_one_that_does_not_fit_the_model_is_refused(tmp_path: Path, model: Snapshot, wrong: Update):
    """By name or by shape; the text that brought it is then not used."""
    path = tmp_path / ADAPTER_FILE
    adapter.save((wrong,), path, MODEL)
    with pytest.raises(DataError, match="which the model does not have: make it anew"):
        SentenceEncoder.load(model.folder, adapter.load(path, MODEL))
