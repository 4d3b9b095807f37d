"""Measure this app on labelled questions, beside BM25 and plain sentence embeddings."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from conduct.answering.answer import COVERED, NOT_COVERED, UNCLEAR, coverage
from conduct.answering.dataset_revision import DatasetRevision
from conduct.dataset.situations import Bank, Question
from conduct.errors import DataError
from conduct.model.encoder import Encoder
from conduct.ranking.fit import build
from conduct.ranking.index import Index, SearchResult
from conduct.ranking.recipe import Blend
from conduct.ranking.vectors import Vectors
from conduct.training import metrics, robustness
from conduct.training.comparison import BM25, OURS, bm25, by_embeddings
from conduct.training.metrics import Ranking
from conduct.training.robustness import Change

SPLIT_NAMES = ("test", "dev")


@dataclass(frozen=True, slots=True)
class Row:
    """One system's figures, over the questions in scope but for the last two."""

    system: str
    hit1: metrics.Figure
    hit3: metrics.Figure
    ndcg3: metrics.Figure
    auc: float
    refused: float


@dataclass(frozen=True, slots=True)
class Report:
    """All that an evaluation measured on one split."""

    split: str
    in_scope: int
    silent: int
    rows: tuple[Row, ...]
    # Shares of (covered, unclear, not covered) of the questions in scope and of the silent ones.
    coverage_in_scope: tuple[float, float, float]
    coverage_silent: tuple[float, float, float]
    calibration_error: float
    # (shown first, should be first, how often), most frequent first.
    confusions: tuple[tuple[str, str, int], ...]
    # How often another way to say a question in scope moved its first passage.
    changes: tuple[Change, ...]


def evaluate(
    dataset: DatasetRevision,
    vectors: Vectors,
    encoder: Encoder,
    others: Mapping[str, Encoder],
    split: str,
    ablate: bool = True,
) -> Report:
    """Measure on `split`; `others` are encoders to compare with, by their names.

    Raises DataError if the data has no labelled questions of the split.
    """
    labelled = dataset.read_questions()
    questions = [question for question in labelled if question.split == split]
    if not any(q.in_scope for q in questions) or all(q.in_scope for q in questions):
        raise DataError(f"The data has no labelled questions of the split {split!r}: add some to questions.jsonl.")
    texts = [question.text for question in questions]
    code, bank = dataset.code, dataset.bank
    found = Index(code, bank, vectors).search(texts, encoder)
    systems = {BM25: bm25(code.passages, texts)}
    for name, other in others.items():
        systems[name] = by_embeddings(code.passages, texts, other)
    systems["conduct's encoder, own words only"] = by_embeddings(code.passages, texts, encoder)
    if ablate and bank.situations:
        for name, blend in {
            "near situations only": Blend(1, 0, 0),
            "meaning only": Blend(0, 1, 0),
            "words only": Blend(0, 0, 1),
            "without near situations": Blend(neighbours=0),
            "without meaning": Blend(meaning=0),
            "without words": Blend(words=0),
        }.items():
            systems[name] = [
                ranking(result) for result in Index(code, bank, vectors, blend=blend).search(texts, encoder)
            ]
    systems[OURS] = ours = [ranking(result) for result in found]
    probabilities = np.array([[match.relevance for match in result.matches] for result in found])
    shown = np.array(
        [[m.passage.id in q.shown for m in result.matches] for q, result in zip(questions, found, strict=True)]
    )
    return Report(
        split=split,
        in_scope=sum(question.in_scope for question in questions),
        silent=sum(not question.in_scope for question in questions),
        rows=tuple(row(name, questions, rankings) for name, rankings in systems.items()),
        coverage_in_scope=_coverage([result for q, result in zip(questions, found, strict=True) if q.in_scope]),
        coverage_silent=_coverage([result for q, result in zip(questions, found, strict=True) if not q.in_scope]),
        calibration_error=metrics.calibration_error(probabilities.ravel(), shown.ravel()),
        confusions=_confusions(questions, ours),
        changes=_changes(questions, ours, Index(code, bank, vectors), encoder),
    )


def learning_curve(
    dataset: DatasetRevision, encoder: Encoder, split: str, sizes: Sequence[int], seed: int = 0
) -> list[tuple[int, Row]]:
    """The figures with random parts of the bank: how much another doubling of situations would bring.

    `encoder` must have learnt nothing, or it would have seen the other parts.
    """
    labelled = dataset.read_questions()
    questions = [question for question in labelled if question.split == split]
    texts = [question.text for question in questions]
    order = np.random.default_rng(seed).permutation(len(dataset.bank.situations))
    points = []
    for size in sizes:
        part = Bank(tuple(dataset.bank.situations[number] for number in order[:size]))
        vectors = build(dataset.code, part, labelled, encoder)
        found = Index(dataset.code, part, vectors).search(texts, encoder)
        points.append((size, row(f"{size} situations", questions, [ranking(result) for result in found])))
    return points


def ranking(found: SearchResult) -> Ranking:
    """What was found, as the metrics read it."""
    return Ranking(
        tuple(match.passage.id for match in found.matches),
        tuple(match.relevance for match in found.matches),
        found.in_scope,
    )


def row(system: str, questions: Sequence[Question], rankings: Sequence[Ranking]) -> Row:
    """One system's figures."""
    return Row(
        system,
        hit1=metrics.over(questions, rankings, lambda q, r: metrics.hit(q, r, 1)),
        hit3=metrics.over(questions, rankings, lambda q, r: metrics.hit(q, r, 3)),
        ndcg3=metrics.over(questions, rankings, metrics.ndcg),
        auc=metrics.scope_auc(questions, rankings),
        refused=metrics.refused_at(questions, rankings),
    )


def _coverage(found: Sequence[SearchResult]) -> tuple[float, float, float]:
    counts = Counter(coverage(result) for result in found)
    return tuple(counts[band] / len(found) for band in (COVERED, UNCLEAR, NOT_COVERED))


def _confusions(questions: Sequence[Question], rankings: Sequence[Ranking]) -> tuple[tuple[str, str, int], ...]:
    wrong = Counter(
        (ranking.passages[0], " or ".join(sorted(question.first)))
        for question, ranking in zip(questions, rankings, strict=True)
        if question.in_scope and not metrics.hit(question, ranking, 1)
    )
    return tuple((shown, wanted, count) for (shown, wanted), count in wrong.most_common())


def _changes(
    questions: Sequence[Question], before: Sequence[Ranking], index: Index, encoder: Encoder
) -> tuple[Change, ...]:
    inside = [(q.text, ranking) for q, ranking in zip(questions, before, strict=True) if q.in_scope]
    changes = []
    for name, say in robustness.CHANGES.items():
        texts = [say(text) for text, _ in inside]
        after = [ranking(result) for result in index.search(texts, encoder)]
        changes.append(Change(name, robustness.moved([first for _, first in inside], after)))
    return tuple(changes)
