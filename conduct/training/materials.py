"""What the encoder learns from: the files of `training_data/`, described in its README, beside the dataset's own."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from conduct.dataset.situations import SHOW_FIRST, Bank, Judgement, Situation
from conduct.errors import DataError
from conduct.ranking.vectors import whole
from conduct.text.code import Code
from conduct.text.sentences import split_sentences

FOLDER = Path(__file__).parents[2] / "training_data"
# Written codes that nothing learns from: they calibrate, and say how well it reads a code that it has not seen.
HELD_OUT = ("a3", "b5", "c4", "d2", "e9", "f10", "g6")


@dataclass(frozen=True, slots=True)
class Rule:
    """A passage of a code as it is compared: with its heading, and sentence by sentence."""

    id: str
    whole: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CodeQuestion:
    """A question to a code: grades of its passages by id, and which sentence of the first to mark, from 0, or None."""

    text: str
    grades: dict[str, int]
    sentence: int | None

    @property
    def first(self) -> str:
        """The passage to show first."""
        return next(passage for passage, grade in self.grades.items() if grade == SHOW_FIRST)


@dataclass(frozen=True, slots=True)
class SilentQuestion:
    """A question that a code has nothing for; `kind` is "far", "near", or "conduct" that it has no rule for."""

    text: str
    kind: str


@dataclass(frozen=True, slots=True)
class WrittenCode:
    """A code written for training, with its questions."""

    name: str
    language: str
    rules: tuple[Rule, ...]
    questions: tuple[CodeQuestion, ...]
    silent: tuple[SilentQuestion, ...]


@dataclass(frozen=True, slots=True)
class Parallel:
    """A situation in another language beside its English counterpart, a line of the bank."""

    text: str
    language: str
    english: str
    situation: Situation


@dataclass(frozen=True)
class Materials:
    """All of it; `sentences` says of a situation of the bank which sentence of its first passage to mark, from 0."""

    code: Code
    bank: Bank
    parallel: tuple[Parallel, ...]
    codes: tuple[WrittenCode, ...]
    sentences: dict[str, int]

    @cached_property
    def translations(self) -> dict[str, list[str]]:
        """Of a situation of the bank, how it is said in other languages."""
        found: dict[str, list[str]] = {}
        for row in self.parallel:
            found.setdefault(row.english, []).append(row.text)
        return found


def read(code: Code, bank: Bank, folder: Path = FOLDER) -> Materials:
    """Read `folder`. Raises DataError if something in it cannot be read."""
    try:
        parallel = tuple(
            Parallel(row["text"], row["lang"], row["english"], _situation(row))
            for row in _rows(folder / "parallel.jsonl")
        )
        of_passage = {passage.id: passage.sentences for passage in code.passages}
        sentences = {
            row["text"]: of_passage[row["passage"]].index(row["sentence"])
            for row in _rows(folder / "sentences.jsonl")
            if row["sentence"] in of_passage.get(row["passage"], ())
        }
        codes = tuple(_code(path) for path in sorted((folder / "codes").glob("*.json")))
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise DataError(f"{folder} cannot be read ({type(error).__name__}): see its README for its files.") from error
    return Materials(code, bank, parallel, codes, sentences)


def _rows(path: Path) -> Iterator[dict]:
    with path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _situation(row: dict) -> Situation:
    judgements = tuple(Judgement(passage, grade) for passage, grade in row["passages"].items())
    return Situation(row["text"], judgements)


def _code(path: Path) -> WrittenCode:
    stored = json.loads(path.read_text(encoding="utf-8"))
    return WrittenCode(
        name=path.stem,
        language=stored["language"],
        rules=tuple(
            Rule(passage["id"], whole(passage["section"], passage["text"]), tuple(split_sentences(passage["text"])))
            for passage in stored["passages"]
        ),
        questions=tuple(
            CodeQuestion(row["text"], row["passages"], row["sentence"] - 1 if row.get("sentence") else None)
            for row in stored["questions"]
        ),
        silent=tuple(SilentQuestion(row["text"], row["kind"]) for row in stored["silent"]),
    )
