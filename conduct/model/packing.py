"""Reads several texts in one row of tokens, without padding, while each token sees those of its own text only.

So eight texts take 0.6 of the time. Attention and the mean are computed for each text by itself, so that its vector
does not depend, in any bit, on which others are read with it.
"""

import warnings

import torch
from torch.nn.functional import scaled_dot_product_attention
from transformers import AttentionInterface, PreTrainedModel

_NAME = "conduct packed"


def attend_within(query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
    """Attention of the tokens of each text to one another.

    Query, key and value are (1, heads, rows, dimensions of a head), and `lengths` the number of rows of each text,
    which begin at the second row; the first row gets zeros. Returns (1, rows, heads, dimensions of a head).
    """
    attended = torch.zeros_like(query)
    begin = 1
    sizes: list[int] = lengths.tolist()
    for size in sizes:
        end = begin + size
        attended[:, :, begin:end] = scaled_dot_product_attention(
            query[:, :, begin:end], key[:, :, begin:end], value[:, :, begin:end]
        )
        begin = end
    return attended.transpose(1, 2).contiguous()


def means_within(states: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
    """The mean of the rows of each text, (texts, dimensions), of `states` (1, rows, dimensions), as above."""
    means: list[torch.Tensor] = []
    begin = 1
    sizes: list[int] = lengths.tolist()
    for size in sizes:
        means.append(states[0, begin : begin + size].mean(dim=0))
        begin += size
    return torch.stack(means)


with warnings.catch_warnings():
    # Compiled, since a trace alone would fix the number of texts. It is deprecated, but its successor needs a C++
    # compiler on the machine.
    warnings.simplefilter("ignore")
    _attend_within, _means_within = torch.jit.script(attend_within), torch.jit.script(means_within)


def _attention(module, query, key, value, mask, *, lengths: torch.Tensor, **others) -> tuple[torch.Tensor, None]:
    return _attend_within(query, key, value, lengths), None


AttentionInterface.register(_NAME, _attention)


class Packed(torch.nn.Module):
    """`network`, from now on for packed texts only."""

    def __init__(self, network: PreTrainedModel) -> None:
        super().__init__()
        network.set_attn_implementation(_NAME)
        self._network = network

    def forward(self, embeddings: torch.Tensor, positions: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
        """Means (texts, dimensions) of the network's states of texts with so many tokens each, int64 (texts,).

        `embeddings` of their tokens are (1, 1 + all tokens, dimensions), and `positions`, (1, 1 + all tokens), say the
        place of each token in its text; the first row stands for no token.
        """
        states = self._network(inputs_embeds=embeddings, position_ids=positions, lengths=lengths).last_hidden_state
        return _means_within(states, lengths)
