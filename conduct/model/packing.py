"""Packs a model's weights as the processor reads them best, and the texts of a batch without padding between them.

The same sums either way. torch takes packed weights from oneDNN, but would pack nothing by itself without a C++
compiler at hand; sentence-transformers leaves the padding out on a GPU only.
"""

import ctypes
import logging
import mmap
import sys
from collections.abc import Callable

log = logging.getLogger(__name__)

# Rows of activations that the layout is best for: the words of a short question.
ROWS = 32
# Another order of the same additions moves a number by less than a tenth of this.
TOLERANCE = 1e-5
# Of different lengths, so that one would be padded.
PROBE = ["Is this okay?", "May I joke about his accent if he laughs along, or would that hurt him?"]
UNPADDED = "unpadded"
# What some models want of attention besides; it may show in long texts only, so a probe would not tell.
NOT_HERE = ("sliding_window", "softcap", "position_bias")


def pack_weights(model) -> bool:
    """Pack the linear layers of a SentenceTransformer, if it then still gives the same vectors; whether it does."""
    import torch

    layers = [
        (parent, name, layer)
        for parent in model.modules()
        for name, layer in parent.named_children()
        # Not its subclasses, which do something else.
        if type(layer) is torch.nn.Linear and layer.weight.dtype is torch.float32
    ]

    def change() -> None:
        for parent, name, layer in layers:
            setattr(parent, name, _packed(layer))

    def undo() -> None:
        for parent, name, layer in layers:
            setattr(parent, name, layer)

    if not _keeps_vectors(model, change, undo):
        return False
    used = {parameter.data_ptr() for parameter in model.parameters()}
    _give_back([layer.weight for _, _, layer in layers if layer.weight.data_ptr() not in used])
    return True


def pack_texts(model) -> bool:
    """Let a SentenceTransformer read a batch as one row of all its words, if it then still gives the same vectors.

    Else it pads each text to the longest, as before. Returns whether it gives the same.
    """
    from transformers import AttentionInterface

    reader, undone = model[0], []

    def change() -> None:
        AttentionInterface.register(UNPADDED, _attend)
        before = reader.model.config._attn_implementation
        undone.append(lambda: reader.model.set_attn_implementation(before))
        reader.model.set_attn_implementation(UNPADDED)
        undone.append(reader.register_forward_pre_hook(_without_padding).remove)

    def undo() -> None:
        for one in undone:
            one()

    return _keeps_vectors(model, change, undo)


def _keeps_vectors(model, change: Callable[[], None], undo: Callable[[], None]) -> bool:
    import torch

    before = model.encode(PROBE, convert_to_tensor=True, show_progress_bar=False)
    try:
        change()
        after = model.encode(PROBE, convert_to_tensor=True, show_progress_bar=False)
        if not torch.allclose(before, after, atol=TOLERANCE):
            raise ValueError("other vectors")
    # A processor or a library without these operations, a model that looks at its weights or counts otherwise.
    except Exception as error:
        log.info("The model stays as it is (%s).", type(error).__name__)
        undo()
        return False
    return True


def _without_padding(reader, inputs: tuple) -> tuple:
    """Ids and positions (1, words of all texts) and where each text begins, as the library has it on a GPU."""
    import torch

    (features,) = inputs
    mask = features["attention_mask"].bool()
    if mask.all():
        return inputs
    texts, longest = mask.shape
    positions = torch.arange(longest).expand(texts, longest)
    return ({
        **{name: value for name, value in features.items() if name != "attention_mask"},
        **{name: features[name][mask][None] for name in ("input_ids", "token_type_ids") if name in features},
        "position_ids": positions[mask][None],
        # The libraries' name for it; the pooling goes by it too.
        "cu_seq_lens_q": torch.nn.functional.pad(mask.sum(1).cumsum(0), (1, 0)),
    },)  # fmt: skip


def _attend(module, query, key, value, attention_mask, scaling=None, cu_seq_lens_q=None, **others):
    """Attention of each text to itself; query, key, value: (texts or 1, heads, words, size of a head)."""
    import torch

    if wanted := [name for name in NOT_HERE if others.get(name) is not None]:
        raise NotImplementedError(f"Attention without padding has no {wanted[0]}: use the model's own.")
    attention = torch.nn.functional.scaled_dot_product_attention
    if cu_seq_lens_q is None:
        return attention(query, key, value, scale=scaling).transpose(1, 2), None
    lengths = cu_seq_lens_q.diff().tolist()
    texts = zip(*(states.split(lengths, dim=2) for states in (query, key, value)), strict=True)
    return torch.cat([attention(*text, scale=scaling) for text in texts], dim=2).transpose(1, 2), None


def _give_back(weights) -> None:
    """Let Linux have the memory of weights that nobody will read again.

    They are a part of the mapped file, which stays as long as the embeddings do, and of which they were changed.
    """
    if sys.platform != "linux":
        return
    library, page = ctypes.CDLL(None), mmap.PAGESIZE
    for weight in weights:
        begin = -(-weight.data_ptr() // page) * page
        end = (weight.data_ptr() + weight.nbytes) // page * page
        if end > begin:
            library.madvise(ctypes.c_void_p(begin), ctypes.c_size_t(end - begin), mmap.MADV_DONTNEED)


def _packed(layer):
    import torch

    # The layer is an argument: a class keeps what its methods close over, here the weights in their old layout.
    class Packed(torch.nn.Module):
        def __init__(self, layer) -> None:
            super().__init__()
            self._weight = torch.ops.mkldnn._reorder_linear_weight(layer.weight.detach(), ROWS)
            self._bias = None if layer.bias is None else layer.bias.detach()

        def forward(self, rows):
            return torch.ops.mkldnn._linear_pointwise(rows, self._weight, self._bias, "none", [], "")

    return Packed(layer)
