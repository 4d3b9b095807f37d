"""`ask`: one question, or many from standard input."""

import argparse
import io
import json
import shutil
import sys
from collections.abc import Iterable

from conduct.answering.engine import Engine
from conduct.cli.exit_codes import EXIT_OK, EXIT_REFUSED
from conduct.cli.terminal import WIDEST, readable
from conduct.errors import QuestionError
from conduct.settings import Settings


def run_ask(chosen: argparse.Namespace) -> int:
    """Answer each question; EXIT_REFUSED if one of them could not be asked. Raises ConductError."""
    many = chosen.question == ["-"]
    if many and sys.stdin.isatty():
        print("One question a line, please; Ctrl-D ends.", file=sys.stderr)
    engine = Engine(Settings.from_environment())
    # Before the model is loaded for nothing: without a text of one's own there is no answer.
    engine.text()
    if many:
        # Loads, or fails, before a question is read.
        engine.reader()
    code, asked = EXIT_OK, 0
    for question in _lines() if many else [" ".join(chosen.question)]:
        asked += 1
        try:
            answer = engine.ask(question, chosen.limit)
        except QuestionError as error:
            print(error, file=sys.stderr)
            code = EXIT_REFUSED
            continue
        if chosen.json:
            print(json.dumps(answer.model_dump(mode="json"), ensure_ascii=False), flush=True)
        else:
            width = shutil.get_terminal_size((WIDEST, 0)).columns
            print(readable(answer, width, bold=sys.stdout.isatty(), asked=many), flush=True)
    if not asked:
        raise QuestionError("Standard input must have a question on each line, but had none: write one a line.")
    return code


def _lines() -> Iterable[str]:
    if isinstance(sys.stdin, io.TextIOWrapper):
        # A stray byte costs its own line's accents, and not the lines after it.
        sys.stdin.reconfigure(encoding="utf-8", errors="replace")
    return (line for line in sys.stdin if line.strip())
