"""How good a ranking is, against labelled questions. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.metrics import ndcg_score, roc_auc_score

from conduct.dataset.situations import Question

RESAMPLES = 1_000


@dataclass(frozen=True, slots=True)
class Ranking:
    """What a system says of one question: passage ids, best first, their scores, and how likely the code speaks."""

    passages: tuple[str, ...]
    scores: tuple[float, ...]
    in_scope: float


@dataclass(frozen=True, slots=True)
class Figure:
    """A mean with its 95% bootstrap interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3f} ({self.low:.2f}–{self.high:.2f})"


def hit(question: Question, ranking: Ranking, depth: int) -> float:
    """1 if a passage to show first is among the first `depth`, else 0."""
    return float(bool(question.first & set(ranking.passages[:depth])))


def ndcg(question: Question, ranking: Ranking, depth: int = 3) -> float:
    """Normalised discounted cumulative gain of the first `depth`, with the grades 0, 1, 2 as gains."""
    grades = {judgement.passage: judgement.grade for judgement in question.judgements}
    order = np.arange(len(ranking.passages), 0, -1)
    return float(ndcg_score([[grades.get(passage, 0) for passage in ranking.passages]], [order], k=depth))


def mean(values: Sequence[float], seed: int = 0) -> Figure:
    """The mean of `values` and its 95% bootstrap interval."""
    array = np.asarray(values, dtype=float)
    if not array.size:
        return Figure(np.nan, np.nan, np.nan)
    resampled = np.random.default_rng(seed).choice(array, size=(RESAMPLES, len(array))).mean(axis=1)
    low, high = np.percentile(resampled, [2.5, 97.5])
    return Figure(float(array.mean()), float(low), float(high))


def grouped_mean(values: Sequence[float], groups: Sequence[str], seed: int = 0) -> Figure:
    """The mean of `values` and its 95% interval, by a bootstrap that draws groups: what is asked of one code, or is one
    text in many languages, is right or wrong together."""
    names = list(dict.fromkeys(groups))
    column = {name: number for number, name in enumerate(names)}
    sums, counts = np.zeros(len(names)), np.zeros(len(names))
    for value, group in zip(values, groups, strict=True):
        sums[column[group]] += value
        counts[column[group]] += 1
    drawn = np.random.default_rng(seed).integers(len(names), size=(RESAMPLES, len(names)))
    means = sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1)
    low, high = np.percentile(means, [2.5, 97.5])
    return Figure(float(np.mean(values)), float(low), float(high))


def over(
    questions: Sequence[Question], rankings: Sequence[Ranking], measure: Callable[[Question, Ranking], float]
) -> Figure:
    """The mean of `measure` over the questions in scope."""
    pairs = zip(questions, rankings, strict=True)
    return mean([measure(question, ranking) for question, ranking in pairs if question.in_scope])


def scope_auc(questions: Sequence[Question], rankings: Sequence[Ranking]) -> float:
    """How well `in_scope` tells questions in scope from the silent ones; 0.5 is chance, 1 perfect."""
    return float(roc_auc_score([q.in_scope for q in questions], [r.in_scope for r in rankings]))


def refused_at(questions: Sequence[Question], rankings: Sequence[Ranking], kept: float = 0.95) -> float:
    """The share of silent questions below the threshold that keeps the share `kept` of those in scope."""
    inside = [r.in_scope for q, r in zip(questions, rankings, strict=True) if q.in_scope]
    silent = [r.in_scope for q, r in zip(questions, rankings, strict=True) if not q.in_scope]
    return float(np.mean(np.asarray(silent) < np.quantile(inside, 1 - kept)))


def calibration_error(probabilities: np.ndarray, outcomes: np.ndarray, bins: int = 10) -> float:
    """Expected calibration error: the mean distance, over equal-width bins, of probability and frequency."""
    bin_of = np.minimum((probabilities * bins).astype(int), bins - 1)
    error = 0.0
    for number in range(bins):
        inside = bin_of == number
        if inside.any():
            error += inside.mean() * abs(probabilities[inside].mean() - outcomes[inside].mean())
    return float(error)
