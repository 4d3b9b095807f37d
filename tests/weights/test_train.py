"""Learning from situations, small."""

import numpy as np
import pytest

from conduct.dataset.files import ADAPTER_FILE
from conduct.hub.snapshot import Snapshot
from conduct.model import adapter
from conduct.model.adapter import Update
from conduct.model.sentence_transformer import SentenceEncoder
from conduct.training.distillation import DistillationSet
from conduct.training.train import Recipe, steps, train

TEXTS = ["he laughed at my accent", "she mocks how I speak", "best pizza in rome", "where to eat near the station"] * 4
TARGETS = np.eye(2, dtype=np.float32)[[0, 0, 1, 1] * 4]
LESSON = DistillationSet(tuple(TEXTS), TARGETS)
RECIPE = Recipe(epochs=3, batch=4, typos=0.0, retold=0.0)


@pytest.fixture(scope="module")
def learnt(model: Snapshot) -> tuple[tuple[Update, ...], SentenceEncoder, list[float]]:
    """The updates, the encoder that they were learnt with, and the losses on the way."""
    encoder, losses = SentenceEncoder.load(model.folder), []
    updates = train(LESSON, encoder, RECIPE, losses.append)
    return updates, encoder, losses


def test_it_learns(learnt, encoder: SentenceEncoder):
    """The loss falls, and texts of one passage move together, of two apart."""
    _, after, losses = learnt
    assert len(losses) == steps(len(TEXTS), RECIPE) == 12
    assert losses[-1] < losses[0] / 2
    old, new = (one.encode(TEXTS[:4]) for one in (encoder, after))
    assert (new @ new.T)[0, 1] > (old @ old.T)[0, 1]
    assert (new @ new.T)[0, 2] < (old @ old.T)[0, 2]


def test_the_file_gives_the_same_vectors(learnt, model: Snapshot, tmp_path):
    """What was learnt survives half precision."""
    updates, after, _ = learnt
    path = tmp_path / ADAPTER_FILE
    adapter.save(updates, path, model.identity)
    loaded = SentenceEncoder.load(model.folder, adapter.load(path, model.identity))
    assert np.allclose(loaded.encode(TEXTS[:4]), after.encode(TEXTS[:4]), atol=1e-3)


def test_the_same_seed_learns_the_same(learnt, model: Snapshot):
    """Who runs the command again gets what is published."""
    again = train(LESSON, SentenceEncoder.load(model.folder), RECIPE)
    assert [one.name for one in again] == [one.name for one in learnt[0]]
    for one, other in zip(again, learnt[0], strict=True):
        assert np.array_equal(one.up, other.up)
        assert np.array_equal(one.down, other.down)


def test_only_narrow_updates_of_what_vectors_pass_through(learnt):
    """36 linear layers of the six blocks; neither embeddings nor the pooler, which is not pooled with."""
    updates = learnt[0]
    assert len(updates) == 36
    assert {one.up.shape[1] for one in updates} == {RECIPE.rank}
    assert not [one.name for one in updates if "pooler" in one.name or "embeddings" in one.name]
