"""The command line."""

import io
import json
import re
import sys

import pytest

from conduct.answering import engine as engines
from conduct.answering import language
from conduct.cli import ask as ask_command
from conduct.cli import parser as command
from conduct.errors import ModelError
from conduct.model import assemble, packaged
from conduct.ranking import any_code


@pytest.fixture(autouse=True)
def _loaded(monkeypatch, engine):
    """The commands use the loaded engine of the session."""
    monkeypatch.setattr(ask_command, "Engine", lambda settings: engine)
    assert isinstance(engine, engines.Engine)


def test_ask_prints_what_a_person_can_read(capsys):
    """The message, then passages with their section."""
    assert command.main(["ask", "they make fun of her thick accent", "--limit", "1"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "The code speaks to this."
    assert lines[2].startswith("1. Diversity, Equity & Inclusion  (diversity-equity-inclusion-2, relevance 0.")
    assert lines[3].startswith("   Diversity is about differences.")


def test_ask_from_standard_input_prints_a_line_of_json_each(capsys, monkeypatch):
    """Empty lines are skipped, and a question that is refused does not end the others."""
    monkeypatch.setattr("sys.stdin", io.StringIO(f"pizza\n\n{'x' * 10_001}\nhe hit me\n"))
    assert command.main(["ask", "-", "--json", "--limit", "1"]) == 1
    printed = capsys.readouterr()
    assert [json.loads(line)["question"] for line in printed.out.splitlines()] == ["pizza", "he hit me"]
    assert printed.err.startswith("The question may have 10,000 characters")


def test_words_need_no_quotes(capsys):
    """They are joined by spaces."""
    assert command.main(["ask", "--json", "they", "mock", "his", "accent"]) == 0
    assert json.loads(capsys.readouterr().out)["question"] == "they mock his accent"


def test_many_answers_are_each_under_their_question(capsys, monkeypatch):
    """Otherwise it would not be clear which answer belongs to it."""
    monkeypatch.setattr("sys.stdin", io.StringIO("pizza\nhe hit me\n"))
    assert command.main(["ask", "-", "--limit", "1"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if line.startswith(">")] == ["> pizza", "> he hit me"]


def test_stray_bytes_cost_one_character(capsys, monkeypatch):
    """But not the questions after them."""
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"he hit \xff me\npizza\n"), encoding="ascii"))
    assert command.main(["ask", "-", "--json"]) == 0
    questions = [json.loads(line)["question"] for line in capsys.readouterr().out.splitlines()]
    assert questions == ["he hit \ufffd me", "pizza"]


def test_no_question_at_all_is_an_error(capsys, monkeypatch):
    """A script that passed an empty file should notice."""
    monkeypatch.setattr("sys.stdin", io.StringIO("\n \n"))
    assert command.main(["ask", "-"]) == 1
    assert capsys.readouterr().err == (
        "Standard input must have a question on each line, but had none: write one a line.\n"
    )


def test_what_cannot_be_done_ends_with_3(capsys, monkeypatch):
    """No model, no Hub: another wording would not help."""

    def no_engine(settings):
        raise ModelError("There is no model: install one.")

    monkeypatch.setattr(ask_command, "Engine", no_engine)
    assert command.main(["ask", "pizza"]) == 3
    assert capsys.readouterr().err == "There is no model: install one.\n"


@pytest.mark.parametrize(("raised", "code"), [(KeyboardInterrupt, 130), (BrokenPipeError, 0)])
def test_an_interrupted_command_ends_quietly(capsys, monkeypatch, engine, raised: type, code: int):
    """After Ctrl-C, or when a reader such as `head` has ended."""

    def interrupted(question, limit):
        raise raised

    monkeypatch.setattr(sys, "stdout", io.StringIO())
    monkeypatch.setattr(engine, "ask", interrupted)
    assert command.main(["ask", "pizza"]) == code
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("limit", "came"), [("11", "11 came"), ("0", "0 came"), ("-1", "-1 came"), ("many", "a text came")]
)
def test_a_bad_limit_ends_with_2(capsys, limit: str, came: str):
    """Like any command line that is not understood, with the same sentence as in other clients."""
    with pytest.raises(SystemExit) as ended:
        command.main(["ask", "x", "--limit", limit])
    assert ended.value.code == 2
    assert f"The limit must be a whole number from 1 to 10, but {came}" in capsys.readouterr().err


@pytest.mark.parametrize("arguments", [["--help"], ["ask", "--help"]])
def test_help_teaches(capsys, arguments: list[str]):
    """Examples and each exit code."""
    with pytest.raises(SystemExit) as ended:
        command.main(arguments)
    assert ended.value.code == 0
    said = capsys.readouterr().out
    assert 'python -m conduct ask "May I joke about his accent?"' in said
    assert re.findall(r"^  (\d+)  ", said, re.MULTILINE) == ["0", "1", "2", "3", "130"]


def test_an_unknown_command_ends_with_2(capsys):
    """As argparse does it."""
    with pytest.raises(SystemExit) as ended:
        command.main(["dance"])
    assert ended.value.code == 2


def test_export_writes_what_the_app_can_be_told_to_read(capsys, monkeypatch, tmp_path, tiny):
    """With its languages and the curves for any code; a folder that is not empty is refused."""
    monkeypatch.setattr(packaged, "FOLDER", tiny)
    monkeypatch.setattr(assemble.export, "__defaults__", (tiny,))
    target = tmp_path / "served"
    assert command.main(["export", str(target)]) == 0
    identity = packaged.identity(packaged.snapshot())
    assert capsys.readouterr().out == f"Wrote {target}: {identity}.\n"
    assert language.languages_of(target) == {"en", "de"}
    assert any_code.load(target / any_code.FILE, identity, 32) is not None
    assert command.main(["export", str(target)]) == 3
    assert "FOLDER must be new or empty" in capsys.readouterr().err


DRAFT = """

# Notes

The release is out, and the docs are up to date.

At the meetup Pedro spoke, and with that accent of his nobody understood a word, so we all had a good laugh.

> quoted

The next call is on Monday at ten.
"""


def test_a_draft_in_a_file(tmp_path, capsys):
    """The line that led to the passage, with its number; as JSON, its place in the question."""
    file = tmp_path / "draft.md"
    file.write_text(DRAFT, encoding="utf-8")
    assert command.main(["ask", "--file", str(file), "--limit", "1"]) == 0
    assert "   line 7: “At the meetup Pedro spoke, and with that accent" in capsys.readouterr().out
    assert command.main(["ask", "--file", str(file), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    about = answer["passages"][0]["about"]
    assert about["text"].startswith("At the meetup Pedro")
    assert answer["question"][about["start"] : about["end"]] == about["text"]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"\x7fELF\x00\x01", "The draft {} is no text in UTF-8: save it as plain text first.\n"),
        (b"caf\xe9", "The draft {} is no text in UTF-8: save it as plain text first.\n"),
        (b"x" * 80_001, "The draft {} has more than the 10,000 characters that can be checked at once: check it in "
                        "parts.\n"),
        (b"> quoted", "The text holds nothing but quoted lines: paste what you want to send yourself, without > before "
                      "each line.\n"),
        (None, "The draft {} cannot be read (No such file or directory): name a text file, or - for standard input.\n"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_draft_is_refused_in_one_sentence(tmp_path, capsys, content: bytes | None, sentence: str):
    """With the exit code of a refused question."""
    file = tmp_path / "draft"
    if content is not None:
        file.write_bytes(content)
    assert command.main(["ask", "--file", str(file)]) == 1
    assert capsys.readouterr().err == sentence.format(file)


@pytest.mark.parametrize("arguments", [["ask"], ["ask", "hi", "--file", "draft.md"]])
def test_a_question_or_a_draft_and_not_both(arguments: list[str], capsys):
    """A command that is not understood."""
    with pytest.raises(SystemExit) as ended:
        command.main(arguments)
    assert ended.value.code == 2
    assert "ask takes a question, or --file with a draft, and one of them" in capsys.readouterr().err
