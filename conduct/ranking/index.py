"""Finds the passages that speak to a question.

Where there are situations, three views of a question are blended: near situations, its meaning, its words. A passage
without situations is found by its own words.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from conduct.dataset.situations import Bank
from conduct.model.encoder import Encode, Encoder
from conduct.ranking.any_code import AnyCode
from conduct.ranking.calibration import SIMILARITY, Bands
from conduct.ranking.courtesies import essence, unshouted
from conduct.ranking.highlight import sentence_to_mark
from conduct.ranking.recipe import RECIPE, Blend
from conduct.ranking.spelling import Spelling
from conduct.ranking.vectors import Vectors, along, classes, piece_rows, targets
from conduct.text.code import Code, Passage

# From this cosine on, the nearest situation is given as an explanation: nine of ten such situations lead to the right
# passage. Fitted by `python -m conduct.training.constants`.
MIN_EXPLANATION_COSINE = 0.75
# The relevance of a passage about the text itself, such as its licence: a choice, low enough that it never comes before
# a passage about conduct.
BOILERPLATE = 0.01
# For how many texts `scopes` works at a time: each needs several arrays of the length of the bank.
SCOPES_AT_A_TIME = 16


@dataclass(frozen=True, slots=True)
class Match:
    """A passage for a question. `relevance` is a calibrated probability, `sentence` the one to mark. `situation` is the
    nearest one that leads to the passage, `nearness` its cosine; None and 0 if it is not near or may not be shown."""

    passage: Passage
    relevance: float
    sentence: str
    situation: str | None
    nearness: float = 0.0


@dataclass(frozen=True, slots=True)
class Scope:
    """`in_scope` is the probability that the code speaks to a text, to be read with `bands`."""

    in_scope: float
    bands: Bands


@dataclass(frozen=True, slots=True)
class SearchResult:
    """All passages, most relevant first. `in_scope` is the probability that the code speaks to the question, to be read
    with `bands`. `by_words` is how much the question's words counted, from 0 to 1: not at all if they are in another
    language than the situations."""

    matches: tuple[Match, ...]
    in_scope: float
    bands: Bands
    by_words: float = 1.0


class Index:
    """Passages and situations of one text, ready to be searched. Immutable once built."""

    def __init__(
        self, code: Code, bank: Bank, vectors: Vectors, known: AnyCode | None = None, blend: Blend = RECIPE.blend
    ) -> None:
        """`known` are the numbers for codes without situations; None if they were not fitted for the encoder."""
        self._passages = code.passages
        self.known = known
        self._vectors = vectors
        self._blend = blend
        self._situations = bank.situations
        # Words of the passages as well: a newer text may have words that no situation has. Without situations no word
        # is corrected, since it is not known which words are common.
        usual = (*code.passages, *bank.situations) if bank.situations else ()
        self._spelling = Spelling(text.text for text in usual)
        self._pieces = piece_rows(self._passages)
        self._classes = classes(code, bank)
        # Numbers of the passages that are rules, of the rules that no situation leads to, and of all other passages.
        is_rule = np.array([not passage.boilerplate for passage in self._passages])
        is_rule |= not is_rule.any()
        seen = np.array([passage.id in self._classes for passage in self._passages])
        self._rules, self._others = np.flatnonzero(is_rule), np.flatnonzero(~is_rule)
        self._unseen = np.flatnonzero(is_rule & ~seen)
        self._targets = targets(bank, self._classes)
        self._members = {
            name: np.flatnonzero(self._targets[:, column]) for column, name in enumerate(self._classes[:-1])
        }

    def search(self, questions: Sequence[str], encoder: Encoder) -> list[SearchResult]:
        """Rank all passages for each of `questions`; `encoder` must be the one that made the vectors."""
        if not questions:
            return []
        compared = self._compare(questions, encoder.encode)
        return [self._result(*row) for row in compared.rows()]

    def scopes(self, texts: Sequence[str], encode: Encode) -> list[Scope]:
        """Whether the code speaks to each of `texts`, by its meaning only.

        For an estimate, the words of a text add nothing, but take as long as everything else.
        """
        found = []
        for begin in range(0, len(texts), SCOPES_AT_A_TIME):
            compared = self._compare(texts[begin : begin + SCOPES_AT_A_TIME], encode, by_words=False)
            found += map(self._scope, compared.probabilities, compared.unseen_in_scope)
        return found

    def _compare(self, questions: Sequence[str], encode: Encode, by_words: bool = True) -> "_Compared":
        read = [self._spelling.corrected(unshouted(essence(question))) for question in questions]
        question_vectors = encode(read)
        to_pieces = question_vectors @ self._vectors.pieces.T
        to_situations = along(self._vectors.axes, question_vectors) @ self._vectors.situations.T
        words = self._words_count(read) if by_words else np.zeros(len(read))
        probabilities = self._probabilities(read, question_vectors, to_situations, words)
        closest = np.stack([to_pieces[:, rows].max(axis=1) for rows in self._pieces], axis=1)
        return _Compared(to_pieces, to_situations, probabilities, words, *self._by_words(question_vectors, closest))

    def _by_words(self, vectors: np.ndarray, closest: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Scores by the passages' own words, from unit vectors (questions, d) and cosines (questions, passages).

        Gives the relevance (questions, passages), and the probability (questions,) that a passage without situations
        speaks to the question.
        """
        rules, unseen = self._rules, self._unseen
        if self.known is None:
            relevance = SIMILARITY.relevance((1 + closest) / 2)
            in_scope = relevance[:, unseen].max(axis=1, initial=0.0)
        else:
            conduct = self.known.about_conduct(vectors)
            relevance = np.zeros_like(closest)
            relevance[:, rules] = self.known.relevances(conduct, closest[:, rules])
            in_scope = self.known.in_scope(conduct, closest[:, unseen]) if unseen.size else np.zeros(len(closest))
        relevance[:, self._others] = BOILERPLATE
        return relevance, in_scope

    def _words_count(self, questions: Sequence[str]) -> np.ndarray:
        """How much the words of each question count, from 0 to 1: (questions,)."""
        if not self._situations or not (self._blend.neighbours or self._blend.meaning):
            return np.ones(len(questions))
        familiar = np.array([self._spelling.familiar(question) for question in questions])
        return np.clip((familiar - RECIPE.words_from) / (RECIPE.words_fully - RECIPE.words_from), 0, 1)

    def _probabilities(
        self, questions: Sequence[str], question_vectors: np.ndarray, to_situations: np.ndarray, words_count: np.ndarray
    ) -> np.ndarray:
        """The blended probability of each class, (questions, classes); without situations (questions, 0)."""
        if not self._situations:
            return np.empty((len(questions), 0), dtype=np.float32)
        by_neighbours = neighbours(to_situations, self._targets)
        by_meaning = self._vectors.meaning.probabilities(question_vectors)
        blend = self._blend
        words = blend.words * words_count[:, np.newaxis]
        mixed = blend.neighbours * by_neighbours + blend.meaning * by_meaning
        if words.any():
            mixed = mixed + words * self._vectors.words.probabilities(questions)
        return mixed / (blend.neighbours + blend.meaning + words)

    def _result(
        self,
        to_pieces: np.ndarray,
        to_situations: np.ndarray,
        probabilities: np.ndarray,
        words_count: float,
        by_words: np.ndarray,
        unseen_in_scope: float,
    ) -> SearchResult:
        """The result of one question, from its cosines (pieces,) and (situations,), its probabilities (classes,), how
        much its words count, and what `_by_words` says of it."""
        by_class = dict(zip(self._classes, self._vectors.calibration.relevance(probabilities), strict=False))
        matches, boilerplate = [], []
        for number, (passage, rows) in enumerate(zip(self._passages, self._pieces, strict=True)):
            relevance = by_class.get(passage.id, by_words[number])
            is_last = passage.boilerplate and passage.id not in by_class
            sentence = sentence_to_mark(passage.sentences, to_pieces[rows][: len(passage.sentences)])
            match = Match(passage, float(relevance), sentence, *self._explanation(passage, to_situations))
            (boilerplate if is_last else matches).append(match)
        matches.sort(key=lambda match: -match.relevance)
        least = min((match.relevance for match in matches), default=1.0)
        matches += [replace(match, relevance=min(match.relevance, least)) for match in boilerplate]
        scope = self._scope(probabilities, unseen_in_scope)
        return SearchResult(tuple(matches), scope.in_scope, scope.bands, float(words_count))

    def _scope(self, probabilities: np.ndarray, unseen_in_scope: float) -> Scope:
        own = self.known.bands if self.known else SIMILARITY.bands
        if not self._situations:
            return Scope(float(unseen_in_scope), own)
        bands, in_scope = self._vectors.calibration.bands, 1.0 - float(probabilities[-1])
        # Situations for an older text may lead to "silent" where a new passage speaks to the question.
        if unseen_in_scope >= own.covered:
            in_scope = max(in_scope, bands.covered)
        elif unseen_in_scope >= own.not_covered:
            in_scope = max(in_scope, bands.not_covered)
        return Scope(in_scope, bands)

    def _explanation(self, passage: Passage, to_situations: np.ndarray) -> tuple[str | None, float]:
        """The nearest situation that leads to `passage` and its cosine; (None, 0) if it is not near or not showable."""
        members = self._members.get(passage.id)
        if members is None:
            return None, 0.0
        nearest = members[to_situations[members].argmax()]
        situation, cosine = self._situations[nearest], float(to_situations[nearest])
        return (situation.text, cosine) if situation.showable and cosine >= MIN_EXPLANATION_COSINE else (None, 0.0)


@dataclass(frozen=True, slots=True)
class _Compared:
    """Texts compared with a code: cosines (texts, pieces) and (texts, situations), probabilities (texts, classes), how
    much their words count (texts,), and the two results of `_by_words`, (texts, passages) and (texts,)."""

    to_pieces: np.ndarray
    to_situations: np.ndarray
    probabilities: np.ndarray
    words_count: np.ndarray
    by_words: np.ndarray
    unseen_in_scope: np.ndarray

    def rows(self) -> Iterator[tuple]:
        """The values of each text."""
        return zip(
            self.to_pieces,
            self.to_situations,
            self.probabilities,
            self.words_count,
            self.by_words,
            self.unseen_in_scope,
            strict=True,
        )


def neighbours(cosines: np.ndarray, targets: np.ndarray, temperature: float = RECIPE.temperature) -> np.ndarray:
    """The probability of each class (questions, classes) by the nearest situations, from their cosines
    (questions, situations) and their shares of the classes (situations, classes)."""
    weights = np.exp((cosines - cosines.max(axis=1, keepdims=True)) / temperature)
    return (weights / weights.sum(axis=1, keepdims=True)) @ targets
