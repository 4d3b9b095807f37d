"""Linear layers in int8, in a tiny network: what is measured, what is refused, how little the vectors change."""

from pathlib import Path

import numpy as np
import pytest

from conduct.errors import ModelError
from conduct.model import adapter, int8
from conduct.model.assemble import assemble, network_of
from conduct.model.packaged import RANGES_FILE
from conduct.model.sentence_transformer import SentenceEncoder

TEXTS = ["an accent", "a joke about a pizza, again and again", "x"]
ANOTHER = "input_ranges.safetensors belongs to another encoder: make it anew with `python -m conduct train`."


def identity(folder: Path) -> str:
    """The identity of the tiny encoder."""
    return adapter.identity(folder / adapter.FILE)


def test_a_range_holds_all_that_an_input_was(tiny: Path):
    """Over all texts; a layer has one for each input, its least and its greatest value."""
    model = assemble(tiny)
    network, seen = network_of(model), []
    hook = network.encoder.layer[0].attention.self.query.register_forward_pre_hook(
        lambda _, inputs: seen.append(inputs[0].detach().flatten(0, -2).numpy())
    )
    ranges = int8.measure(model, network, TEXTS)
    hook.remove()
    assert {name: found.shape for name, found in ranges.items()} == {
        name: (2, layer.in_features) for name, layer in int8.linear_layers(network)
    }
    least, greatest = ranges["encoder.layer.0.attention.self.query"]
    np.testing.assert_array_equal(least, np.concatenate(seen).min(axis=0))
    np.testing.assert_array_equal(greatest, np.concatenate(seen).max(axis=0))
    assert len(seen) == len(TEXTS)


def test_vectors_hardly_move_and_do_not_depend_on_who_else_asks(tiny: Path):
    """Compared with float32; and bit for bit the same alone or with other texts."""
    exact, served = SentenceEncoder(assemble(tiny)), SentenceEncoder.load(tiny)
    vectors = served.encode(TEXTS)
    assert (exact.encode(TEXTS) * vectors).sum(axis=1).min() > 0.99
    assert not np.array_equal(exact.encode(TEXTS), vectors)
    for text, vector in zip(TEXTS, vectors, strict=True):
        np.testing.assert_array_equal(served.encode([text])[0], vector)
    np.testing.assert_array_equal(served.encode(TEXTS[::-1])[::-1], vectors)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-6)


def test_what_was_written_is_read(tiny: Path):
    """In half precision."""
    model = assemble(tiny)
    ranges = int8.measure(model, network_of(model), TEXTS)
    int8.save(ranges, tiny / RANGES_FILE, "an encoder")
    read = int8.load(tiny / RANGES_FILE, "an encoder")
    assert set(read) == set(ranges)
    for name, found in ranges.items():
        np.testing.assert_array_equal(read[name], found.astype(np.float16))


def test_ranges_of_another_network_are_refused(tiny: Path):
    """One layer is missing, or has another width."""
    ranges = int8.load(tiny / RANGES_FILE, identity(tiny))
    name = next(iter(ranges))
    for wrong in (
        {n: found for n, found in ranges.items() if n != name},
        dict(ranges) | {name: np.ones((2, 7), np.float32)},
    ):
        with pytest.raises(ModelError) as error:
            int8.quantize(network_of(assemble(tiny)), wrong)
        assert str(error.value) == ANOTHER


def test_ranges_of_an_encoder_that_learnt_something_else_are_stale(tiny: Path):
    """They have the same shapes, but another adapter needs other ranges."""
    with pytest.raises(ModelError) as error:
        int8.load(tiny / RANGES_FILE, "conduct-encoder@0123456789abcdef")
    assert str(error.value) == ANOTHER


@pytest.mark.parametrize("wrong", [np.nan, np.inf, 1_000.0])
def test_ranges_that_are_none_are_refused(tiny: Path, wrong: float):
    """With them every vector would be invalid; the last one begins above its end."""
    ranges = dict(int8.load(tiny / RANGES_FILE, identity(tiny)))
    ranges[next(iter(ranges))][0, 0] = wrong
    int8.save(ranges, tiny / RANGES_FILE, identity(tiny))
    with pytest.raises(ModelError, match=r"^input_ranges\.safetensors holds numbers that are no ranges: download"):
        int8.load(tiny / RANGES_FILE, identity(tiny))


@pytest.mark.parametrize("content", [None, b"", b"no tensors", (95_000_000).to_bytes(8, "little") + b"{}"])
def test_damaged_or_missing_ranges_are_refused(tiny: Path, content: bytes | None):
    """One sentence that says what to do."""
    (tiny / RANGES_FILE).unlink() if content is None else (tiny / RANGES_FILE).write_bytes(content)
    with pytest.raises(ModelError) as error:
        int8.load(tiny / RANGES_FILE, identity(tiny))
    assert str(error.value) == "input_ranges.safetensors is damaged or missing: download the encoder again."


def test_ranges_of_a_type_that_numpy_has_not_are_refused(tiny: Path):
    """Before they are read."""
    import torch
    from safetensors.torch import save_file

    ranges = {"layer": torch.zeros(8, dtype=torch.bfloat16)}
    save_file(ranges, tiny / RANGES_FILE, metadata={"identity": identity(tiny)})
    with pytest.raises(ModelError, match=r"^input_ranges\.safetensors is damaged or missing"):
        int8.load(tiny / RANGES_FILE, identity(tiny))
