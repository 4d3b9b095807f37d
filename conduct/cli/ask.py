"""`ask`: one question, a draft in a file, or many questions from standard input."""

import argparse
import io
import json
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

from conduct.answering.engine import Engine
from conduct.answering.limits import MAX_CHARACTERS
from conduct.cli.exit_codes import EXIT_OK, EXIT_REFUSED
from conduct.cli.streams import print_error, write, writes_unicode
from conduct.cli.terminal import MAX_WIDTH, readable
from conduct.errors import QuestionError
from conduct.settings import Settings, allows_escapes

# A character has at most four bytes in UTF-8; twice that, since white space around a draft is not counted.
MAX_BYTES = 8 * MAX_CHARACTERS
NO_FILE = "The draft {file} cannot be read ({why}): name a text file, or - for standard input."
TOO_LARGE = "The draft {file} has more than the {limit} characters that can be checked at once: check it in parts."
NOT_TEXT = "The draft {file} is no text in UTF-8: save it as plain text first."


def run_ask(chosen: argparse.Namespace) -> int:
    """Answer each question; EXIT_REFUSED if one of them could not be asked. Raises ConductError."""
    many = chosen.question == ["-"]
    if many and sys.stdin.isatty():
        print_error("One question a line, please; Ctrl-D ends.")
    engine = Engine(Settings.from_environment())
    # Without a text it fails here, before a model is loaded.
    engine.text()
    if many:
        # Loads the model, or fails, before the first question is read.
        engine.answerer()
    code, asked = EXIT_OK, 0
    if chosen.file:
        questions: Iterable[str] = [_draft(chosen.file)]
    else:
        questions = _lines() if many else [_typed(" ".join(chosen.question))]
    for question in questions:
        asked += 1
        try:
            answer = engine.ask(question, chosen.limit)
        except QuestionError as error:
            print_error(error)
            code = EXIT_REFUSED
            continue
        if chosen.json:
            write(json.dumps(answer.model_dump(mode="json"), ensure_ascii=not writes_unicode()))
        else:
            width = shutil.get_terminal_size((MAX_WIDTH, 0)).columns
            bold, above = allows_escapes() and sys.stdout.isatty(), _lines_above(question) if chosen.file else 0
            write(readable(answer, width, bold=bold, asked=many, lines_above=above))
    if not asked:
        raise QuestionError("Standard input must have a question on each line, but had none: write one a line.")
    return code


def _lines() -> Iterable[str]:
    if isinstance(sys.stdin, io.TextIOWrapper):
        # An invalid byte is replaced; the lines after it can still be read.
        sys.stdin.reconfigure(encoding="utf-8", errors="replace")
    return (line for line in sys.stdin if line.strip())


def _draft(file: Path) -> str:
    """The text of a file, or all of standard input for "-". Raises QuestionError if it is no text."""
    try:
        with sys.stdin.buffer if str(file) == "-" else file.open("rb") as opened:
            content = opened.read(MAX_BYTES + 1)
    except OSError as error:
        raise QuestionError(NO_FILE, file=str(file), why=error.strerror or type(error).__name__) from error
    if b"\0" in content:
        raise QuestionError(NOT_TEXT, file=str(file))
    if len(content) > MAX_BYTES:
        raise QuestionError(TOO_LARGE, file=str(file), limit=MAX_CHARACTERS)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise QuestionError(NOT_TEXT, file=str(file)) from error


def _lines_above(text: str) -> int:
    """The number of empty lines at the beginning of a draft, which are stripped from the question."""
    return text[: len(text) - len(text.lstrip())].count("\n")


def _typed(words: str) -> str:
    """The arguments as text; bytes that the locale cannot decode, surrogates in Python, are decoded as UTF-8."""
    return words.encode("utf-8", "surrogateescape").decode("utf-8", "replace") if not words.isascii() else words
