"""The file with the teacher's predictions for English texts."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open

from conduct.dataset.files import write_tensors
from conduct.errors import DataError

FILE = "teacher.safetensors"
_SHARES, _TEXTS = "shares", "texts"
# A share is stored in a byte.
_STEPS = 255
_AGAIN = "make it anew with `python -m conduct.training.teacher`, or remove it."


@dataclass(frozen=True, slots=True)
class Taught:
    """For each text the shares of the passages and, last, of silence: float32 (texts, passages + 1)."""

    texts: tuple[str, ...]
    shares: np.ndarray

    def save(self, path: Path) -> None:
        """Write `path`: a hash of each text, and a byte a share."""
        rounded = np.rint(self.shares * _STEPS).astype(np.uint8)
        write_tensors(path, {_SHARES: rounded, _TEXTS: _hashes(self.texts)}, {})

    def of_each(self) -> dict[str, tuple[float, ...]]:
        """The shares of each text; they sum to 1."""
        sums = self.shares.sum(axis=1, keepdims=True)
        return dict(zip(self.texts, map(tuple, (self.shares / sums).tolist()), strict=True))


def read(path: Path, texts: Sequence[str], passages: int) -> Taught | None:
    """The predictions for those of `texts` that the teacher has read, or None if there is no file.

    Raises DataError if the file is damaged or is for another number of passages.
    """
    if not path.is_file():
        return None
    try:
        with safe_open(path, framework="numpy") as file:
            shares, hashes = file.get_tensor(_SHARES).astype(np.float32) / _STEPS, file.get_tensor(_TEXTS)
    except (SafetensorError, OSError, ValueError, KeyError) as error:
        raise DataError(f"{path.name} cannot be read: {_AGAIN}") from error
    if shares.shape != (len(hashes), passages + 1) or not shares.any(axis=1).all():
        raise DataError(f"{path.name} is for another number of passages than there are now: {_AGAIN}")
    row_of = {number: row for row, number in enumerate(hashes.tolist())}
    numbers = zip(texts, _hashes(texts).tolist(), strict=True)
    found = {text: row_of[number] for text, number in numbers if number in row_of}
    return Taught(tuple(found), shares[[*found.values()]])


def _hashes(texts: Sequence[str]) -> np.ndarray:
    """Eight bytes of the sha256 of each text: uint64 (texts,)."""
    digests = b"".join(hashlib.sha256(text.encode()).digest()[:8] for text in texts)
    return np.frombuffer(digests, "<u8")
