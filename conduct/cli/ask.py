"""`ask`: one question, or many from standard input."""

import argparse
import io
import json
import shutil
import sys
from collections.abc import Iterable

from conduct.answering.engine import Engine
from conduct.cli.exit_codes import EXIT_OK, EXIT_REFUSED
from conduct.cli.streams import complain, write, writes_unicode
from conduct.cli.terminal import WIDEST, readable
from conduct.errors import QuestionError
from conduct.settings import Settings, allows_escapes


def run_ask(chosen: argparse.Namespace) -> int:
    """Answer each question; EXIT_REFUSED if one of them could not be asked. Raises ConductError."""
    many = chosen.question == ["-"]
    if many and sys.stdin.isatty():
        complain("One question a line, please; Ctrl-D ends.")
    engine = Engine(Settings.from_environment())
    # Fails here if there is no text, before a model is loaded for nothing.
    engine.text()
    if many:
        # Loads, or fails, before a question is read.
        engine.reader()
    code, asked = EXIT_OK, 0
    for question in _lines() if many else [_typed(" ".join(chosen.question))]:
        asked += 1
        try:
            answer = engine.ask(question, chosen.limit)
        except QuestionError as error:
            complain(error)
            code = EXIT_REFUSED
            continue
        if chosen.json:
            write(json.dumps(answer.model_dump(mode="json"), ensure_ascii=not writes_unicode()))
        else:
            width = shutil.get_terminal_size((WIDEST, 0)).columns
            write(readable(answer, width, bold=allows_escapes() and sys.stdout.isatty(), asked=many))
    if not asked:
        raise QuestionError("Standard input must have a question on each line, but had none: write one a line.")
    return code


def _lines() -> Iterable[str]:
    if isinstance(sys.stdin, io.TextIOWrapper):
        # A stray byte costs its own line's accents, and not the lines after it.
        sys.stdin.reconfigure(encoding="utf-8", errors="replace")
    return (line for line in sys.stdin if line.strip())


def _typed(words: str) -> str:
    """The arguments as text; where the locale cannot decode them, Python hands on their bytes as surrogates."""
    return words.encode("utf-8", "surrogateescape").decode("utf-8", "replace") if not words.isascii() else words
