"""Runs this app's network as a torch trace: without Python code between its operations.

That code took half of the time, and Python's lock would let only one of two concurrent questions run it."""

import logging
import warnings
from collections.abc import Iterator, Sequence

import numpy as np
import torch
from torch.nn.functional import normalize, pad

from conduct.model.glance import Glance
from conduct.model.packaged import PROMPT
from conduct.model.packing import Packed

# While a network is traced, it logs that there is no loss, which a user of the command line would see.
logging.getLogger("transformers.modeling_utils").setLevel(logging.ERROR)

# Any two texts will do: the trace is valid for all lengths and numbers.
_EXAMPLES = ("Is this okay?", "He laughs at my accent.")
# So many tokens are read at a time, unless one text has more: with more, their states exceed the core's cache.
MAX_TOKENS_AT_ONCE = 256


class TracedReader:
    """A trace of `network`, which is inside the SentenceTransformer `model`. No text changes the vector of another.

    `glance` is None if no map was fitted.
    """

    def __init__(self, model: torch.nn.Module, network: torch.nn.Module, glance: Glance | None = None) -> None:
        self._model = model
        self.glance = glance and (lambda texts: glance.vectors(self.means(texts)))
        self._words = network.embeddings.word_embeddings
        self._optimized = False
        with torch.inference_mode(), warnings.catch_warnings():
            # torch warns of values that a trace may fix, such as lengths; a test reads texts of all lengths.
            warnings.simplefilter("ignore")
            self._read = torch.jit.trace(Packed(network), self._packed(self._ids(_EXAMPLES)), check_trace=False)

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Vectors of `texts`: float32, shape (len(texts), dimensions), each of unit length."""
        # torch optimizes a trace in its first two runs, which then take a tenth of a second each: not while the first
        # visitor after a start waits. No bit of the vectors depends on it.
        optimized, self._optimized = self._optimized, True
        with torch.inference_mode(), torch.jit.optimized_execution(optimized):
            vectors = [self._read(*self._packed(part)) for part in _parts(self._ids(texts))]
            return normalize(torch.cat(vectors), dim=1).numpy()

    def means(self, texts: Sequence[str]) -> np.ndarray:
        """The mean of the word embeddings of each text, for at least one text: float32 (n, dimensions)."""
        return torch.stack([self._words(ids).mean(dim=0) for ids in self._ids(texts)]).numpy()

    def _ids(self, texts: Sequence[str]) -> list[torch.Tensor]:
        """The ids of the tokens of each text, int64 (tokens,)."""
        return [self._model.preprocess([text], prompt=PROMPT)["input_ids"][0] for text in texts]

    def _packed(self, ids: Sequence[torch.Tensor]) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """Embeddings, positions and lengths of texts as `Packed` reads them; the first row is zeros."""
        embeddings = pad(self._words(torch.cat(list(ids))), (0, 0, 1, 0))
        positions = pad(torch.cat([torch.arange(len(row)) for row in ids]), (1, 0))
        return embeddings[None], positions[None], torch.tensor([len(row) for row in ids])


def _parts(ids: Sequence[torch.Tensor]) -> Iterator[list[torch.Tensor]]:
    """Texts that are read at a time, in their order."""
    part, tokens = [], 0
    for row in ids:
        if part and tokens + len(row) > MAX_TOKENS_AT_ONCE:
            yield part
            part, tokens = [], 0
        part.append(row)
        tokens += len(row)
    yield part
