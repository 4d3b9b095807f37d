"""Reads several texts in one row of tokens, without padding, while each token sees those of its own text only.

So eight texts take 0.6 of the time. Attention and the mean are computed for each text by itself, so that its vector
does not depend, in any bit, on which others are read with it.
"""

import warnings

import torch
from torch.nn.functional import scaled_dot_product_attention
from transformers.models.bert.modeling_bert import BertAttention, BertSelfAttention

# The name of the layer that stands for those of query, key and value.
TOGETHER = "together"


def attend_within(together: torch.Tensor, heads: int, lengths: torch.Tensor) -> torch.Tensor:
    """Attention of the tokens of each text to one another.

    `together` has the queries, the keys and the values of all heads, (1, rows, 3 x dimensions), and `lengths` the
    number of rows of each text, which begin at the second row; the first row gets zeros. Returns (1, rows, dimensions).
    """
    rows = together.size(1)
    parts = together.view(1, rows, 3, heads, -1).permute(2, 0, 3, 1, 4)
    sizes: list[int] = lengths.tolist()
    attended = [torch.zeros_like(parts[0, :, :, :1])]
    for text in parts[:, :, :, 1:].split(sizes, dim=3):
        attended.append(scaled_dot_product_attention(text[0], text[1], text[2]))
    return torch.cat(attended, dim=2).transpose(1, 2).reshape(1, rows, -1)


def means_within(states: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
    """The mean of the rows of each text, (texts, dimensions), of `states` (1, rows, dimensions), as above."""
    sizes: list[int] = lengths.tolist()
    return torch.stack([rows.mean(dim=0) for rows in states[0, 1:].split(sizes)])


with warnings.catch_warnings():
    # Compiled, since a trace alone would fix the number of texts. It is deprecated, but its successor needs a C++
    # compiler on the machine.
    warnings.simplefilter("ignore")
    _attend_within, _means_within = torch.jit.script(attend_within), torch.jit.script(means_within)


class PackedAttention(torch.nn.Module):
    """The self-attention of a layer, for packed texts; in one product in place of three, which takes less time."""

    def __init__(self, attention: BertSelfAttention) -> None:
        super().__init__()
        parts = (attention.query, attention.key, attention.value)
        with torch.device("meta"):
            self.together = torch.nn.Linear(attention.query.in_features, 3 * attention.all_head_size)
        for name in ("weight", "bias"):
            joined = torch.cat([getattr(part, name).detach() for part in parts])
            setattr(self.together, name, torch.nn.Parameter(joined, requires_grad=False))
        # The old layers are in reference cycles, and would keep their weights until the next garbage collection.
        for part in parts:
            part.weight = None
        self._heads = attention.num_attention_heads

    def forward(self, states: torch.Tensor, *others, lengths: torch.Tensor, **more) -> tuple[torch.Tensor, None]:
        """States (1, rows, dimensions) to the same shape, and None for the weights that nobody asks for."""
        return _attend_within(self.together(states), self._heads, lengths), None


def pack(network: torch.nn.Module) -> None:
    """Replace the self-attention of each layer in `network`, which then reads packed texts only."""
    for layer in [module for module in network.modules() if isinstance(module, BertAttention)]:
        layer.self = PackedAttention(layer.self)


class Packed(torch.nn.Module):
    """A network after `pack`, which gives the mean of each text."""

    def __init__(self, network: torch.nn.Module) -> None:
        super().__init__()
        self._network = network

    def forward(self, embeddings: torch.Tensor, positions: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
        """Means (texts, dimensions) of the network's states of texts with so many tokens each, int64 (texts,).

        `embeddings` of their tokens are (1, 1 + all tokens, dimensions), and `positions`, (1, 1 + all tokens), say the
        place of each token in its text; the first row stands for no token.
        """
        states = self._network(inputs_embeds=embeddings, position_ids=positions, lengths=lengths).last_hidden_state
        return _means_within(states, lengths)
