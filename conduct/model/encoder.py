"""The interface of an encoder for the rest of the app."""

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np

# Unit vectors of texts: float32 (texts, dimensions).
Encode = Callable[[Sequence[str]], np.ndarray]


class Encoder(Protocol):
    """A model that makes vectors of texts.

    `workers` is the number of concurrent calls of `encode` with which it is fastest. `glance` estimates the vectors in
    a fiftieth of the time, or is None if this model cannot do that.
    """

    workers: int
    glance: Encode | None

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Vectors of `texts`: float32, shape (len(texts), dimensions), each of unit length."""

    def truncates(self, text: str) -> bool:
        """Whether the model reads only the beginning of `text`."""
