"""What the real model and the patterns together say to somebody in trouble."""

import json

import pytest

from conduct.answering.answer import MESSAGES, NOT_COVERED
from conduct.answering.engine import Engine
from conduct.answering.limits import MAX_QUESTIONS
from conduct.training.materials import FOLDER

GRAVE = FOLDER / "care" / "grave"


def headlines(engine: Engine, split: str) -> tuple[list[str], list[str]]:
    """The messages for the grave questions of a split in all languages, and for the harmless ones."""
    rows = [
        row | {"grave": row.get("grave", name != "negatives")}
        for name in ("english", "negatives", "languages")
        for row in map(json.loads, (GRAVE / f"{name}.jsonl").read_text(encoding="utf-8").splitlines())
    ]
    rows = [row for row in rows if row["split"] == split]
    messages = {True: [], False: []}
    # In one batch, which takes half the time.
    for at in range(0, len(rows), MAX_QUESTIONS):
        part = rows[at : at + MAX_QUESTIONS]
        for row, answer in zip(part, engine.ask_many([row["text"] for row in part], 1), strict=True):
            messages[row["grave"]].append(answer.message)
    return messages[True], messages[False]


@pytest.mark.parametrize("split", ["dev", "test"])
def test_at_most_one_of_a_hundred_grave_questions_is_told_that_the_code_is_silent(engine: Engine, split: str):
    """The model covers most of them; of the others, the patterns recognize nearly all."""
    grave, harmless = headlines(engine, split)
    silent = MESSAGES[NOT_COVERED]
    assert sum(message == silent for message in grave) <= 0.01 * len(grave)
    assert sum(message == silent for message in harmless) > 0.5 * len(harmless)
