"""From the search results of a draft's sentences to the result of the draft. Pure.

The more sentences, the more likely that one of them looks relevant by chance: so the score of the best one is not used
as it is, and the probabilities are fitted on whole drafts, with their length.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from conduct.ranking.calibration import Bands
from conduct.ranking.index import Scope, SearchResult
from conduct.text.draft import Piece, with_neighbours

# How many sentences of a draft the encoder reads, at least, and as a share: those with the best estimate from `glance`.
# On the dev drafts, reading all of them would not be better.
MIN_READ, SHARE_READ = 12, 0.12
# How many of these are read again with their neighbours. On the dev drafts, 4 or 10 are better by one draft of 103.
READ_AGAIN = 3
# The least distance of the bands, in log-odds, by which positions are scaled: closer bands would exaggerate them.
LEAST_WIDTH = 0.5


@dataclass(frozen=True, slots=True)
class DraftRecipe:
    """Fitted on the dev half of training_data/drafts by `python -m conduct.training.drafts`, for the bundled text.

    A sentence's position is 0 at the lower band of coverage and 1 at the upper one, so that the numbers also hold for
    other texts and models. The log-odds of coverage are: best * position of the best sentence + length * log(number of
    sentences) + intercept. Those of a passage's relevance have the same form, with the fields `passage_...`.
    """

    best: float = 5.045
    length: float = -0.923
    intercept: float = -3.601
    covered: float = 0.916
    not_covered: float = 0.396
    # How much lower the position is of a sentence whose words do not count, as in another language: such sentences are
    # more often near the upper band.
    unfamiliar: float = 0.75
    # The weight of a sentence's position in its score for a passage: chosen on the dev half.
    position: float = 2.5
    passage_score: float = 0.772
    passage_length: float = -0.227
    passage_intercept: float = -4.860


RECIPE = DraftRecipe()
# Searches for texts.
Search = Callable[[Sequence[str]], Sequence[SearchResult]]
# Estimates whether the code speaks to each text; None if the encoder cannot estimate.
Glance = Callable[[Sequence[str]], Sequence[Scope] | None]


@dataclass(frozen=True, slots=True)
class Scores:
    """The scores of a draft: its best position, each passage's score by id, and the number of its sentences."""

    best: float
    passages: Mapping[str, float]
    sentences: int


@dataclass(frozen=True, slots=True)
class DraftResult:
    """The result of a draft. `led_by` has, for each match, the numbers of the sentences that led to it: the strongest
    first, then the others in order."""

    result: SearchResult
    led_by: tuple[tuple[int, ...], ...]


class Readings:
    """The search results of a draft's sentences: by the sentence's number, first alone, then with its neighbours."""

    def __init__(self, results: Mapping[int, Sequence[SearchResult]], recipe: DraftRecipe = RECIPE) -> None:
        self._alone = {number: read[0] for number, read in results.items()}
        self._recipe = recipe
        self._positions = {
            number: _mean([self._position(result) for result in read]) for number, read in results.items()
        }
        self._scores = {number: self._passage_scores(number, read) for number, read in results.items()}

    def scores(self, sentences: int) -> Scores:
        """The scores for the probabilities of a draft; `sentences` is the number of all its sentences."""
        ids = next(iter(self._scores.values()))
        best = {name: max(scores[name] for scores in self._scores.values()) for name in ids}
        return Scores(max(self._positions.values()), best, sentences)

    def combined(self, sentences: int) -> DraftResult:
        """The result of a draft; `sentences` is the number of all its sentences."""
        recipe, scores = self._recipe, self.scores(sentences)
        length = math.log(sentences)
        in_scope = self._in_scope(scores.best, sentences)
        matches = []
        for name, score in scores.passages.items():
            match = next(match for match in self._alone[self._strongest(name)].matches if match.passage.id == name)
            log_odds = recipe.passage_score * score + recipe.passage_length * length + recipe.passage_intercept
            matches.append(replace(match, relevance=probability(log_odds)))
        matches.sort(key=lambda match: -match.relevance)
        result = SearchResult(tuple(matches), in_scope, Bands(recipe.covered, recipe.not_covered))
        return self.explaining(result, sentences)

    def explaining(self, result: SearchResult, sentences: int) -> DraftResult:
        """`result`, which is that of the whole text, with the sentences that led to each passage."""
        return DraftResult(result, tuple(self._led_by(match.passage.id, sentences) for match in result.matches))

    def _led_by(self, name: str, sentences: int) -> tuple[int, ...]:
        """The strongest sentence for a passage, and others for which this passage is the best.

        Such another sentence must be covered by itself, and not only together with its neighbour.
        """
        strongest = self._strongest(name)
        others = [
            number
            for number, scores in self._scores.items()
            if number != strongest
            and self._in_scope(self._surely(number), sentences) >= self._recipe.covered
            and max(scores, key=scores.get) == name
        ]
        return (strongest, *sorted(others))

    def _surely(self, number: int) -> float:
        return min(self._positions[number], self._position(self._alone[number]))

    def _position(self, result: SearchResult) -> float:
        return position(result) - self._recipe.unfamiliar * (1 - result.by_words)

    def _in_scope(self, position: float, sentences: int) -> float:
        """The probability that the code speaks to a draft whose best sentence has this position."""
        recipe = self._recipe
        return probability(recipe.best * position + recipe.length * math.log(sentences) + recipe.intercept)

    def _strongest(self, name: str) -> int:
        return max(self._scores, key=lambda number: self._scores[number][name])

    def _passage_scores(self, number: int, read: Sequence[SearchResult]) -> dict[str, float]:
        by_passage = [{match.passage.id: log_odds(match.relevance) for match in result.matches} for result in read]
        added = self._recipe.position * self._positions[number]
        return {name: _mean([scores[name] for scores in by_passage]) + added for name in by_passage[0]}


def read_pieces(
    pieces: Sequence[Piece], glance: Glance, search: Search, in_context: bool = True
) -> dict[int, list[SearchResult]]:
    """The search results of the most promising pieces of a draft, by their numbers: alone, and if `in_context`, with
    their neighbours."""
    texts = [piece.text for piece in pieces]
    numbers = list(range(len(texts)))
    read = max(MIN_READ, math.ceil(SHARE_READ * len(texts)))
    if read < len(texts) and (seen := glance(texts)) is not None:
        numbers = promising(dict(enumerate(seen)), read)
    alone = dict(zip(numbers, search([texts[number] for number in numbers]), strict=True))
    chosen = promising(alone, READ_AGAIN)
    around = {number: with_neighbours(pieces, number) if in_context else () for number in chosen}
    pairs = list(dict.fromkeys(pair for of_piece in around.values() for pair in of_piece))
    found = dict(zip(pairs, search(pairs) if pairs else (), strict=True))
    return {number: [alone[number], *(found[pair] for pair in around[number])] for number in chosen}


def promising(results: Mapping[int, Scope | SearchResult], count: int) -> list[int]:
    """The numbers of the `count` sentences that the code most likely speaks to, in ascending order."""
    return sorted(sorted(results, key=lambda number: -position(results[number]))[:count])


def position(result: Scope | SearchResult) -> float:
    """Where a result is between its bands: 0 at the lower one, 1 at the upper one."""
    lower, upper = log_odds(result.bands.not_covered), log_odds(result.bands.covered)
    return (log_odds(result.in_scope) - lower) / max(upper - lower, LEAST_WIDTH)


def log_odds(chance: float) -> float:
    """The log-odds of a probability, which may be 0 or 1."""
    clipped = min(max(chance, 1e-6), 1 - 1e-6)
    return math.log(clipped / (1 - clipped))


def probability(log_odds: float) -> float:
    """The probability of log-odds of any size."""
    return 1 / (1 + math.exp(-min(max(log_odds, -50.0), 50.0)))


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
