"""A few lines of each kind of training data."""

import json
from pathlib import Path

from conduct.dataset.situations import Bank, Judgement, Situation
from conduct.text.code import Code, parse
from conduct.training.materials import HELD_OUT, Materials, read

TEXT = "## Words\n\nNo accent is wrong. A joke may hurt.\n\n## Chances\n\nEach slot is fair.\n"
ACCENT, JOKE, SLOT, PIZZA = "they mock an accent", "is that joke fine", "who gets a slot", "where is good pizza"


def code() -> Code:
    """Two passages; the first has two sentences."""
    return parse(TEXT)


def bank() -> Bank:
    """Four situations; the code is silent on one of them."""
    led = ((ACCENT, "words-1"), (JOKE, "words-1"), (SLOT, "chances-1"), (PIZZA, None))
    return Bank(tuple(Situation(text, (Judgement(to, 2),) if to else ()) for text, to in led))


def written(name: str) -> dict:
    """A written code with three passages, four questions in scope and two that it is silent on."""
    return {
        "title": f"Code {name}",
        "language": "en",
        "shape": "list",
        "passages": [
            {"id": "a-1", "section": "A", "text": "No accent is wrong. Nobody laughs."},
            {"id": "a-2", "section": "A", "text": "Share each slot."},
            {"id": "b-1", "section": "B", "text": "No threat, ever."},
        ],
        "questions": [
            {"text": f"{name}: may I joke about his accent", "passages": {"a-1": 2, "b-1": 1}, "sentence": 1},
            {"text": f"{name}: may I laugh", "passages": {"a-1": 2}, "sentence": 2},
            {"text": f"{name}: a slot for my friend", "passages": {"a-2": 2}},
            {"text": f"{name}: he made a threat", "passages": {"b-1": 2}, "sentence": 1},
        ],
        "silent": [{"text": f"{name}: pizza", "kind": "far"}, {"text": f"{name}: my taxes", "kind": "conduct"}],
    }


def write(folder: Path) -> Path:
    """Write the files of `training_data/`; returns `folder`."""
    (folder / "codes").mkdir(parents=True)
    rows = {
        "parallel.jsonl": [
            {"text": "se burlan de un acento", "lang": "es", "english": ACCENT, "passages": {"words-1": 2}},
            {"text": "on se moque d'un accent", "lang": "fr", "english": ACCENT, "passages": {"words-1": 2}},
            {"text": "wo gibt es gute pizza", "lang": "de", "english": PIZZA, "passages": {}},
        ],
        "sentences.jsonl": [
            {"text": ACCENT, "passage": "words-1", "sentence": "No accent is wrong."},
            {"text": JOKE, "passage": "words-1", "sentence": "A joke may hurt."},
            {"text": SLOT, "passage": "words-1", "sentence": "A sentence that is gone."},
            {"text": SLOT, "passage": "gone-1", "sentence": "Each slot is fair."},
        ],
        "dev_languages.jsonl": [
            {"text": "puedo bromear", "lang": "es", "english": "a joke", "passages": {"words-1": 2, "chances-1": 1}},
            {"text": "una pizza", "lang": "es", "english": "pizza", "passages": {}},
            {"text": "ein slot", "lang": "de", "english": "a slot", "passages": {"chances-1": 2}},
        ],
        "asked_elsewhere.jsonl": [
            {"code": "z2", "text": "z2: may he mock me", "passages": {"a-1": 2}, "sentence": 2},
            {"code": "z2", "text": "z2: where do I park", "passages": {}, "kind": "conduct"},
        ],
    }
    for name, lines in rows.items():
        (folder / name).write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    for name in ("z1", "z2", HELD_OUT[0], HELD_OUT[1]):
        (folder / "codes" / f"{name}.json").write_text(json.dumps(written(name)), encoding="utf-8")
    return folder


def materials(folder: Path) -> Materials:
    """The materials, written to `folder` and read."""
    return read(code(), bank(), write(folder))
