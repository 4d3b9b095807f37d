"""Estimated vectors from a text's word embeddings."""

from pathlib import Path

import numpy as np
import pytest

from conduct.errors import ModelError
from conduct.model import glance
from conduct.model.glance import Glance
from conduct.model.packaged import GLANCE_FILE
from conduct.model.sentence_transformer import SentenceEncoder

TEXTS = ["an accent", "a joke", "pizza and a slot"]
ANEW = "make it anew with `python -m conduct train`"


def test_a_map_is_fitted_that_gives_back_what_is_linear():
    """Vectors that are scaled, rotated and moved: with enough texts, the ridge has little effect."""
    rng = np.random.default_rng(0)
    means, turn = rng.standard_normal((5_000, 6)), np.linalg.qr(rng.standard_normal((6, 6)))[0]
    wanted = 10 * means @ turn + 3
    wanted /= np.linalg.norm(wanted, axis=1, keepdims=True)
    made = glance.fit(means, 10 * means @ turn + 3).vectors(means)
    assert (made * wanted).sum(axis=1).min() > 0.9999
    np.testing.assert_allclose(np.linalg.norm(made, axis=1), 1, rtol=1e-5)


def test_a_glance_reads_words_and_not_the_network(tiny: Path):
    """The mean of the word embeddings, through the map; each text by itself."""
    encoder = SentenceEncoder.load(tiny)
    means = encoder.means(TEXTS)
    assert means.shape == (3, 32)
    exact = Glance(np.eye(33, 32, dtype=np.float32))
    np.testing.assert_array_equal(encoder.glance(TEXTS), exact.vectors(means))
    np.testing.assert_array_equal(encoder.glance(TEXTS[1:2]), exact.vectors(means[1:2]))


def test_an_encoder_that_has_none_gives_none(tiny: Path):
    """Then all of a draft is read."""
    (tiny / GLANCE_FILE).unlink()
    assert SentenceEncoder.load(tiny).glance is None


@pytest.mark.parametrize(
    ("weights", "identity", "reason"),
    [
        (np.eye(33, 32), "other@1", f"glance.safetensors was fitted for another encoder: {ANEW}."),
        (np.eye(32), "own@1", f"glance.safetensors is damaged: {ANEW}."),
        (np.full((33, 32), np.nan), "own@1", f"glance.safetensors holds numbers that cannot be: {ANEW}."),
        (np.full((33, 32), 20_000), "own@1", f"glance.safetensors holds numbers that cannot be: {ANEW}."),
    ],
)
def test_what_cannot_be_used_is_refused(tmp_path: Path, weights: np.ndarray, identity: str, reason: str):
    """In one sentence that names the file."""
    glance.save(Glance(weights.astype(np.float32)), tmp_path / GLANCE_FILE, identity)
    with pytest.raises(ModelError) as refused:
        glance.load(tmp_path / GLANCE_FILE, "own@1", 32)
    assert str(refused.value) == reason


def test_a_file_that_is_cut_off_is_refused(tmp_path: Path):
    """At any length."""
    path = tmp_path / GLANCE_FILE
    glance.save(Glance(np.eye(33, 32, dtype=np.float32)), path, "own@1")
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(ModelError, match=r"^glance\.safetensors is damaged: "):
        glance.load(path, "own@1", 32)
