"""The batches of the training and their order. Pure; the same seed gives the same order."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from conduct.dataset.situations import Situation
from conduct.ranking.vectors import all_pieces
from conduct.text.code import Passage
from conduct.training.materials import CodeQuestion, Materials, Parallel, SilentQuestion, WrittenCode

PARALLEL_SIZE = 128
ENGLISH_SIZE = 256
CODE_QUESTIONS = 40
CODE_SILENT = 8
OWN_SIZE = 48
OWN_BATCHES = 120
# The most passages of a code in one batch; those that the questions are about are always in it.
MAX_PASSAGES = 40
# The share of the batches on the dataset's own code that have only situations with a labelled sentence.
WITH_SENTENCE = 0.6
# Batches have texts of similar length: they are sorted by length plus up to so many letters, at random.
SHAKEN = 40

# Gives a variant of a text in a language.
Vary = Callable[[str, str], str]


@dataclass(frozen=True, slots=True)
class ParallelBatch:
    """Situations in other languages and their English counterparts."""

    rows: tuple[Parallel, ...]

    def texts(self, vary: Vary) -> list[str]:
        """What is encoded: the texts, then their counterparts."""
        return [vary(row.text, row.language) for row in self.rows] + [vary(row.english, "en") for row in self.rows]


@dataclass(frozen=True, slots=True)
class EnglishBatch:
    """Situations of the bank."""

    rows: tuple[Situation, ...]

    def texts(self, vary: Vary) -> list[str]:
        """What is encoded."""
        return [vary(row.text, "en") for row in self.rows]


@dataclass(frozen=True, slots=True)
class TaughtBatch:
    """Questions without a label, for which the teacher's prediction is the target."""

    rows: tuple[str, ...]

    def texts(self, vary: Vary) -> list[str]:
        """What is encoded."""
        return [vary(row, "en") for row in self.rows]


@dataclass(frozen=True, slots=True)
class CodeBatch:
    """Questions to one written code, and some that it is silent on."""

    passages: tuple[Passage, ...]
    questions: tuple[CodeQuestion, ...]
    silent: tuple[SilentQuestion, ...]

    def texts(self, vary: Vary) -> list[str]:
        """What is encoded: the questions, the silent ones, and the pieces of the passages."""
        asked = [vary(row.text, "") for row in self.questions] + [row.text for row in self.silent]
        return asked + all_pieces(self.passages)


@dataclass(frozen=True, slots=True)
class OwnBatch:
    """Situations, some in another language, for the passages and sentences of the dataset's own code."""

    passages: tuple[Passage, ...]
    said: tuple[str, ...]
    rows: tuple[Situation, ...]

    def texts(self, vary: Vary) -> list[str]:
        """What is encoded: the situations as they are said, and the pieces of the passages."""
        return [*self.said, *all_pieces(self.passages)]


Batch = ParallelBatch | EnglishBatch | TaughtBatch | CodeBatch | OwnBatch


def epoch(materials: Materials, codes: Sequence[WrittenCode], rng: random.Random) -> list[Batch]:
    """The batches of one epoch, in random order; `codes` are those to learn from."""
    parallel = sorted(materials.parallel, key=lambda row: len(row.english) + rng.uniform(0, SHAKEN))
    # English situations also get batches of their own: they are cheap, and most questions are in English.
    english = sorted(materials.bank.situations, key=lambda row: len(row.text) + rng.uniform(0, SHAKEN))
    batches: list[Batch] = [ParallelBatch(part) for part in parts(parallel, PARALLEL_SIZE)]
    batches += [EnglishBatch(part) for part in parts(english, ENGLISH_SIZE)]
    known = {situation.text for situation in materials.bank.situations}
    taught = [text for text in materials.taught if text not in known]
    taught.sort(key=lambda text: len(text) + rng.uniform(0, SHAKEN))
    batches += [TaughtBatch(part) for part in parts(taught, ENGLISH_SIZE)]
    for code in codes:
        questions = rng.sample(code.questions, len(code.questions))
        batches += [_of_code(code, part, rng) for part in parts(questions, CODE_QUESTIONS) if len(part) > 1]
    batches += [_own(materials, rng) for _ in range(OWN_BATCHES)]
    rng.shuffle(batches)
    return batches


def parts(rows: Sequence, size: int) -> list[tuple]:
    """`rows` in tuples of `size`; the last may be shorter."""
    return [tuple(rows[at : at + size]) for at in range(0, len(rows), size)]


def _of_code(code: WrittenCode, questions: tuple[CodeQuestion, ...], rng: random.Random) -> CodeBatch:
    needed = {passage for question in questions for passage in question.grades}
    others = [passage.id for passage in code.passages if passage.id not in needed]
    kept = needed | set(rng.sample(others, min(len(others), max(0, MAX_PASSAGES - len(needed)))))
    silent = rng.sample(code.silent, min(len(code.silent), CODE_SILENT))
    return CodeBatch(tuple(passage for passage in code.passages if passage.id in kept), questions, tuple(silent))


def _own(materials: Materials, rng: random.Random) -> OwnBatch:
    rows = [situation for situation in materials.bank.situations if situation.in_scope]
    if materials.sentences and rng.random() < WITH_SENTENCE:
        rows = [situation for situation in rows if situation.text in materials.sentences]
    rows = rng.sample(rows, min(len(rows), OWN_SIZE))
    return OwnBatch(materials.code.passages, tuple(_said(materials, row, rng) for row in rows), tuple(rows))


def _said(materials: Materials, situation: Situation, rng: random.Random) -> str:
    """The situation in English or, half of the time, in another language if it exists there."""
    others = materials.translations.get(situation.text, ())
    return rng.choice(others) if others and rng.random() < 0.5 else situation.text
