"""The soak, short: every door, refreshes, faults, dropped and hostile clients; each answer is checked."""

from pathlib import Path

from benchmarks.soak import Plan, soak


def test_a_short_soak(tmp_path: Path):
    """How the memory grows shows the long one."""
    plan = Plan(questions=400, hostile=200, visitors=3, refresh_seconds=3.0)
    outcome = soak(plan, tmp_path, quiet=True)
    assert outcome.tally.wrong == []
    assert outcome.tally.answered >= 400
    assert {"one step", "many", "two steps", "page", "embed", "dropped", "hostile"} <= set(outcome.tally.events)
    assert len(outcome.tally.revisions) > 1
    log = (tmp_path / "log").read_text()
    assert "Traceback" not in log
    assert "Unexpected" not in log
