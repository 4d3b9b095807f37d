"""`check`: shows how the app reads a text, before anybody publishes it. Needs no model and no Hub."""

import argparse
import re
import textwrap
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from conduct.cli.exit_codes import EXIT_OK
from conduct.cli.streams import write
from conduct.cli.terminal import printable
from conduct.dataset.files import QUESTIONS_FILE, SITUATIONS_FILE, read_text
from conduct.dataset.situations import MAX_LINES, Bank, read_questions, read_situations
from conduct.dataset.source_text import find_text
from conduct.errors import DataError
from conduct.hub.find_dataset import local_dataset
from conduct.hub.snapshot import Snapshot
from conduct.text import front_matter
from conduct.text.code import MAX_BLOCKS, MAX_CHARACTERS, MAX_SENTENCES, Code, parse

# Characters from which on a sentence is reported: a model reads about a thousand, and a reader is shown one sentence.
LONG_SENTENCE = 500
PREVIEW = 72
# How many entries of a list of problems are printed.
MAX_LISTED = 20
# The parts of a source line that are not words on the rendered page.
_UNSEEN = re.compile(r"\]\([^)]*\)|<[^>]*>|\{[^}]*\}|^\s*\[[^\]]*\]:.*|&#?\w+;")
# The mark at the beginning of a list item: its number is not a word of the text.
_ITEM = re.compile(r"^\s*(\d{1,9}[.)]|[-*+])(?=\s)")
_WORDS = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class TextCheck:
    """What was found. `file` is the text's name, `note` says if it was not in UTF-8.

    `left_out` are lines of the source, with their numbers, most of whose words are in no heading and no passage;
    `uncut` are sentences of more than LONG_SENTENCE characters, with the ids of their passages; `questions` says what
    is wrong with the labelled questions, or is "".
    """

    code: Code
    file: str
    note: str
    characters: int
    left_out: tuple[tuple[int, str], ...]
    uncut: tuple[tuple[str, str], ...]
    bank: Bank
    questions: str


def run_check(chosen: argparse.Namespace) -> int:
    """Print how the app reads a folder or a file. Raises DataError if it cannot be used."""
    snapshot = local_dataset(chosen.folder)
    if snapshot is None:
        raise DataError(f"FOLDER must be a folder with a text, or the text itself, but there is no {chosen.folder}.")
    code, _ = _read(snapshot)
    # The tree first: it is printed even if the situations cannot be read.
    write(printable_tree(code))
    write(summary(examine(snapshot)))
    return EXIT_OK


def examine(snapshot: Snapshot) -> TextCheck:
    """Check a dataset folder. Raises DataError if the app could not use it."""
    code, (file, note, source) = _read(snapshot)
    ids = [passage.id for passage in code.passages]
    bank = read_situations(snapshot.folder / SITUATIONS_FILE, ids)
    questions = ""
    try:
        read_questions(snapshot.folder / QUESTIONS_FILE, ids)
    except DataError as error:
        questions = str(error)
    return TextCheck(
        code=code,
        file=file,
        note=note,
        characters=len(source),
        left_out=tuple(_left_out(source, code)),
        uncut=tuple(
            (passage.id, sentence)
            for passage in code.passages
            for sentence in passage.sentences
            if len(sentence) > LONG_SENTENCE
        ),
        bank=bank,
        questions=questions,
    )


def printable_tree(code: Code) -> str:
    """Title, sections and passages with their ids; passages about the text itself are marked with *."""
    parts = [f"{code.title}  (language: {code.language}{'' if code.complete else ', not complete'})"]
    levels = [section.level for section in code.sections if section.level]
    for section in code.sections:
        indent = "  " * (1 + max(0, section.level - min(levels, default=1)))
        parts.append(f"{indent}{section.title}")
        introductions = Counter(passage.text.rpartition("\n")[0] for passage in section.passages)
        for passage in section.passages:
            mark = "*" if passage.boilerplate else " "
            introduction, _, words = passage.text.rpartition("\n")
            # Of a list item only its own words: all items begin with the introduction of the list. A title is kept.
            if introductions[introduction] == 1:
                introduction, words = "", passage.text.replace("\n", " / ")
            words = textwrap.shorten(words, PREVIEW, placeholder=" ...")
            parts.append(f"{indent} {mark}{passage.id}  {'... ' if introduction else ''}{words}")
    return "\n".join(map(printable, parts)) + "\n"


def summary(check: TextCheck) -> str:
    """What the owner should look at, and how far the text is from its limits."""
    code = check.code
    boilerplate = [passage.id for passage in code.passages if passage.boilerplate]
    sentences = sum(len(passage.sentences) for passage in code.passages)
    blocks = len(code.passages) + sum(bool(section.level) for section in code.sections)
    parts = [
        f"{check.file}: {check.characters:,} of {MAX_CHARACTERS:,} characters, {blocks:,} of {MAX_BLOCKS:,} headings "
        f"and passages, {sentences:,} of {MAX_SENTENCES:,} sentences.",
        f"{SITUATIONS_FILE}: {len(check.bank.situations):,} of {MAX_LINES:,} situations.",
    ]
    if check.note:
        parts.append(check.note)
    if boilerplate:
        parts.append(
            "About the text itself (*), so shown in the whole code and never first in an answer: "
            f"{_listed(boilerplate)}."
        )
    if check.left_out:
        parts.append("In no passage, so never found or shown:")
        parts += [f"  line {number}: {textwrap.shorten(line, PREVIEW, placeholder=' ...')}"
                  for number, line in check.left_out[:MAX_LISTED]]  # fmt: skip
        if len(check.left_out) > MAX_LISTED:
            parts.append(f"  and {len(check.left_out) - MAX_LISTED:,} more lines")
    if check.uncut:
        parts.append(
            f"Sentences of more than {LONG_SENTENCE} characters, which are marked as a whole and may be read only in "
            "part: break them up, or end them with a full stop:"
        )
        parts += [f"  {passage}: {textwrap.shorten(sentence, PREVIEW, placeholder=' ...')}"
                  for passage, sentence in check.uncut[:MAX_LISTED]]  # fmt: skip
        if len(check.uncut) > MAX_LISTED:
            parts.append(f"  and {len(check.uncut) - MAX_LISTED:,} more sentences")
    if check.bank.dropped:
        parts.append(
            f"{check.bank.dropped:,} situations are left out, for they name passages that the text does not have: "
            f"{_listed(check.bank.unknown)}."
        )
    if check.questions:
        parts.append(f"Evaluation will not work: {check.questions}")
    parts.append("This text can be used.")
    return "\n".join(map(printable, parts))


def _read(snapshot: Snapshot) -> tuple[Code, tuple[str, str, str]]:
    """The code; and the name of its file, the note on its encoding, and its text."""
    file = snapshot.text_file or find_text(snapshot.folder)
    source = read_text(snapshot.folder, file, snapshot.links_within)
    return parse(source.text), (file, source.note, source.text)


def _left_out(source: str, code: Code) -> Iterator[tuple[int, str]]:
    text = "\n".join(source.removeprefix("\ufeff").splitlines())
    _, rest = front_matter.split(text)
    skipped = text.count("\n") - rest.count("\n")
    sections = [part for section in code.sections for part in (section.title, *(p.text for p in section.passages))]
    known = " ".join(_WORDS.findall(" ".join([code.title, *sections]).casefold()))
    for number, line in enumerate(rest.split("\n"), start=1 + skipped):
        seen = _UNSEEN.sub(" ", _ITEM.sub("", line)).casefold()
        pieces = [_WORDS.findall(piece) for piece in re.split(r"[*_`~\[\]()|#>!]+", seen)]
        missing = sum(len("".join(words)) for words in pieces if " ".join(words) not in known)
        if missing * 2 > sum(len("".join(words)) for words in pieces):
            yield number, line.strip()


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - MAX_LISTED:,} more" if len(names) > MAX_LISTED else ""
    return ", ".join(names[:MAX_LISTED]) + more
