"""Figures that can be computed by hand."""

import numpy as np
import pytest

from conduct.dataset.situations import Judgement, Question
from conduct.training import metrics
from conduct.training.metrics import Ranking

QUESTION = Question("q", (Judgement("a", 2), Judgement("b", 1)))
SILENT = Question("s", ())


def ranking(*passages: str, in_scope: float = 1.0) -> Ranking:
    """A ranking with falling scores."""
    return Ranking(passages, tuple(1 / n for n in range(1, len(passages) + 1)), in_scope)


@pytest.mark.parametrize(
    ("passages", "depth", "expected"), [("abc", 1, 1), ("bac", 1, 0), ("bca", 3, 1), ("bcda", 3, 0)]
)
def test_hit(passages: str, depth: int, expected: int):
    """Only a passage to show first counts."""
    assert metrics.hit(QUESTION, ranking(*passages), depth) == expected


def test_ndcg_of_the_best_order_is_one_and_of_a_swap_is_known():
    """Gains 2 and 1: (1 + 2/log2(3)) / (2 + 1/log2(3)) when the first two are swapped."""
    assert metrics.ndcg(QUESTION, ranking("a", "b", "c", "d")) == pytest.approx(1)
    discount = 1 / np.log2(3)
    assert metrics.ndcg(QUESTION, ranking("b", "a", "c", "d")) == pytest.approx((1 + 2 * discount) / (2 + discount))


def test_a_mean_comes_with_its_interval():
    """Half of 100 hits: 0.5, and an interval of about 0.1 to each side."""
    figure = metrics.mean([0, 1] * 50)
    assert figure.value == 0.5
    assert figure.low == pytest.approx(0.4, abs=0.02)
    assert figure.high == pytest.approx(0.6, abs=0.02)


def test_scope_is_measured_on_both_kinds_of_questions():
    """One of two silent questions ranks above one of two in scope: three of four pairs are right."""
    questions = [QUESTION, QUESTION, SILENT, SILENT]
    rankings = [ranking("a", in_scope=value) for value in (0.9, 0.5, 0.6, 0.1)]
    assert metrics.scope_auc(questions, rankings) == 0.75
    assert metrics.refused_at(questions, rankings, kept=1.0) == 0.5


def test_calibration_error():
    """Half of the probabilities are right, the other half is off by 0.4."""
    probabilities = np.array([0.0] * 10 + [0.9] * 10)
    outcomes = np.array([0] * 10 + [1, 0] * 5)
    assert metrics.calibration_error(probabilities, outcomes) == pytest.approx(0.2)


def test_what_is_asked_of_one_group_is_right_or_wrong_together():
    """Ten groups of ten, half of them right: the interval is that of ten figures, not of a hundred."""
    values = [0.0] * 50 + [1.0] * 50
    groups = [f"code {number // 10}" for number in range(100)]
    figure = metrics.grouped_mean(values, groups)
    assert figure.value == 0.5
    assert (figure.low, figure.high) == (pytest.approx(0.2, abs=0.1), pytest.approx(0.8, abs=0.1))
    alone = metrics.mean(values)
    assert figure.high - figure.low > 2 * (alone.high - alone.low)


def test_groups_count_by_their_questions():
    """One of one and none of three: a quarter; and one group alone leaves nothing to draw."""
    assert metrics.grouped_mean([1.0, 0.0, 0.0, 0.0], ["a", "b", "b", "b"]).value == 0.25
    assert metrics.grouped_mean([1.0, 0.0], ["a", "a"]) == metrics.Figure(0.5, 0.5, 0.5)
