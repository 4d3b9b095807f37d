"""Lays a model's weights out as the processor reads them best: the same sums, in two thirds of the time.

torch takes such packed weights from oneDNN, but would pack nothing by itself without a C++ compiler at hand.
"""

import ctypes
import logging
import mmap
import sys

log = logging.getLogger(__name__)

# Rows of activations that the layout is best for: the words of a short question.
ROWS = 32
# Another order of the same additions moves a number by less than a tenth of this.
TOLERANCE = 1e-5
PROBE = ["Is this okay?", "May I joke about his accent if he laughs along, or would that hurt him?"]


def pack(model) -> bool:
    """Pack the linear layers of a SentenceTransformer, if it then still gives the same vectors; whether it does."""
    import torch

    packed = [
        (parent, name, layer)
        for parent in model.modules()
        for name, layer in parent.named_children()
        # Not its subclasses, which do something else.
        if type(layer) is torch.nn.Linear and layer.weight.dtype is torch.float32
    ]
    before = model.encode(PROBE, convert_to_tensor=True, show_progress_bar=False)
    try:
        for parent, name, layer in packed:
            setattr(parent, name, _packed(layer))
        after = model.encode(PROBE, convert_to_tensor=True, show_progress_bar=False)
        if not torch.allclose(before, after, atol=TOLERANCE):
            raise ValueError("other vectors")
    # A processor or a torch without these operations, a model that looks at its weights.
    except Exception as error:
        log.info("The weights stay as they are (%s).", type(error).__name__)
        for parent, name, layer in packed:
            setattr(parent, name, layer)
        return False
    used = {parameter.data_ptr() for parameter in model.parameters()}
    _give_back([layer.weight for _, _, layer in packed if layer.weight.data_ptr() not in used])
    return True


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
