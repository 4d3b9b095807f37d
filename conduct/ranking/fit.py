"""Makes vectors: encodes the texts, fits the classifiers, calibrates on the dev questions. Never during a request."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path

import numpy as np

from conduct.dataset.situations import DEV, Bank, Question
from conduct.errors import DataError
from conduct.model.encoder import Encoder
from conduct.ranking import vectors as files
from conduct.ranking.calibration import UNFITTED, Calibration, fit_bands, fit_relevance
from conduct.ranking.classifiers import VectorClassifier, WordClassifier
from conduct.ranking.index import Index
from conduct.ranking.recipe import RECIPE
from conduct.ranking.vectors import Vectors, all_pieces, along, classes, principal_axes, targets
from conduct.text.code import Code

log = logging.getLogger(__name__)

# The least cosine between two vectors of a text if the same encoder made both, one of them rounded to 8 bits, or in
# float32 on a remote engine.
SAME_COSINE = 0.95


def build(code: Code, bank: Bank, questions: Sequence[Question], encoder: Encoder) -> Vectors:
    """Encode and fit everything for these texts; only the dev split of `questions` is used."""
    piece_vectors = encoder.encode(all_pieces(code.passages))
    texts = [situation.text for situation in bank.situations]
    if texts:
        situation_vectors, shares = encoder.encode(texts), targets(bank, classes(code, bank))
        meaning, words = VectorClassifier.fit(situation_vectors, shares), WordClassifier.fit(texts, shares)
    else:
        situation_vectors = np.empty((0, piece_vectors.shape[1]), dtype=np.float32)
        meaning, words = VectorClassifier.empty(piece_vectors.shape[1]), WordClassifier.empty()
    axes = principal_axes(situation_vectors)
    unfitted = Vectors(piece_vectors, axes, along(axes, situation_vectors), meaning, words, UNFITTED)
    dev = [question for question in questions if question.split == DEV]
    calibration = calibrate(Index(code, bank, unfitted), dev, encoder) if texts else UNFITTED
    return replace(unfitted, calibration=calibration)


def calibrate(index: Index, dev: Sequence[Question], encoder: Encoder) -> Calibration:
    """The curve and the bands that fit `dev`; UNFITTED if there are too few questions of a kind."""
    silent = sum(not question.in_scope for question in dev)
    if min(silent, len(dev) - silent) < RECIPE.min_questions:
        return UNFITTED
    texts = [question.text for question in dev]
    results = index.search(texts, encoder)
    scores = np.array([[match.relevance for match in result.matches] for result in results])
    shown = np.array([
        [match.passage.id in question.shown for match in result.matches]
        for question, result in zip(dev, results, strict=True)
    ])  # fmt: skip
    slope, intercept = fit_relevance(scores.ravel(), shown.ravel())
    bands = fit_bands(
        [result.in_scope for question, result in zip(dev, results, strict=True) if question.in_scope],
        [result.in_scope for question, result in zip(dev, results, strict=True) if not question.in_scope],
    )
    return Calibration(slope, intercept, bands)


def load_or_build(
    path: Path, code: Code, bank: Bank, questions: Sequence[Question], encoder: Encoder, model: str
) -> Vectors:
    """The vectors in `path` if they belong to these texts and to `model`, "id@revision"; else new ones."""
    try:
        sample = _Sample(code, bank, encoder)
        vectors = files.load(path, code, bank, model, dimensions=lambda: sample.vectors.shape[1])
        sample.check(vectors)
    except DataError as error:
        log.warning("The vectors are built anew, which takes a while: %s.", error)
        return build(code, bank, questions, encoder)
    return vectors


class _Sample:
    """A few of the texts, encoded when needed, to check stored vectors: a file may name a wrong model."""

    def __init__(self, code: Code, bank: Bank, encoder: Encoder) -> None:
        compared = all_pieces(code.passages)
        self._texts = [compared[0], compared[-1], *(situation.text for situation in bank.situations[-1:])]
        self._encoder = encoder

    @cached_property
    def vectors(self) -> np.ndarray:
        """Vectors of the first and last piece, and of the last situation, if there is one."""
        return self._encoder.encode(self._texts)

    def check(self, stored: Vectors) -> None:
        """Raise DataError unless `stored` has the same vectors."""
        pieces_cosines = (self.vectors[:2] * stored.pieces[[0, -1]]).sum(axis=1)
        situation_cosines = (along(stored.axes, self.vectors[2:]) * stored.situations[-1:]).sum(axis=1)
        if min(*pieces_cosines, *situation_cosines) < SAME_COSINE:
            raise DataError("they are not what the model makes of the texts")
