"""The order in which the encoder reads its training data."""

import random
from collections import Counter
from pathlib import Path

import pytest

from conduct.training import batches
from conduct.training.batches import CodeBatch, EnglishBatch, OwnBatch, ParallelBatch
from conduct.training.materials import HELD_OUT, Materials
from conduct.training.train import Recipe, _order
from tests.support import small_materials
from tests.support.small_materials import ACCENT, JOKE, PIZZA, SLOT


@pytest.fixture
def read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Materials:
    """Small materials, in small batches."""
    monkeypatch.setattr(batches, "PARALLEL_SIZE", 2)
    monkeypatch.setattr(batches, "OWN_BATCHES", 20)
    return small_materials.materials(tmp_path / "m")


def test_the_same_seed_gives_the_same_order_and_another_one_another(read: Materials):
    """A training that continues must read what it has not read yet."""
    assert _order(read, Recipe(seed=1)) == _order(read, Recipe(seed=1))
    assert _order(read, Recipe(seed=1)) != _order(read, Recipe(seed=2))


def test_every_parallel_row_comes_once_an_epoch(read: Materials):
    """And each situation in English once by itself, with or without a counterpart."""
    made = _order(read, Recipe(epochs=2))
    parallel = Counter(row.text for batch in made if isinstance(batch, ParallelBatch) for row in batch.rows)
    assert parallel == {row.text: 2 for row in read.parallel}
    english = Counter(row.text for batch in made if isinstance(batch, EnglishBatch) for row in batch.rows)
    assert english == {ACCENT: 2, JOKE: 2, SLOT: 2, PIZZA: 2}


def test_codes_that_are_held_out_never_come(read: Materials):
    """Each question of the other codes once an epoch."""
    asked = Counter(q.text for b in _order(read, Recipe(epochs=1)) if isinstance(b, CodeBatch) for q in b.questions)
    learnt = [code for code in read.codes if code.name in ("z1", "z2")]
    assert set(asked) == {question.text for code in learnt for question in code.questions}
    assert set(asked.values()) == {1}
    assert not any(text.startswith(HELD_OUT) for text in asked)


def test_a_code_comes_with_the_passages_that_its_questions_need(read: Materials, monkeypatch: pytest.MonkeyPatch):
    """Of a long code some other passages are left out, but none that is needed."""
    monkeypatch.setattr(batches, "MAX_PASSAGES", 1)
    code = next(code for code in read.codes if code.name == "z1")
    made = batches._of_code(code, code.questions[2:3], random.Random(0))
    assert [passage.id for passage in made.passages] == ["a-2"]
    made = batches._of_code(code, code.questions[:1], random.Random(0))
    assert {passage.id for passage in made.passages} == {"a-1", "b-1"}
    assert len(made.silent) == 2


def test_situations_of_our_own_code_are_said_in_many_languages_and_lead_somewhere(read: Materials):
    """About half of those that exist in other languages; never a silent one."""
    made = [batch for batch in _order(read, Recipe(epochs=3)) if isinstance(batch, OwnBatch)]
    assert len(made) == 60
    said = Counter(
        text for batch in made for text, row in zip(batch.said, batch.rows, strict=True) if row.text == ACCENT
    )
    assert set(said) == {ACCENT, *read.translations[ACCENT]}
    assert 0.25 < said[ACCENT] / said.total() < 0.75
    assert PIZZA not in {row.text for batch in made for row in batch.rows}
