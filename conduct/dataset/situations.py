"""Situations and questions: texts in everyday words, each linked to the passages that speak to it."""

import json
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from conduct.errors import DataError

MAX_LINES = 50_000
MAX_BYTES = 50_000_000
MAX_LINE = 20_000
# Characters of a situation or a labelled question.
MAX_TEXT = 1_000
# Characters of a passage's id that an error repeats.
MAX_NAME = 100
_HALF_CHARACTER = re.compile("[\ud800-\udfff]")
SHOW_FIRST = 2
SHOW_ALSO = 1
DEV = "dev"
TEST = "test"


@dataclass(frozen=True, slots=True)
class Judgement:
    """One passage that speaks to a text; `grade` is SHOW_FIRST or SHOW_ALSO."""

    passage: str
    grade: int


@dataclass(frozen=True, slots=True)
class Situation:
    """A text and the passages that speak to it; without judgements, the code is silent on it.

    A situation that is not `showable` leads to its passages, but is never shown as an example.
    """

    text: str
    judgements: tuple[Judgement, ...]
    theme: str = ""
    showable: bool = True

    @property
    def in_scope(self) -> bool:
        """Whether the code speaks to it."""
        return bool(self.judgements)

    @property
    def first(self) -> frozenset[str]:
        """Ids of the passages to show first; several are a tie."""
        return frozenset(judgement.passage for judgement in self.judgements if judgement.grade == SHOW_FIRST)

    @property
    def shown(self) -> frozenset[str]:
        """Ids of all passages that speak to it."""
        return frozenset(judgement.passage for judgement in self.judgements)


@dataclass(frozen=True, slots=True)
class Question(Situation):
    """A labelled question for evaluation; `split` is DEV (for fitting) or TEST (for measuring)."""

    split: str = TEST


@dataclass(frozen=True, slots=True)
class Bank:
    """The situations for a code. `dropped` counts others, which name passages that it does not have: `unknown`."""

    situations: tuple[Situation, ...] = ()
    dropped: int = 0
    unknown: tuple[str, ...] = ()


def read_situations(path: Path, passages: Collection[str]) -> Bank:
    """Read `situations.jsonl`; a missing file is an empty bank. Raises DataError on a malformed line."""
    known = frozenset(passages)
    kept, dropped, unknown = [], 0, set()
    for row in _rows(path):
        showable = row.extra.get("show") is not False
        situation = Situation(row.text, row.judgements, str(row.extra.get("theme", "")), showable)
        if situation.shown <= known:
            kept.append(situation)
        else:
            dropped += 1
            unknown |= situation.shown - known
    return Bank(tuple(kept), dropped, tuple(sorted(unknown)))


def read_questions(path: Path, passages: Collection[str]) -> tuple[Question, ...]:
    """Read `questions.jsonl`, without questions that name unknown passages; a missing file gives no questions."""
    known = frozenset(passages)
    questions = (
        Question(row.text, row.judgements, str(row.extra.get("theme", "")), split=str(row.extra.get("split", TEST)))
        for row in _rows(path)
    )
    return tuple(question for question in questions if question.shown <= known)


@dataclass(frozen=True, slots=True)
class _Row:
    text: str
    judgements: tuple[Judgement, ...]
    extra: dict


def _rows(path: Path) -> Iterable[_Row]:
    if not path.is_file():
        return
    if path.stat().st_size > MAX_BYTES:
        raise DataError(f"{path.name} may have {MAX_BYTES:,} bytes, this one has more: publish fewer lines.")
    try:
        # Some editors begin a file with a byte-order mark.
        with path.open(encoding="utf-8-sig") as file:
            number = 0
            while line := file.readline(MAX_LINE + 1):
                number += 1
                if number > MAX_LINES:
                    raise DataError(f"{path.name} may have {MAX_LINES:,} lines, this one has more: publish fewer.")
                if len(line) > MAX_LINE:
                    raise DataError(f"{path.name} line {number} has more than {MAX_LINE:,} characters: shorten it.")
                if line.strip():
                    yield _row(line, f"{path.name} line {number}")
    except UnicodeDecodeError as error:
        raise DataError(f"{path.name} is not UTF-8: save it as UTF-8.") from error
    except OSError as error:
        raise DataError(
            f"{path.name} cannot be read ({type(error).__name__}): fix its permissions or remove it."
        ) from error


def _row(line: str, place: str) -> _Row:
    expected = f'{place} must be like {{"text": "...", "passages": {{"some-passage-1": 2}}}} with grades 1 or 2'
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise DataError(f"{expected}, but it is not JSON: fix that line.") from error
    text, passages = (row.get("text"), row.get("passages")) if isinstance(row, dict) else (None, None)
    if not isinstance(text, str) or not text.strip() or not isinstance(passages, dict):
        raise DataError(f"{expected}, but text or passages are missing: fix that line.")
    for passage, grade in passages.items():
        if type(grade) is not int or grade not in (SHOW_FIRST, SHOW_ALSO):
            wrong = json.dumps(grade, ensure_ascii=False)[:20]
            raise DataError(f"{expected}, but the grade of {passage[:MAX_NAME]!r} is {wrong}: fix that line.")
    if len(text) > MAX_TEXT:
        raise DataError(f"{place} has a text of {len(text):,} characters, {MAX_TEXT:,} at most are read: shorten it.")
    if _HALF_CHARACTER.search(text):
        raise DataError(f"{place} has half a character (\\ud800 to \\udfff), which no text can hold: fix that line.")
    return _Row(text.strip(), tuple(Judgement(name, grade) for name, grade in passages.items()), row)
