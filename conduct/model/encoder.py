"""What the rest of the app needs of a model."""

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np

# Unit vectors of texts: float32 (texts, dimensions).
Encode = Callable[[Sequence[str]], np.ndarray]


class Encoder(Protocol):
    """What the index needs of a model.

    `workers` are the calls of `encode` at a time that it is fastest with. `glance` gives about the same vectors in a
    fiftieth of the time; None where that cannot be had.
    """

    workers: int
    glance: Encode | None

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Vectors of `texts`: float32, shape (len(texts), dimensions), each of unit length."""

    def truncates(self, text: str) -> bool:
        """Whether the model reads only the beginning of `text`."""
