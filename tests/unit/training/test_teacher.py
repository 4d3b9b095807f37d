"""What a teacher says of situations that it has not seen, and how that is kept."""

import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import MPNetConfig, MPNetModel

from conduct.errors import DataError, ModelError
from conduct.training import batches, materials, taught, teacher
from conduct.training.batches import EnglishBatch, TaughtBatch
from conduct.training.losses import Losses
from conduct.training.materials import Materials
from conduct.training.taught import Taught
from conduct.training.train import Recipe, _order
from tests.support import small_materials
from tests.support.small_materials import ACCENT, JOKE, SLOT

TINY = {
    "vocab_size": 40, "hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 8,
}  # fmt: skip
WORDS = ["<s>", "<pad>", "</s>", "[UNK]", "they", "mock", "an", "accent", "is", "that", "joke", "fine", "slot", "pizza"]


@pytest.fixture
def read(tmp_path: Path) -> Materials:
    """Small ones, that no teacher has spoken of."""
    return small_materials.materials(tmp_path / "m")


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A tiny network in the five packages, cut anywhere, as theirs is."""
    torch.manual_seed(0)
    tokenizer = Tokenizer(models.WordLevel({word: number for number, word in enumerate(WORDS)}, "[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(f"{teacher.INSIDE}config.json", json.dumps(TINY))
        tensors = MPNetModel(MPNetConfig(**TINY), add_pooling_layer=False).state_dict()
        archive.writestr(f"{teacher.INSIDE}model.safetensors", save(tensors))
        archive.writestr(f"{teacher.INSIDE}tokenizer.json", tokenizer.to_str())
    content = packed.getvalue()
    size = -(-len(content) // len(teacher.PACKAGES))
    for number, name in enumerate(teacher.PACKAGES):
        part = tmp_path / name / "input" / f"model.zip.00{number + 1}"
        part.parent.mkdir(parents=True)
        part.write_bytes(content[number * size : (number + 1) * size])
    monkeypatch.setattr(teacher, "package_folder", lambda name: tmp_path / name)
    monkeypatch.setattr(teacher, "FOLDS", 2)
    return tmp_path


def test_each_situation_is_read_by_a_teacher_that_has_not_seen_it(
    installed: Path, read: Materials, monkeypatch: pytest.MonkeyPatch
):
    """And the questions to codes by all; what is said of a text sums to 1."""
    seen: list[list[int]] = []
    learn, shares = teacher.learn, teacher.Teacher.shares

    def learning(weights, rows, labels, seed):
        seen.append(rows)
        return learn(weights, rows, labels, seed)

    def reading(self, rows):
        assert not [row for row in rows if row in seen[-1]]
        return shares(self, rows)

    monkeypatch.setattr(teacher, "learn", learning)
    monkeypatch.setattr(teacher.Teacher, "shares", reading)
    said = teacher.cross_fit(teacher.read(), read)
    assert [len(rows) for rows in seen] == [2, 2]
    assert said.shape == (len(read.teachable), 3)
    assert said.sum(axis=1) == pytest.approx(1, abs=1e-5)


def test_a_teacher_learns(installed: Path, read: Materials, monkeypatch: pytest.MonkeyPatch):
    """What it was shown often it says itself."""
    monkeypatch.setattr(teacher, "EPOCHS", 60)
    monkeypatch.setattr(teacher, "LEARNING_RATE", 1e-2)
    monkeypatch.setattr(teacher, "CLASSIFIER_RATE", 1e-2)
    weights = teacher.read()
    rows = weights.ids([ACCENT, SLOT])
    labels = np.array([[1, 0], [0, 1]], np.float32)
    assert teacher.learn(weights, rows, labels, 0).shares(rows).argmax(axis=1).tolist() == [0, 1]


def test_without_its_packages_there_is_a_sentence(installed: Path):
    """It names what to install."""
    next((installed / teacher.PACKAGES[2]).glob("input/*")).unlink()
    with pytest.raises(ModelError, match="teacher is not installed: pip install all-mpnet"):
        teacher.read()


def test_what_was_said_is_read_with_the_materials(read: Materials, tmp_path: Path):
    """To a step of 255, and again sums to 1."""
    said = np.tile(np.array([0.7, 0.2, 0.1], np.float32), (len(read.teachable), 1))
    Taught(read.teachable, said).save(tmp_path / "m" / taught.FILE)
    again = materials.read(read.code, read.bank, tmp_path / "m").taught
    assert read.taught == {}
    assert tuple(again) == read.teachable
    assert again[JOKE] == pytest.approx((0.7, 0.2, 0.1), abs=1 / 255)
    assert sum(again[JOKE]) == pytest.approx(1)


def test_what_was_said_for_other_passages_is_refused(read: Materials, tmp_path: Path):
    """A passage was added, or the file is damaged: each is said, with what to do."""
    path = tmp_path / taught.FILE
    Taught(read.teachable, np.ones((len(read.teachable), 3), np.float32)).save(path)
    with pytest.raises(DataError, match=r"number of passages.*make it anew with `python -m conduct\.training"):
        taught.read(path, read.teachable, 3)
    path.write_bytes(b"no tensors")
    with pytest.raises(DataError, match="cannot be read: make it anew"):
        taught.read(path, read.teachable, 2)


def test_a_text_keeps_its_prediction_whatever_comes_or_goes(read: Materials, tmp_path: Path):
    """The teacher is not asked again when questions are added; those that it has not read have no prediction."""
    path, count = tmp_path / taught.FILE, len(read.teachable)
    said = np.eye(3, dtype=np.float32)[np.arange(count) % 3]
    Taught(read.teachable, said).save(path)
    again = taught.read(path, ("one more", *reversed(read.teachable[1:])), 2)
    assert again.texts == (*reversed(read.teachable[1:]),)
    np.testing.assert_array_equal(again.shares, said[:0:-1])


def test_the_bank_and_the_questions_to_codes_to_learn_from_are_teachable(read: Materials):
    """Other languages and the codes that are kept apart are not."""
    assert read.teachable[:4] == tuple(situation.text for situation in read.bank.situations)
    assert {text.split(":")[0] for text in read.teachable[4:]} == {"z1", "z2"}


def test_a_target_is_half_the_label_and_half_what_was_said(read: Materials):
    """A classifier that agrees with both halves costs less than with the label alone; a question without a label has
    only the teacher's."""
    question = read.teachable[-1]
    read = replace(read, taught={JOKE: (0.0, 1.0, 0.0), question: (0.0, 0.0, 1.0)})
    losses = Losses(read, 4)
    joke = next(row for row in read.bank.situations if row.text == JOKE)
    assert losses._target(joke.text, joke.judgements).tolist() == [0.5, 0.5, 0.0]
    slot = next(row for row in read.bank.situations if row.text == SLOT)
    assert losses._target(slot.text, slot.judgements).tolist() == [0.0, 1.0, 0.0]
    torch.nn.init.zeros_(losses.classifier.bias)

    vectors = torch.ones(1, 4) / 2
    sure = losses(TaughtBatch((question,)), vectors).item()
    with torch.no_grad():
        losses.classifier.bias.copy_(torch.tensor([0.0, 0.0, 1.0]))
    assert losses(TaughtBatch((question,)), vectors).item() < sure


def test_questions_that_only_the_teacher_has_read_come_once_an_epoch(read: Materials, monkeypatch: pytest.MonkeyPatch):
    """Situations that it has read have batches of their own."""
    monkeypatch.setattr(batches, "OWN_BATCHES", 1)
    read = replace(read, taught=dict.fromkeys(read.teachable, (1.0, 0.0, 0.0)))
    made = _order(read, Recipe(epochs=1))
    asked = [text for batch in made if isinstance(batch, TaughtBatch) for text in batch.rows]
    assert sorted(asked) == sorted(read.teachable[4:])
    assert sum(len(batch.rows) for batch in made if isinstance(batch, EnglishBatch)) == 4
