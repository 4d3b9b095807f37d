"""The soak, short: every door, refreshes, faults, dropped and hostile clients; each answer is checked."""

from pathlib import Path

from benchmarks.soak import Plan, soak


def test_a_short_soak(tmp_path: Path):
    """How the memory grows shows the long one."""
    plan = Plan(questions=150, hostile=80, visitors=3, refresh_seconds=2.0, lines=160)
    outcome = soak(plan, tmp_path, quiet=True)
    assert outcome.tally.wrong == []
<<<<<<< HEAD
    assert outcome.tally.answered >= 150
    assert {"one step", "many", "two steps", "page", "embed", "dropped", "hostile"} <= set(outcome.tally.events)
=======
    assert outcome.tally.answered >= 400
<<<<<<< HEAD
    assert {"one step", "many", "two steps", "page", "embed", "dropped", "hostile", "attack:crowd"} <= set(outcome.tally.events)
>>>>>>> 88baaa3 (The soak has attacks and hostile texts among its traffic; benchmarks/attacks.py says what each attack costs, of this tree or an older one)
=======
    ways = {"one step", "many", "two steps", "page", "embed", "dropped", "hostile", "attack:crowd"}
    assert ways <= set(outcome.tally.events)
>>>>>>> f7e9105 (check shows a step and a summary's text with their titles, and does not list them as left out; the attacks are measured from a process of their own)
    assert len(outcome.tally.revisions) > 1
    log = (tmp_path / "log").read_text()
    assert "Traceback" not in log
    assert "Unexpected" not in log
