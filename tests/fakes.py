"""An encoder that a reader can compute by hand, and an engine with it."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from conduct.answering.engine import Engine
from conduct.dataset.files import SITUATIONS_FILE, TEXT_FILE
from conduct.hub.snapshot import Snapshot
from conduct.settings import Settings

# One dimension a word; a text's vector counts its known words and is scaled to length 1.
WORDS = ("accent", "joke", "slot", "fair", "sorry", "pizza", "threat", "unknown")


class WordEncoder:
    """Counts the words of WORDS; a text with none of them counts as "unknown"."""

    workers = 1
    glance = None

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
        """Whether the text has more than twenty words."""
        return len(text.split()) > 20


# Several of each kind, so that a question about an accent is far above any band that is fitted for the real encoder.
SITUATIONS = "".join(
    [f'{{"text": "{text}", "passages": {{"ours-1": 2}}}}\n' for text in ("an accent", "the accent", "accent")]
    + [f'{{"text": "{text}", "passages": {{}}}}\n' for text in ("pizza", "a pizza", "the pizza")]
)


def word_engine(folder: Path, situations: str = SITUATIONS) -> Engine:
    """A loaded engine on a text of one passage, in `folder`, for fast tests.

    Without situations nothing is fitted, and scikit-learn, whose import takes two thirds of a start, is not needed.
    """
    (folder / TEXT_FILE).write_text("## Ours\n\nNo accent is wrong.\n", encoding="utf-8")
    (folder / SITUATIONS_FILE).write_text(situations, encoding="utf-8")
    model = Snapshot(folder, "words", "local")
    engine = Engine(Settings(dataset=str(folder)), lambda settings: model, lambda *_: WordEncoder())
    engine.answerer()
    return engine
