"""Several texts in one row of tokens: each is read as if it were alone."""

from pathlib import Path

import numpy as np
import torch

from conduct.model.assemble import assemble, network_of
from conduct.model.packing import Packed, attend_within, means_within, pack

TEXTS = ["an accent", "a joke about a pizza, again and again", "x"]


def test_a_token_sees_its_own_text_only():
    """The attention of each text is the library's for that text alone; the first row, which is no token, gets zeros."""
    torch.manual_seed(0)
    query, key, value = torch.randn(3, 9, 2, 4)
    together = torch.cat([part.flatten(1) for part in (query, key, value)], dim=1)
    attended = attend_within(together[None], 2, torch.tensor([5, 3]))
    assert attended.shape == (1, 9, 8)
    assert not attended[:, 0].any()
    for begin, end in ((1, 6), (6, 9)):
        parts = (part[begin:end].transpose(0, 1)[None] for part in (query, key, value))
        alone = torch.nn.functional.scaled_dot_product_attention(*parts)
        torch.testing.assert_close(attended[:, begin:end], alone.transpose(1, 2).flatten(2), rtol=0, atol=0)


def test_means_are_those_of_the_rows_of_each_text():
    """The first row belongs to none."""
    states = torch.tensor([[[9.0], [1.0], [3.0], [7.0]]])
    assert means_within(states, torch.tensor([2, 1])).tolist() == [[2.0], [7.0]]


def test_a_packed_network_reads_as_the_library_does(tiny: Path):
    """In float32, with the position of each token in its own text."""
    model = assemble(tiny)
    alone = model.encode(TEXTS, batch_size=1, prompt="", show_progress_bar=False)
    network = network_of(model)
    pack(network)
    ids = [model.preprocess([text])["input_ids"][0] for text in TEXTS]
    embeddings = torch.cat([torch.ones(1, alone.shape[1]), network.embeddings.word_embeddings(torch.cat(ids))])
    positions = torch.cat([torch.zeros(1, dtype=torch.long), *(torch.arange(len(row)) for row in ids)])
    with torch.inference_mode():
        lengths = torch.tensor([len(row) for row in ids])
        means = Packed(network)(embeddings[None], positions[None], lengths)
    np.testing.assert_allclose(means.numpy(), alone, atol=1e-5)
