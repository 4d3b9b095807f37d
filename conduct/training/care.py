"""What somebody in trouble reads, measured: grave questions, examples that are shown, cards that stand open."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from conduct.answering.answer import MESSAGES, MIN_EXAMPLE_COSINE, MIN_OPEN_RELEVANCE, NOT_COVERED, Answer
from conduct.answering.answerer import Answerer
from conduct.dataset.situations import Question
from conduct.errors import DataError
from conduct.ranking.courtesies import essence
from conduct.training import metrics
from conduct.training.materials import FOLDER, read_rows
from conduct.training.metrics import Figure

HELPS, HURTS = ("helps", "neutral"), "hurts"
HANDS = ("first", "third")


@dataclass(frozen=True, slots=True)
class CareReport:
    """Shares with 95% intervals; of the grave and harmless questions, those that are told that the code is silent."""

    split: str
    grave: int
    grave_silent: Figure
    harmless_silent: Figure
    # Labelled pairs of a question and an example at least as near as is shown, and what each hand says of them.
    examples: int
    examples_help: tuple[tuple[str, Figure], ...]
    examples_hurt: int
    # Of second and third passages from MIN_OPEN_RELEVANCE on, and of those below, which belong there.
    open_belong: Figure
    folded_belong: Figure


def measure(
    answerer: Answerer, questions: Sequence[Question], split: str, folder: Path = FOLDER / "care"
) -> CareReport:
    """Measure on `split`, "dev" or "test". Raises DataError if the labels cannot be read."""
    try:
        grave, harmless = _grave(folder / "grave", split)
        pairs = [row for row in read_rows(folder / "examples.jsonl") if row["split"] == split and not row["never"]]
    except (OSError, ValueError, LookupError) as error:
        raise DataError(f"{folder} cannot be read ({type(error).__name__}): see its README.") from error
    asked = answerer.encoder.encode([essence(row["question"]) for row in pairs])
    examples = answerer.encoder.encode([row["example"] for row in pairs])
    shown = [row for row, near in zip(pairs, (asked * examples).sum(axis=1), strict=True) if near >= MIN_EXAMPLE_COSINE]
    inside = [question for question in questions if question.in_scope]
    answers = answerer.answer([question.text for question in inside], 3)
    others = [
        (passage.relevance >= MIN_OPEN_RELEVANCE, float(passage.id in question.shown))
        for question, answer in zip(inside, answers, strict=True)
        for passage in answer.passages[1:]
    ]
    return CareReport(
        split,
        len(grave),
        metrics.mean([_silent(answer) for answer in answerer.answer(grave, 1)]),
        metrics.mean([_silent(answer) for answer in answerer.answer(harmless, 1)]),
        len(shown),
        tuple((hand, metrics.mean([float(row[hand] in HELPS) for row in shown])) for hand in HANDS if shown),
        sum(HURTS in (row[hand] for hand in HANDS) for row in shown),
        metrics.mean([belongs for is_open, belongs in others if is_open]),
        metrics.mean([belongs for is_open, belongs in others if not is_open]),
    )


def _silent(answer: Answer) -> float:
    return float(answer.message == MESSAGES[NOT_COVERED])


def _grave(folder: Path, split: str) -> tuple[list[str], list[str]]:
    """The grave questions of a split in all languages, and the harmless ones."""
    rows = [
        (row["text"], row.get("grave", name != "negatives"))
        for name in ("english", "negatives", "languages")
        for row in read_rows(folder / f"{name}.jsonl")
        if row["split"] == split
    ]
    return [text for text, grave in rows if grave], [text for text, grave in rows if not grave]
