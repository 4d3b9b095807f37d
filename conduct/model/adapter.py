"""What the model learnt from the situations: a small change of its weights, as one file beside the texts.

A low-rank update of a weight matrix is the product of two narrow ones (Hu et al., LoRA, 2021). Added to the
weights at load, it costs nothing to encode with.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open

from conduct.dataset.files import sha256, write_tensors
from conduct.dataset.tensors import TensorSpec, read_header
from conduct.errors import DataError

UP, DOWN = ".up", ".down"
# Hexadecimal digits of the file's hash in an adapter's identity.
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
        header = read_header(path)
        if header.metadata.get("model") != model:
            return None
        # Before a number is read: a file from the Hub may hold anything.
        names = _check_pairs(path.name, header.tensors)
        with safe_open(path, framework="numpy") as file:
            arrays = {name: file.get_tensor(name).astype(np.float32) for name in header.tensors}
    except (SafetensorError, OSError, ValueError, TypeError) as error:
        raise DataError(f"{path.name} is damaged: make it anew with `python -m conduct train`.") from error
    updates = tuple(Update(name, arrays[name + UP], arrays[name + DOWN]) for name in names)
    for update in updates:
        if not (np.isfinite(update.up).all() and np.isfinite(update.down).all()):
            raise DataError(f"{path.name} holds no update for {update.name[:80]} that can be added.")
    return Adapter(updates, f"{model}+{sha256(path)[:DIGITS]}")


def _check_pairs(file: str, tensors: Mapping[str, TensorSpec]) -> list[str]:
    """The names of the matrices that are changed. Raises DataError unless each has two narrow ones of its own."""
    names = sorted(name.removesuffix(UP) for name in tensors if name.endswith(UP))
    if sorted(tensors) != sorted(name + end for name in names for end in (UP, DOWN)):
        raise DataError(f"{file} must hold pairs of {UP} and {DOWN}: make it anew with `python -m conduct train`.")
    for name in names:
        up, down = tensors[name + UP], tensors[name + DOWN]
        fits = len(up.shape) == len(down.shape) == 2 and up.shape[1] == down.shape[0]
        if not (fits and up.readable and down.readable):
            raise DataError(f"{file} holds no update for {name[:80]} that can be added.")
    return names
