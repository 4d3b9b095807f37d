"""What the model learnt from the situations: a small change of its weights, as one file beside the texts.

A low-rank update of a weight matrix is the product of two narrow ones (Hu et al., LoRA, 2021). Added to the
weights at load, it costs nothing to encode with.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open

from conduct.dataset.files import sha256, write_tensors
from conduct.errors import DataError

UP, DOWN = ".up", ".down"
# Hexadecimal digits of the file's hash that tell one adapter from another.
DIGITS = 16


@dataclass(frozen=True, slots=True)
class Update:
    """`up` (outputs, rank) times `down` (rank, inputs), float32, is added to the weight matrix called `name`."""

    name: str
    up: np.ndarray
    down: np.ndarray


@dataclass(frozen=True, slots=True)
class Adapter:
    """Updates for one model; `identity` is what its vectors are bound to, "id@revision+hash"."""

    updates: tuple[Update, ...]
    identity: str


def save(updates: tuple[Update, ...], path: Path, model: str) -> None:
    """Write `path` for `model`, "id@revision", in half precision."""
    tensors = {}
    for update in updates:
        tensors[update.name + UP] = update.up.astype(np.float16)
        tensors[update.name + DOWN] = update.down.astype(np.float16)
    write_tensors(path, tensors, {"model": model})


def load(path: Path, model: str) -> Adapter | None:
    """The adapter in `path`, or None if there is none or it is for another model than `model`, "id@revision".

    Raises DataError with one sentence if the file cannot be used.
    """
    if not path.is_file():
        return None
    try:
        with safe_open(path, framework="numpy") as file:
            if (file.metadata() or {}).get("model") != model:
                return None
            arrays = {name: file.get_tensor(name).astype(np.float32) for name in file.keys()}  # noqa: SIM118
    except (SafetensorError, OSError, ValueError, TypeError) as error:
        raise DataError(f"{path.name} is damaged: make it anew with `python -m conduct train`.") from error
    names = sorted(name.removesuffix(UP) for name in arrays if name.endswith(UP))
    if sorted(arrays) != sorted(name + end for name in names for end in (UP, DOWN)):
        raise DataError(f"{path.name} must hold pairs of {UP} and {DOWN}: make it anew with `python -m conduct train`.")
    updates = tuple(Update(name, arrays[name + UP], arrays[name + DOWN]) for name in names)
    for update in updates:
        narrow = update.up.ndim == update.down.ndim == 2 and update.up.shape[1] == update.down.shape[0]
        if not narrow or not (np.isfinite(update.up).all() and np.isfinite(update.down).all()):
            raise DataError(f"{path.name} holds no update for {update.name[:80]} that can be added.")
    return Adapter(updates, f"{model}+{sha256(path)[:DIGITS]}")
