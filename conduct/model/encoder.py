"""What the rest of the app needs of a model."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np


class Encoder(Protocol):
    """What the index needs of a model; `workers` are the calls of `encode` at a time that it is fastest with."""

    workers: int

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Vectors of `texts`: float32, shape (len(texts), dimensions), each of unit length."""

    def truncates(self, text: str) -> bool:
        """Whether the model reads only the beginning of `text`."""
