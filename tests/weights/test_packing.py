"""Weights in another layout, and batches without padding."""

import sys
from collections.abc import Callable
from functools import partial

import numpy as np
import pytest
import torch
from sentence_transformers import SentenceTransformer

from conduct.hub.snapshot import Snapshot
from conduct.model.packing import _attend, pack_texts, pack_weights

TEXTS = ["He laughs", "They laugh at his accent " * 30, ""]


@pytest.fixture
def bare(model: Snapshot) -> SentenceTransformer:
    """The model as the library loads it."""
    return SentenceTransformer(str(model.folder), device="cpu")


def linear(model: SentenceTransformer) -> int:
    """How many of its layers are plain linear ones."""
    return sum(type(layer) is torch.nn.Linear for layer in model.modules())


def test_packed_weights_give_the_same_vectors(bare: SentenceTransformer):
    """To a millionth, whatever the length; and each linear layer is packed, but for none."""
    before = bare.encode(TEXTS, show_progress_bar=False)
    assert linear(bare) > 36
    if not pack_weights(bare):
        pytest.skip("this processor has no such layout")
    assert linear(bare) == 0
    assert bare.encode(TEXTS, show_progress_bar=False) == pytest.approx(before, abs=1e-6)


def attend_with(other: Callable, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another attention, under a name of its own: models that are loaded go by the name."""
    monkeypatch.setattr("conduct.model.packing.UNPADDED", f"test_{id(other)}")
    monkeypatch.setattr("conduct.model.packing._attend", other)


@pytest.mark.parametrize("texts", [TEXTS, TEXTS[::-1], TEXTS[:1], TEXTS[:1] * 3, ["laugh " * n for n in range(20)]])
def test_texts_without_padding_have_the_same_vectors(bare: SentenceTransformer, texts: list[str]):
    """To a millionth: of one length, of one text, of many lengths, one of them empty and one cut."""
    before = bare.encode(texts, show_progress_bar=False)
    assert pack_texts(bare)
    assert bare.encode(texts, show_progress_bar=False) == pytest.approx(before, abs=1e-6)


def test_a_batch_is_read_as_one_row_of_its_words(bare: SentenceTransformer):
    """Nine words and two marks around each text are thirteen, where padding made eighteen of them."""
    assert pack_texts(bare)
    read = []
    bare[0].model.embeddings.register_forward_hook(lambda layer, inputs, output: read.append(tuple(output.shape[:2])))
    bare.encode(["he laughs", "they laugh at his accent all day"], show_progress_bar=False)
    assert read == [(1, 13)]


@pytest.mark.parametrize("fault", [AttributeError("no such operation"), None])
def test_a_model_that_needs_padding_keeps_it(
    bare: SentenceTransformer, fault: Exception | None, monkeypatch: pytest.MonkeyPatch
):
    """Whether its attention fails without it or gives something else, as where positions do not count from 0."""
    before = bare.encode(TEXTS, show_progress_bar=False)

    def wrong(module, query, *rest, **others):
        if fault:
            raise fault
        return torch.zeros_like(query).transpose(1, 2), None

    attend_with(wrong, monkeypatch)
    assert pack_texts(bare) is False
    assert bare[0].model.config._attn_implementation == "sdpa"
    assert np.array_equal(bare.encode(TEXTS, show_progress_bar=False), before)


def test_a_model_with_another_attention_keeps_its_own(bare: SentenceTransformer, monkeypatch: pytest.MonkeyPatch):
    """Some look only at near words, which short texts would not show."""
    attend_with(partial(_attend, sliding_window=128), monkeypatch)
    assert pack_texts(bare) is False
    assert bare[0].model.config._attn_implementation == "sdpa"


@pytest.mark.parametrize("fault", [AttributeError("no such operation"), None])
def test_a_model_that_cannot_be_packed_stays_as_it_is(
    bare: SentenceTransformer, fault: Exception | None, monkeypatch: pytest.MonkeyPatch
):
    """Whether the operation is missing or gives something else."""
    before, layers = bare.encode(TEXTS, show_progress_bar=False), linear(bare)

    def wrong(rows, weight, *rest):
        if fault:
            raise fault
        return torch.zeros(*rows.shape[:-1], len(rest[0]))

    monkeypatch.setattr(torch.ops.mkldnn, "_linear_pointwise", wrong)
    assert pack_weights(bare) is False
    assert linear(bare) == layers
    assert np.array_equal(bare.encode(TEXTS, show_progress_bar=False), before)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the memory stays with the model")
def test_the_old_layout_takes_no_memory(bare: SentenceTransformer):
    """What was changed of the mapped file is dropped: who looks finds what the file holds, or nothing."""
    (layer,) = [one for name, one in bare.named_modules() if name.endswith("layer.0.intermediate.dense")]
    weight, inner = layer.weight.detach(), slice(8, -8)  # whole pages only
    with torch.no_grad():
        weight += 1
    changed = weight.clone()
    if not pack_weights(bare):
        pytest.skip("this processor has no such layout")
    assert not torch.isclose(weight[inner], changed[inner]).any()


def test_weights_that_another_part_uses_are_kept(bare: SentenceTransformer):
    """Two parts of a model may share one matrix."""
    (layer,) = [one for name, one in bare.named_modules() if name.endswith("layer.0.intermediate.dense")]
    with torch.no_grad():
        layer.weight += 1
    expected = layer.weight.detach().clone()
    bare.register_parameter("shared", layer.weight)
    if not pack_weights(bare):
        pytest.skip("this processor has no such layout")
    assert torch.equal(bare.shared, expected)
