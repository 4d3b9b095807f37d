"""The files of what the encoder learnt: written, read, refused."""

import json
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from conduct.dataset.files import write_tensors
from conduct.errors import ModelError
from conduct.model import adapter
from conduct.model.adapter import Update

NAME = "encoder.layer.1.attention.self.query.weight"
MODULE = "base_model.model.encoder.layer.1.attention.self.query"
UP, DOWN = f"{MODULE}.lora_B.weight", f"{MODULE}.lora_A.weight"
BASE = "the sha256 of base weights"


def update(scale: float = 2.0) -> Update:
    """An update of rank 4."""
    rng = np.random.default_rng(0)
    up, down = rng.normal(size=(32, 4)).astype(np.float16), rng.normal(size=(4, 32)).astype(np.float16)
    return Update(NAME, up.astype(np.float32), down.astype(np.float32), scale)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with an adapter."""
    adapter.save((update(),), tmp_path / "learnt", BASE)
    return tmp_path / "learnt"


def rewrite(folder: Path, tensors: dict[str, np.ndarray]) -> None:
    """Write other tensors for the same base."""
    write_tensors(folder / adapter.FILE, tensors, {"base": BASE})


def test_what_was_written_is_read(folder: Path):
    """The same numbers, and a product with its scale."""
    (found,) = adapter.load(folder, BASE).updates
    assert (found.name, found.scale) == (NAME, pytest.approx(2.0))
    np.testing.assert_array_equal(found.up, update().up)
    np.testing.assert_array_equal(found.down, update().down)
    np.testing.assert_allclose(found.product(), 2 * update().up @ update().down, rtol=1e-5)


def test_the_files_are_those_of_peft(folder: Path):
    """Names, configuration, and the result in PEFT: anybody can load them onto the base model."""
    from peft import LoraConfig

    assert set(load_file(folder / adapter.FILE)) == {UP, DOWN}
    config = LoraConfig.from_pretrained(str(folder))
    assert (config.r, config.lora_alpha, config.use_rslora) == (4, pytest.approx(4.0), True)
    assert config.base_model_name_or_path == "intfloat/multilingual-e5-small"
    assert set(config.target_modules) == {"query"}


def test_the_scale_without_rank_stabilisation_is_alpha_by_rank(folder: Path):
    """As in PEFT."""
    path = folder / adapter.CONFIG_FILE
    path.write_text(json.dumps({"r": 4, "lora_alpha": 2}))
    assert adapter.load(folder, BASE).updates[0].scale == 0.5


def test_the_identity_changes_with_what_was_learnt(folder: Path):
    """And with nothing else."""
    first = adapter.identity(folder / adapter.FILE)
    assert first.startswith("conduct-encoder@")
    adapter.save((update(),), folder, BASE)
    assert adapter.identity(folder / adapter.FILE) == first
    adapter.save((Update(NAME, 2 * update().up, update().down, 2.0),), folder, BASE)
    assert adapter.identity(folder / adapter.FILE) != first


def test_one_for_other_base_weights_is_refused(folder: Path):
    """It would add noise."""
    with pytest.raises(ModelError) as error:
        adapter.load(folder, "another sha256")
    assert str(error.value) == (
        "adapter_model.safetensors was learnt for other base weights: make it anew with `python -m conduct train`."
    )


PAIRS = "adapter_model.safetensors must hold pairs of lora_A and lora_B: make it anew with `python -m conduct train`."


@pytest.mark.parametrize(
    ("tensors", "sentence"),
    [
        ({UP: np.ones((2, 1))}, PAIRS),
        ({UP: np.ones((2, 1)), DOWN: np.ones((1, 2)), "more": np.ones(1)}, PAIRS),
        ({UP: np.ones((2, 1)), DOWN: np.ones((2, 2))}, None),
        ({UP: np.ones((2, 1)), DOWN: np.ones(1)}, None),
        ({UP: np.full((2, 1), np.nan), DOWN: np.ones((1, 2))}, None),
        ({UP: np.ones((2, 1)), DOWN: np.full((1, 2), np.inf)}, None),
    ],
)
def test_tensors_that_cannot_be_added_are_refused(folder: Path, tensors: dict, sentence: str | None):
    """They may come from the Hub."""
    rewrite(folder, tensors)
    with pytest.raises(ModelError) as error:
        adapter.load(folder, BASE)
    assert str(error.value).startswith(sentence or "adapter_model.safetensors holds no update for ")


@pytest.mark.parametrize("dtype", ["float8_e4m3fn", "bfloat16", "int8"])
def test_numbers_that_numpy_has_not_are_refused(folder: Path, dtype: str):
    """With the same sentence; the library could raise anything."""
    import torch
    from safetensors.torch import save_file

    kind = getattr(torch, dtype)
    tensors = {UP: torch.zeros((2, 1)).to(kind), DOWN: torch.zeros((1, 2)).to(kind)}
    save_file(tensors, folder / adapter.FILE, metadata={"base": BASE})
    with pytest.raises(ModelError, match=r"^adapter_model\.safetensors holds no update for .* that can be added\.$"):
        adapter.load(folder, BASE)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        (adapter.FILE, b"no tensors"),
        (adapter.FILE, (95_000_000).to_bytes(8, "little") + b"{}"),
        (adapter.CONFIG_FILE, b""),
        (adapter.CONFIG_FILE, b"[" * 100_000),
        (adapter.CONFIG_FILE, b'{"r": 4}'),
        (adapter.CONFIG_FILE, b'{"r": 0, "lora_alpha": 1}'),
        (adapter.CONFIG_FILE, b'{"r": 4, "lora_alpha": NaN}'),
        (adapter.CONFIG_FILE, b'{"r": -4, "lora_alpha": -1, "use_rslora": true}'),
        (adapter.CONFIG_FILE, b"\xff"),
        (adapter.CONFIG_FILE, None),
    ],
)
def test_damaged_files_are_refused(folder: Path, name: str, content: bytes | None):
    """A long header before it costs anything; each time with one sentence that says what to do."""
    (folder / name).unlink() if content is None else (folder / name).write_bytes(content)
    with pytest.raises(ModelError) as error:
        adapter.load(folder, BASE)
    assert str(error.value) == (
        "adapter_model.safetensors or adapter_config.json is damaged: make it anew with `python -m conduct train`."
    )
