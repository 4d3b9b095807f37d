"""The base encoder as a torch network, with what was learnt added to its weights."""

import math
from collections.abc import Iterator

import numpy as np
import torch
from transformers import BertConfig, BertModel

from conduct.errors import ModelError
from conduct.model import int8
from conduct.model.adapter import Adapter
from conduct.model.base_weights import BaseWeights, unpack
from conduct.model.scratch import scratch

_EMBEDDINGS = {
    "emb.pos": "embeddings.position_embeddings.weight",
    "emb.type": "embeddings.token_type_embeddings.weight",
    "emb.ln.w": "embeddings.LayerNorm.weight",
    "emb.ln.b": "embeddings.LayerNorm.bias",
}
_WORDS = "emb.word"
_PARTS = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "aln": "attention.output.LayerNorm",
    "fi": "intermediate.dense",
    "fo": "output.dense",
    "oln": "output.LayerNorm",
}
_KINDS = {"w": "weight", "b": "bias"}


class FourBitEmbedding(torch.nn.Module):
    """Word embeddings that stay in the mapped file in 4 bits; only the rows for the words of a text are read."""

    def __init__(self, rows: np.ndarray) -> None:
        """`rows`: uint8 (vocabulary, bytes of a row)."""
        super().__init__()
        self._rows = rows

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        """Ids (...) to float32 (..., dimensions)."""
        # Rounded to half precision, as in an exported folder, so that both give the same vectors.
        return torch.from_numpy(unpack(self._rows[ids.numpy()])).half().float()

    def resident(self) -> "HalfEmbedding":
        """The same, whole in the memory of torch's default device: faster where there is enough of it."""
        return HalfEmbedding(torch.from_numpy(unpack(self._rows)).half().to(torch.get_default_device()))


class HalfEmbedding(torch.nn.Module):
    """Word embeddings in half precision, read as float32."""

    def __init__(self, rows: torch.Tensor) -> None:
        """`rows`: float16 (vocabulary, dimensions), may be in a mapped file."""
        super().__init__()
        self._rows = rows.detach()

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        """Ids (...) to float32 (..., dimensions)."""
        return self._rows[ids].float()


def build(base: BaseWeights, adapter: Adapter | None = None, ranges: int8.Ranges | None = None) -> BertModel:
    """The network in float32, its numbers rounded to half precision; word embeddings as FourBitEmbedding. With `ranges`
    its linear layers are in int8, and it reads packed texts only; see int8.py.

    Raises ModelError if `adapter` or `ranges` do not fit.
    """
    config = _config(base)
    with torch.device("meta"):
        network = BertModel(config, add_pooling_layer=False)
    shapes = {name: tuple(parameter.shape) for name, parameter in network.named_parameters()}
    stored = {_name(name): name for name in base.tensors if name != _WORDS}
    updates = {update.name: update for update in adapter.updates} if adapter else {}
    for name, update in updates.items():
        if name not in stored or shapes[name] != (update.up.shape[0], update.down.shape[1]):
            raise ModelError(
                f"The adapter has an update for {name[:80]}, which the base encoder does not have: "
                "make it anew with `python -m conduct train`."
            )

    def weights(name: str) -> torch.Tensor:
        into = scratch(math.prod(shapes[name])) if name in replaced else None
        numbers = torch.from_numpy(base.floats(stored[name], into)).reshape(shapes[name])
        if name in updates:
            update = updates[name]
            numbers.addmm_(torch.from_numpy(update.up), torch.from_numpy(update.down), alpha=update.scale)
        return numbers.copy_(numbers.half())

    replaced = frozenset()
    if ranges is not None:
        int8.check(network, ranges)
        replaced = {f"{name}.weight" for name, _ in int8.linear_layers(network)}
    network.embeddings.word_embeddings = FourBitEmbedding(base.rows(_WORDS, config.vocab_size))
    # Layer by layer: all layers in float32 at once would be the app's peak of memory.
    for prefix, part in _parts(network):
        names = [name for name in stored if name.startswith(prefix)]
        part.load_state_dict({name.removeprefix(prefix): weights(name) for name in names}, assign=True)
        if ranges is not None:
            int8.quantize_part(part, prefix, ranges)
        base.leave()
    embeddings = network.embeddings
    embeddings.position_ids = torch.arange(config.max_position_embeddings)[None]
    embeddings.token_type_ids = torch.zeros(1, config.max_position_embeddings, dtype=torch.long)
    return network.eval()


def _parts(network: BertModel) -> Iterator[tuple[str, torch.nn.Module]]:
    """The parts of `network`, each with the prefix of its parameters' names."""
    yield "embeddings.", network.embeddings
    for number, layer in enumerate(network.encoder.layer):
        yield f"encoder.layer.{number}.", layer


def _config(base: BaseWeights) -> BertConfig:
    shape = base.shape
    return BertConfig(
        vocab_size=shape.vocabulary,
        hidden_size=shape.hidden,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        intermediate_size=shape.feed_forward,
        max_position_embeddings=shape.positions,
        type_vocab_size=shape.types,
        layer_norm_eps=shape.epsilon,
        pad_token_id=shape.padding,
        use_cache=False,
    )


def _name(stored: str) -> str:
    """The library's name of a tensor: "l3.q.w" is "encoder.layer.3.attention.self.query.weight"."""
    if stored in _EMBEDDINGS:
        return _EMBEDDINGS[stored]
    layer, part, kind = stored.split(".")
    return f"encoder.layer.{layer[1:]}.{_PARTS[part]}.{_KINDS[kind]}"
