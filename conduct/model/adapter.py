"""What the encoder learnt: low-rank updates of its weights, in the file format of PEFT.

A low-rank update of a weight matrix is the product of two narrow matrices (Hu et al., LoRA, 2021). It is added to the
weights at load, so encoding costs nothing more.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open

from conduct.dataset.files import sha256, write_tensors
from conduct.dataset.tensors import TensorSpec, read_header
from conduct.errors import ModelError

FILE = "adapter_model.safetensors"
CONFIG_FILE = "adapter_config.json"
BASE_MODEL = "intfloat/multilingual-e5-small"
_PREFIX, _DOWN, _UP = "base_model.model.", ".lora_A.weight", ".lora_B.weight"
# How many hexadecimal digits of the file's hash an adapter's identity has.
_DIGITS = 16
_AGAIN = "make it anew with `python -m conduct train`"


@dataclass(frozen=True, slots=True)
class Update:
    """`scale` times `up` (outputs, rank) times `down` (rank, inputs), float32, is added to the weights `name`."""

    name: str
    up: np.ndarray
    down: np.ndarray
    scale: float

    def product(self) -> np.ndarray:
        """The matrix that is added: float32 (outputs, inputs)."""
        return self.scale * (self.up @ self.down)


@dataclass(frozen=True, slots=True)
class Adapter:
    """Updates for one base encoder."""

    updates: tuple[Update, ...]


def save(updates: tuple[Update, ...], folder: Path, base: str) -> None:
    """Write `updates`, all of one rank and scale, into `folder` in half precision, bound to `base`, the sha256 of the
    base weights."""
    rank, scale = updates[0].down.shape[0], updates[0].scale
    tensors = {}
    for update in updates:
        module = _PREFIX + update.name.removesuffix(".weight")
        tensors[module + _DOWN] = np.ascontiguousarray(update.down, dtype=np.float16)
        tensors[module + _UP] = np.ascontiguousarray(update.up, dtype=np.float16)
    folder.mkdir(parents=True, exist_ok=True)
    write_tensors(folder / FILE, tensors, {"format": "pt", "base": base})
    config = {
        "peft_type": "LORA",
        "task_type": "FEATURE_EXTRACTION",
        "base_model_name_or_path": BASE_MODEL,
        "r": rank,
        "lora_alpha": scale * math.sqrt(rank),
        "use_rslora": True,
        "target_modules": sorted({update.name.removesuffix(".weight").rsplit(".", 1)[-1] for update in updates}),
        "bias": "none",
    }
    (folder / CONFIG_FILE).write_text(json.dumps(config, indent=1) + "\n", encoding="utf-8")


def load(folder: Path, base: str) -> Adapter:
    """The adapter in `folder`. Raises ModelError if it is for another base, or cannot be used."""
    path = folder / FILE
    try:
        header = read_header(path)
        if header.metadata.get("base") != base:
            raise ModelError(f"{FILE} was learnt for other base weights: {_AGAIN}.")
        # Checked before any number is read: a file may hold anything.
        names = _check_pairs(header.tensors)
        scale = _scale(folder)
        with safe_open(path, framework="numpy") as file:
            updates = tuple(
                Update(
                    f"{name.removeprefix(_PREFIX)}.weight",
                    file.get_tensor(name + _UP).astype(np.float32),
                    file.get_tensor(name + _DOWN).astype(np.float32),
                    scale,
                )
                for name in names
            )
    except (SafetensorError, OSError, ValueError, TypeError, KeyError, ArithmeticError, RecursionError) as error:
        raise ModelError(f"{FILE} or {CONFIG_FILE} is damaged: {_AGAIN}.") from error
    for update in updates:
        if not (np.isfinite(update.up).all() and np.isfinite(update.down).all()):
            raise ModelError(f"{FILE} holds no update for {update.name[:80]} that can be added.")
    return Adapter(updates)


def identity(path: Path) -> str:
    """The identity of an encoder with this adapter, "id@hash"."""
    return f"conduct-encoder@{sha256(path)[:_DIGITS]}"


def _scale(folder: Path) -> float:
    """PEFT's factor of the products: LoRA's alpha divided by the rank, or by its root (Kalajdzievski, 2023)."""
    config = json.loads((folder / CONFIG_FILE).read_text(encoding="utf-8"))
    rank, alpha = float(config["r"]), float(config["lora_alpha"])
    scale = alpha / (math.sqrt(rank) if config.get("use_rslora") else rank)
    if not 0 < scale < math.inf:
        raise ValueError(scale)
    return scale


def _check_pairs(tensors: Mapping[str, TensorSpec]) -> list[str]:
    """The names of the modules that are updated. Raises ModelError unless each has two matrices that fit."""
    names = sorted(name.removesuffix(_UP) for name in tensors if name.endswith(_UP))
    if sorted(tensors) != sorted(name + end for name in names for end in (_UP, _DOWN)):
        raise ModelError(f"{FILE} must hold pairs of lora_A and lora_B: {_AGAIN}.")
    for name in names:
        up, down = tensors[name + _UP], tensors[name + _DOWN]
        fits = len(up.shape) == len(down.shape) == 2 and up.shape[1] == down.shape[0]
        if not (fits and up.readable and down.readable):
            raise ModelError(f"{FILE} holds no update for {name[:80]} that can be added.")
    return names
