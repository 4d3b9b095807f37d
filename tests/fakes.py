"""An encoder that a reader can compute by hand."""

from collections.abc import Sequence

import numpy as np

# One dimension a word; a text's vector counts its known words and is scaled to length 1.
WORDS = ("accent", "joke", "slot", "fair", "sorry", "pizza", "threat", "unknown")


class WordEncoder:
    """Counts the words of WORDS; a text with none of them is all "unknown"."""

    workers = 1

    def __init__(self) -> None:
        self.calls: list[list[str]] = []

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Unit vectors (len(texts), 8)."""
        self.calls.append(list(texts))
        rows = np.array([[text.lower().count(word) for word in WORDS] for text in texts], dtype=np.float32)
        rows = rows.reshape(-1, len(WORDS))
        rows[rows.sum(axis=1) == 0, -1] = 1
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)

    def truncates(self, text: str) -> bool:
        """Reads twenty words."""
        return len(text.split()) > 20
