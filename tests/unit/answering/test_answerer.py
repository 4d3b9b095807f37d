"""A dataset revision together with a model."""

from pathlib import Path

import numpy as np

from conduct.answering.answerer import Answerer
from conduct.answering.dataset_revision import DatasetRevision
from conduct.dataset.files import ADAPTER_FILE, TEXT_FILE
from conduct.hub.snapshot import Snapshot
from conduct.model import adapter
from conduct.model.adapter import Update
from tests.fakes import WordEncoder


def revision(folder: Path, words: str, learnt: float = 0.0) -> DatasetRevision:
    """A text in `folder`, with an adapter of its own unless `learnt` is 0."""
    folder.mkdir()
    (folder / TEXT_FILE).write_text(f"## Ours\n\n{words}\n", encoding="utf-8")
    if learnt:
        update = Update("layer.weight", np.full((2, 1), learnt, np.float32), np.ones((1, 2), np.float32))
        adapter.save((update,), folder / ADAPTER_FILE, "words@local")
    return DatasetRevision.read(Snapshot(folder, folder.name, "local"))


def test_a_second_model_is_loaded_only_for_another_adapter(tmp_path: Path):
    """A new text with what the model has learnt already is read by the model that serves."""
    model, loaded = Snapshot(tmp_path, "words", "local"), []

    def load(folder: Path, learnt: object) -> WordEncoder:
        loaded.append(learnt)
        return WordEncoder()

    first = Answerer.make(revision(tmp_path / "a", "No accent is wrong.", 0.5), load, model)
    second = Answerer.make(revision(tmp_path / "b", "No joke is fair.", 0.5), load, model, first)
    assert second.encoder is first.encoder
    assert second.answer(["a joke"], 1)[0].passages[0].text == "No joke is fair."
    assert len(loaded) == 1
    third = Answerer.make(revision(tmp_path / "c", "No threat is fair.", 0.25), load, model, second)
    assert third.encoder is not second.encoder
    assert len(loaded) == 2
