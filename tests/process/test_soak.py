"""A short soak: all interfaces, refreshes, faults, dropped and hostile clients; each answer is checked."""

from pathlib import Path

from benchmarks.soak import Plan, soak
from conduct.model.sentence_transformer import SentenceEncoder


def test_a_short_soak(tmp_path: Path, encoder: SentenceEncoder):
    """Only the long one shows how the memory grows."""
    plan = Plan(questions=150, hostile=80, visitors=3, refresh_seconds=2.0, lines=40, different=40)
    outcome = soak(plan, tmp_path, quiet=True, encoder=encoder)
    assert outcome.tally.wrong == []
    assert outcome.tally.answered >= 150
    assert {"one step", "many", "two steps", "page", "embed", "dropped", "hostile"} <= set(outcome.tally.events)
    assert any(way.startswith("attack:") for way in outcome.tally.events)
    assert len(outcome.tally.revisions) > 1
    log = (tmp_path / "log").read_text()
    assert "Traceback" not in log
    assert "Unexpected" not in log
