"""Figures that a reader can compute by hand."""

import json
from pathlib import Path

import pytest

from conduct.answering.dataset_revision import DatasetRevision
from conduct.dataset.files import QUESTIONS_FILE, SITUATIONS_FILE, TEXT_FILE
from conduct.errors import DataError
from conduct.hub.snapshot import Snapshot
from conduct.ranking.fit import build
from conduct.training import report
from conduct.training.evaluate import evaluate, learning_curve
from tests.fakes import WordEncoder

SITUATIONS = [
    *[{"text": f"an accent {n}", "passages": {"words-1": 2}} for n in range(4)],
    *[{"text": f"a slot {n}", "passages": {"chances-1": 2}} for n in range(4)],
    *[{"text": f"pizza {n}", "passages": {}} for n in range(4)],
]
QUESTIONS = [
    {"text": "is an accent okay", "passages": {"words-1": 2}},
    {"text": "a slot for a friend", "passages": {"chances-1": 2}},
    {"text": "a slot that is really about words", "passages": {"words-1": 2, "chances-1": 1}},
    {"text": "best pizza", "passages": {}},
]


@pytest.fixture
def dataset(tmp_path: Path) -> DatasetRevision:
    """Two passages, twelve situations; of four questions one is labelled against its words."""
    (tmp_path / TEXT_FILE).write_text("## Words\n\nNo accent is wrong.\n\n## Chances\n\nEach slot is fair.\n")
    for name, rows in ((SITUATIONS_FILE, SITUATIONS), (QUESTIONS_FILE, QUESTIONS)):
        (tmp_path / name).write_text("".join(json.dumps(row) + "\n" for row in rows))
    return DatasetRevision.read(Snapshot(tmp_path, "small", "local"))


def test_the_figures_of_four_questions(dataset: DatasetRevision):
    """Two of three come first, all among three, none of the silent is covered that should not be."""
    encoder = WordEncoder()
    vectors = build(dataset.code, dataset.bank, (), encoder)
    measured = evaluate(dataset, vectors, encoder, {"plain": encoder}, "test")
    assert (measured.split, measured.in_scope, measured.silent) == ("test", 3, 1)
    ours = measured.rows[-1]
    assert ours.system == "conduct"
    assert (ours.hit1.value, ours.hit3.value) == (pytest.approx(2 / 3), 1.0)
    # The third: gains 1 and 2 in the order shown, against 2 and 1 in the best order.
    third = (1 + 2 / 1.5849625) / (2 + 1 / 1.5849625)
    assert ours.ndcg3.value == pytest.approx((1 + 1 + third) / 3)
    assert (ours.auc, ours.refused) == (1.0, 1.0)
    assert measured.confusions == (("chances-1", "words-1", 1),)
    assert sum(measured.coverage_in_scope) == pytest.approx(1.0)
    assert measured.coverage_silent == (0.0, 0.0, 1.0)
    assert {change.name: change.moved.value for change in measured.changes}["upper case"] == 0.0
    assert [row.system for row in measured.rows[:3]] == [
        "BM25", "plain", "conduct's encoder, own words only",
    ]  # fmt: skip


def test_a_split_without_questions_is_said(dataset: DatasetRevision):
    """With what to do."""
    encoder = WordEncoder()
    vectors = build(dataset.code, dataset.bank, (), encoder)
    with pytest.raises(DataError, match=r"no labelled questions of the split 'dev': add some to questions\.jsonl\.$"):
        evaluate(dataset, vectors, encoder, {}, "dev")


def test_the_learning_curve_has_a_point_for_each_size(dataset: DatasetRevision):
    """The whole bank is as good as the whole bank."""
    encoder = WordEncoder()
    points = learning_curve(dataset, encoder, "test", [6, 12])
    assert [size for size, _ in points] == [6, 12]
    assert points[1][1].system == "12 situations"
    assert points[1][1].hit1.value == pytest.approx(2 / 3)


def test_the_report_says_it_in_tables_and_draws_it(dataset: DatasetRevision, tmp_path: Path):
    """Each figure with its interval; the picture is a PNG."""
    encoder = WordEncoder()
    vectors = build(dataset.code, dataset.bank, (), encoder)
    measured = evaluate(dataset, vectors, encoder, {}, "test", ablate=False)
    points = learning_curve(dataset, encoder, "test", [12])
    lines = report.as_markdown(measured, points).splitlines()
    assert lines[0] == "3 questions in scope, 1 that the code is silent on; split: test."
    assert lines[2].startswith("| | hit@1 | hit@3 | nDCG@3 |")
    assert f"| conduct | {measured.rows[-1].hit1} | 1.000 (1.00–1.00) |" in "\n".join(lines)
    assert "| chances-1 | words-1 | 1 |" in lines
    assert any(line.startswith("| 12 situations |") for line in lines)
    report.draw(measured, points, (), tmp_path / "figure.png")
    assert (tmp_path / "figure.png").read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
