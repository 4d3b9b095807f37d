"""The base encoder as a network, with what was learnt in its weights."""

import numpy as np
import pytest
import torch

from conduct.errors import ModelError
from conduct.model import base_weights, network, packaged
from conduct.model.adapter import Adapter, Update
from conduct.model.base_weights import BaseWeights
from tests.support import tiny_encoder

QUERY = "encoder.layer.1.attention.self.query.weight"


@pytest.fixture
def base(tiny) -> BaseWeights:
    """The tiny base encoder."""
    return base_weights.read(packaged.base_file())


def test_words_are_the_numbers_that_their_rows_say(base: BaseWeights):
    """In half precision; for any number of texts and words, read from the file or held in memory."""
    words = network.build(base).embeddings.word_embeddings
    assert isinstance(words, network.FourBitEmbedding)
    written = tiny_encoder.numbers()["emb.word"].astype(np.float16).astype(np.float32)
    ids = torch.tensor([[0, 5, len(written) - 1], [7, 7, 1]])
    np.testing.assert_array_equal(words(ids).numpy(), written[ids.numpy()])
    assert words(ids).dtype == torch.float32
    assert torch.equal(words.resident()(ids), words(ids))


def test_the_word_embeddings_of_an_export_are_read_as_float32():
    """They stay in half precision in their file."""
    rows = torch.arange(12, dtype=torch.float16).reshape(4, 3)
    read = network.HalfEmbedding(rows)(torch.tensor([3, 0]))
    assert read.dtype == torch.float32
    assert read.tolist() == [[9, 10, 11], [0, 1, 2]]


def test_each_weight_is_that_of_the_file_rounded_to_half_precision(base: BaseWeights):
    """Under the library's names; none is left out."""
    made = network.build(base)
    assert not made.training
    state, written = made.state_dict(), tiny_encoder.numbers()
    assert len(state) == len(written) - 1
    for stored, name in (
        ("l1.q.w", QUERY),
        ("l0.ao.w", "encoder.layer.0.attention.output.dense.weight"),
        ("l0.fi.b", "encoder.layer.0.intermediate.dense.bias"),
        ("l1.oln.w", "encoder.layer.1.output.LayerNorm.weight"),
        ("emb.pos", "embeddings.position_embeddings.weight"),
        ("emb.ln.b", "embeddings.LayerNorm.bias"),
    ):
        np.testing.assert_array_equal(state[name].numpy(), written[stored].astype(np.float16).astype(np.float32))


def test_what_was_learnt_is_added(base: BaseWeights):
    """Up times down times the scale; all other weights stay the same."""
    update = tiny_encoder.updates()[1]
    assert update.name == QUERY
    plain, learnt = network.build(base).state_dict(), network.build(base, Adapter((update,))).state_dict()
    assert [name for name in plain if not torch.equal(plain[name], learnt[name])] == [QUERY]
    expected = tiny_encoder.numbers()["l1.q.w"] + 0.5 * (update.up @ update.down)
    np.testing.assert_allclose(learnt[QUERY].numpy(), expected, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize(
    "wrong",
    [
        Update("no.such.weight", np.ones((32, 1), np.float32), np.ones((1, 32), np.float32), 1.0),
        Update(QUERY, np.ones((7, 1), np.float32), np.ones((1, 32), np.float32), 1.0),
        Update("embeddings.word_embeddings.weight", np.ones((32, 1), np.float32), np.ones((1, 32), np.float32), 1.0),
    ],
    ids=["name", "shape", "words"],
)
def test_an_update_that_does_not_fit_is_refused(base: BaseWeights, wrong: Update):
    """By name or by shape, in one sentence."""
    with pytest.raises(ModelError) as error:
        network.build(base, Adapter((wrong,)))
    assert str(error.value) == (
        f"The adapter has an update for {wrong.name}, which the base encoder does not have: "
        "make it anew with `python -m conduct train`."
    )
