"""The file with the teacher's predictions for English texts."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open

from conduct.dataset.files import write_tensors
from conduct.dataset.tensors import read_header
from conduct.errors import DataError

FILE = "teacher.safetensors"
_SHARES = "shares"
# A share is stored in a byte.
_STEPS = 255
_AGAIN = "make it anew with `python -m conduct.training.teacher`, or remove it."


@dataclass(frozen=True, slots=True)
class Taught:
    """For each text the shares of the passages and, last, of silence: float32 (texts, passages + 1)."""

    texts: tuple[str, ...]
    shares: np.ndarray

    def save(self, path: Path) -> None:
        """Write `path`, in a byte a share, bound to the texts."""
        rounded = np.rint(self.shares * _STEPS).astype(np.uint8)
        write_tensors(path, {_SHARES: rounded}, {"texts": _fingerprint(self.texts)})

    def of_each(self) -> dict[str, tuple[float, ...]]:
        """The shares of each text; they sum to 1."""
        sums = self.shares.sum(axis=1, keepdims=True)
        return dict(zip(self.texts, map(tuple, (self.shares / sums).tolist()), strict=True))


def read(path: Path, texts: Sequence[str], passages: int) -> Taught | None:
    """The predictions for the first of `texts`, or None if there is no file: texts that came later, at the end, have
    none. Raises DataError if it is for other texts."""
    if not path.is_file():
        return None
    try:
        bound = read_header(path).metadata.get("texts")
        with safe_open(path, framework="numpy") as file:
            shares = file.get_tensor(_SHARES).astype(np.float32) / _STEPS
    except (SafetensorError, OSError, ValueError, KeyError) as error:
        raise DataError(f"{path.name} cannot be read: {_AGAIN}") from error
    texts = texts[: len(shares)]
    if bound != _fingerprint(texts) or shares.shape != (len(texts), passages + 1) or not shares.any(axis=1).all():
        raise DataError(f"{path.name} is of other situations, questions or passages than there are now: {_AGAIN}")
    return Taught(tuple(texts), shares)


def _fingerprint(texts: Sequence[str]) -> str:
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()
