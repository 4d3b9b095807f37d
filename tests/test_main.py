"""The command line."""

import io
import json

import pytest

from conduct import __main__ as command
from conduct import engine as engines


@pytest.fixture(autouse=True)
def _loaded(monkeypatch, engine):
    """The commands' engine is the one that is loaded already."""
    monkeypatch.setattr(command, "Engine", lambda settings: engine)
    assert isinstance(engine, engines.Engine)


def test_ask_prints_what_a_person_can_read(capsys):
    """The message, then passages with their section."""
    assert command.main(["ask", "they make fun of her thick accent", "--limit", "1"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "The code speaks to this."
    assert lines[2].startswith("1. Diversity, Equity & Inclusion  (diversity-equity-inclusion-2, relevance 0.")
    assert lines[3].startswith("   Diversity is about differences.")


def test_ask_from_standard_input_prints_a_line_of_json_each(capsys, monkeypatch):
    """Empty lines are passed over, and a line that cannot be asked does not end the rest."""
    monkeypatch.setattr("sys.stdin", io.StringIO(f"pizza\n\n{'x' * 1001}\nhe hit me\n"))
    assert command.main(["ask", "-", "--json", "--limit", "1"]) == 1
    printed = capsys.readouterr()
    assert [json.loads(line)["question"] for line in printed.out.splitlines()] == ["pizza", "he hit me"]
    assert printed.err.startswith("The question may have 1,000 characters")


def test_a_bad_limit_ends_with_one_sentence(capsys):
    """Exit code 1, no traceback."""
    assert command.main(["ask", "x", "--limit", "11"]) == 1
    assert capsys.readouterr().err.startswith("The limit must be a whole number from 1 to 10, but 11 came")


def test_an_unknown_command_ends_with_2(capsys):
    """As argparse does it."""
    with pytest.raises(SystemExit) as ended:
        command.main(["dance"])
    assert ended.value.code == 2
