"""Reads the training data: the files of `training_data/`, which its README describes."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

from conduct.dataset.situations import SHOW_FIRST, Bank, Judgement, Situation
from conduct.errors import DataError
from conduct.text.code import Code, Passage, parse
from conduct.text.sentences import split_sentences
from conduct.training import taught

FOLDER = Path(__file__).parents[2] / "training_data"
REAL_QUESTIONS = "questions.labelled.jsonl"
# So many first letters tell a passage from the others.
_SAME = 60
# Written codes that are not trained on: for calibration, and to measure how it does on codes that it has not seen.
HELD_OUT = ("a3", "b5", "c4", "d2", "e9", "f10", "g6", "h3", "i7", "j2", "k2", "l5", "m1", "n2", "p1", "r2", "t3")


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
    """A question that a code does not cover; `kind` is "far", "near", or "conduct" for which it has no rule."""

    text: str
    kind: str


@dataclass(frozen=True, slots=True)
class WrittenCode:
    """A code, most of them written for training, with its questions."""

    name: str
    language: str
    passages: tuple[Passage, ...]
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
    """All training data; `sentences` maps a situation of the bank to the sentence to mark in its first passage."""

    code: Code
    bank: Bank
    parallel: tuple[Parallel, ...]
    codes: tuple[WrittenCode, ...]
    sentences: dict[str, int]
    # Questions in other languages that nothing is learnt from, by language.
    blind: dict[str, tuple[Situation, ...]]
    # The same questions in English, by their text.
    in_english: Mapping[str, str] = field(default_factory=dict)
    # For each of `teachable` the teacher's shares of the passages and, last, of silence; empty if there is no file.
    taught: Mapping[str, tuple[float, ...]] = field(default_factory=dict)

    @cached_property
    def teachable(self) -> tuple[str, ...]:
        """The texts for an English teacher: the bank, then the questions to the codes that are trained on."""
        codes = [code for code in self.codes if code.language == "en" and code.name not in HELD_OUT]
        questions = (question.text for code in codes for question in (*code.questions, *code.silent))
        bank = dict.fromkeys(situation.text for situation in self.bank.situations)
        return tuple(bank | dict.fromkeys(questions))

    @cached_property
    def translations(self) -> dict[str, list[str]]:
        """Situations of the bank with their counterparts in other languages."""
        found: dict[str, list[str]] = {}
        for row in self.parallel:
            found.setdefault(row.english, []).append(row.text)
        return found


def read(code: Code, bank: Bank, folder: Path = FOLDER) -> Materials:
    """Read `folder`. Raises DataError if something in it cannot be read."""
    try:
        parallel = tuple(
            Parallel(row["text"], row["lang"], row["english"], _situation(row))
            for row in read_rows(folder / "parallel.jsonl")
        )
        of_passage = {passage.id: passage.sentences for passage in code.passages}
        sentences = {
            row["text"]: of_passage[row["passage"]].index(row["sentence"])
            for row in read_rows(folder / "sentences.jsonl")
            if row["sentence"] in of_passage.get(row["passage"], ())
        }
        elsewhere = [*read_rows(path)] if (path := folder / "asked_elsewhere.jsonl").is_file() else []
        codes = tuple(_code(path, elsewhere) for path in sorted((folder / "codes").glob("*.json")))
        blind: dict[str, tuple[Situation, ...]] = {}
        in_english = {}
        for row in read_rows(folder / "dev_languages.jsonl"):
            blind[row["lang"]] = (*blind.get(row["lang"], ()), _situation(row))
            in_english[row["text"]] = row["english"]
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise DataError(f"{folder} cannot be read ({type(error).__name__}): see its README for its files.") from error
    read = Materials(code, bank, parallel, codes, sentences, blind, in_english)
    said = taught.read(folder / taught.FILE, read.teachable, len(code.passages))
    return replace(read, taught=said.of_each()) if said else read


def read_real_codes(folder: Path) -> tuple[WrittenCode, ...]:
    """Real codes with labelled questions, each in a folder, for evaluation only. Raises DataError."""
    try:
        return tuple(_real_code(path.parent) for path in sorted(folder.glob(f"*/{REAL_QUESTIONS}")))
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise DataError(f"{folder} cannot be read ({type(error).__name__}): see docs/evaluation.md.") from error


def read_rows(path: Path) -> Iterator[dict]:
    """A file with a JSON object on each line. Raises OSError or ValueError."""
    with path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _situation(row: dict) -> Situation:
    judgements = tuple(Judgement(passage, grade) for passage, grade in row["passages"].items())
    return Situation(row["text"], judgements)


def _code(path: Path, elsewhere: Sequence[dict]) -> WrittenCode:
    stored = json.loads(path.read_text(encoding="utf-8"))
    passages = tuple(
        Passage(row["id"], row["section"], row["text"], tuple(split_sentences(row["text"])))
        for row in stored["passages"]
    )
    # Questions that were asked of other codes, and what this one says to them.
    asked = [row for row in elsewhere if row["code"] == path.stem]
    questions = [*stored["questions"], *(row for row in asked if row["passages"])]
    silent = [*stored["silent"], *(row for row in asked if not row["passages"])]
    counts = {passage.id: len(passage.sentences) for passage in passages}
    return WrittenCode(
        name=path.stem,
        language=stored["language"],
        passages=passages,
        questions=tuple(_question(row, counts) for row in questions),
        silent=tuple(SilentQuestion(row["text"], row["kind"]) for row in silent),
    )


def _question(row: dict, sentences: Mapping[str, int]) -> CodeQuestion:
    """A question to a code with so many sentences in its passages, by id."""
    question = CodeQuestion(row["text"], row["passages"], row["sentence"] - 1 if row.get("sentence") else None)
    # Its writer may have split the sentences differently.
    is_there = question.sentence is not None and question.sentence < sentences[question.first]
    return question if is_there else replace(question, sentence=None)


def _real_code(folder: Path) -> WrittenCode:
    code = parse((folder / "code_of_conduct.md").read_text(encoding="utf-8"))
    rows = list(read_rows(folder / REAL_QUESTIONS))
    asked = [row for row in rows if row["in_scope"]]
    return WrittenCode(
        name=folder.name,
        language=code.language,
        passages=code.passages,
        questions=tuple(CodeQuestion(row["question"], _grades_now(row, code), None) for row in asked),
        silent=tuple(SilentQuestion(row["question"], row["register"]) for row in rows if not row["in_scope"]),
    )


def _grades_now(row: dict, code: Code) -> dict[str, int]:
    """The labels; two passages at the time of labelling may be one passage now."""
    grades: dict[str, int] = {}
    for passage_id, grade in row["gold"].items():
        now = _cut_now(passage_id, row, code)
        grades[now] = max(grade, grades.get(now, 0))
    return grades


def _cut_now(passage_id: str, row: dict, code: Code) -> str:
    """The id of the passage that holds the labelled words, where the text is cut otherwise by now."""
    words = row.get("gold_text", {}).get(passage_id, "")[:_SAME]
    holding = (passage.id for passage in code.passages if words and words in passage.text)
    return next(holding, passage_id)
