"""Which passages speak to a question. Three views of it (near situations, its meaning, its words) are
blended where situations are known; a passage that nobody has written situations for is found by its own words.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from conduct.dataset.situations import Bank
from conduct.model.encoder import Encoder
from conduct.ranking.calibration import SIMILARITY, Bands
from conduct.ranking.courtesies import essence
from conduct.ranking.spelling import Spelling
from conduct.ranking.vectors import Vectors, along, classes, pieces, targets
from conduct.text.code import Code, Passage

# Softmax temperature of cosine similarity: the nearest few situations decide.
TEMPERATURE = 0.05
# Below this cosine the nearest situation explains nothing to a reader.
MIN_EXPLANATION_COSINE = 0.4
# The chance that a careful person would answer a question about conduct with a passage about the text's licence.
BOILERPLATE = 0.01


@dataclass(frozen=True, slots=True)
class Blend:
    """The share of each view of a question; the defaults were chosen by ablation on the dev split."""

    neighbours: float = 0.3
    meaning: float = 0.3
    words: float = 0.4


@dataclass(frozen=True, slots=True)
class Match:
    """A passage for a question; `relevance` is a calibrated probability, `sentence` the closest one,
    `situation` the nearest one known to lead to the passage that may be shown, or None; `nearness` its cosine."""

    passage: Passage
    relevance: float
    sentence: str
    situation: str | None
    nearness: float = 0.0


@dataclass(frozen=True, slots=True)
class SearchResult:
    """All passages, most relevant first; `in_scope` is the probability that the code speaks to the question,
    to be read with `bands`."""

    matches: tuple[Match, ...]
    in_scope: float
    bands: Bands


class Index:
    """Passages and situations of one text, ready to be searched. Immutable once built."""

    def __init__(self, code: Code, bank: Bank, vectors: Vectors, blend: Blend = Blend()) -> None:
        self._passages = code.passages
        self._vectors = vectors
        self._shares = blend
        self._situations = bank.situations
        # A fuller text may bring words that no situation has. Without any situation nothing tells which are usual.
        known = (*code.passages, *bank.situations) if bank.situations else ()
        self._spelling = Spelling(one.text for one in known)
        # Piece rows of each passage, its sentences first and in order; see `pieces`.
        ends = np.cumsum([len(pieces(passage)) for passage in self._passages])
        self._pieces = [slice(end - len(pieces(p)), end) for p, end in zip(self._passages, ends, strict=True)]
        self._classes = classes(code, bank)
        self._targets = targets(bank, self._classes)
        self._members = {
            name: np.flatnonzero(self._targets[:, column]) for column, name in enumerate(self._classes[:-1])
        }

    def search(self, questions: Sequence[str], encoder: Encoder) -> list[SearchResult]:
        """Rank all passages for each of `questions`, read by the model that the vectors were made with."""
        questions = [self._spelling.mended(essence(question), encoder.knows) for question in questions]
        question_vectors = encoder.encode(questions)
        similarity = question_vectors @ self._vectors.pieces.T
        near = along(self._vectors.axes, question_vectors) @ self._vectors.situations.T
        blend = self._blend(questions, question_vectors, near)
        return [self._found(similarity[n], near[n], blend[n]) for n in range(len(questions))]

    def _blend(self, questions: Sequence[str], question_vectors: np.ndarray, near: np.ndarray) -> np.ndarray:
        """The probability of each class: (questions, classes); without situations no class, (questions, 0)."""
        if not self._situations:
            return np.empty((len(questions), 0), dtype=np.float32)
        meaning = self._vectors.meaning.probabilities(question_vectors)
        words = self._vectors.words.probabilities(questions)
        shares = self._shares
        mixed = shares.neighbours * neighbours(near, self._targets) + shares.meaning * meaning + shares.words * words
        return mixed / (shares.neighbours + shares.meaning + shares.words)

    def _found(self, similarity: np.ndarray, near: np.ndarray, blend: np.ndarray) -> SearchResult:
        by_class = dict(zip(self._classes, self._vectors.calibration.relevance(blend), strict=False))
        matches, last, unknown = [], [], []
        for passage, rows in zip(self._passages, self._pieces, strict=True):
            own = similarity[rows]
            relevance = by_class.get(passage.id)
            aside = relevance is None and passage.boilerplate
            if relevance is None:
                relevance = SIMILARITY.relevance((1 + own.max()) / 2) * (BOILERPLATE if aside else 1)
                unknown += [] if aside else [relevance]
            sentence = passage.sentences[int(own[: len(passage.sentences)].argmax())]
            match = Match(passage, float(relevance), sentence, *self._nearest(passage, near))
            (last if aside else matches).append(match)
        matches.sort(key=lambda match: -match.relevance)
        least = min((match.relevance for match in matches), default=1.0)
        last.sort(key=lambda match: -match.relevance)
        matches += [replace(match, relevance=min(match.relevance, least)) for match in last]
        best_unknown = max(unknown, default=0.0)
        if not self._situations:
            return SearchResult(tuple(matches), float(best_unknown), SIMILARITY.bands)
        bands, in_scope = self._vectors.calibration.bands, 1.0 - float(blend[-1])
        if best_unknown >= SIMILARITY.bands.covered:
            # Situations of an older text may call silent what a new passage speaks to.
            in_scope = max(in_scope, bands.not_covered)
        return SearchResult(tuple(matches), in_scope, bands)

    def _nearest(self, passage: Passage, near: np.ndarray) -> tuple[str | None, float]:
        members = self._members.get(passage.id)
        if members is None:
            return None, 0.0
        best = self._situations[members[near[members].argmax()]]
        cosine = float(near[members].max())
        return (best.text, cosine) if best.showable and cosine >= MIN_EXPLANATION_COSINE else (None, 0.0)


def neighbours(near: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """The probability of each class (questions, classes) by the situations that are near, from their cosines
    (questions, situations) and their shares of the classes (situations, classes)."""
    weights = np.exp((near - near.max(axis=1, keepdims=True)) / TEMPERATURE)
    return (weights / weights.sum(axis=1, keepdims=True)) @ targets
