"""Runs this app's network as a torch trace: without Python code between its operations.

That code took half of the time, and Python's lock would let only one of two concurrent questions run it."""

import logging
import warnings
from collections.abc import Sequence

import numpy as np
import torch

from conduct.model.glance import Glance
from conduct.model.packaged import PROMPT

# While a network is traced, it logs that there is no loss, which a user of the command line would see.
logging.getLogger("transformers.modeling_utils").setLevel(logging.ERROR)

# Any text will do: the trace is valid for all lengths.
_EXAMPLE = "Is this okay?"


class TracedReader:
    """A trace of `network`, which is inside the SentenceTransformer `model`; it reads one text at a time.

    `glance` is None if no map was fitted.
    """

    def __init__(self, model: torch.nn.Module, network: torch.nn.Module, glance: Glance | None = None) -> None:
        self._model = model
        self.glance = glance and (lambda texts: glance.vectors(self.means(texts)))
        self._words = network.embeddings.word_embeddings
        with torch.inference_mode(), warnings.catch_warnings():
            # torch warns of values that a trace may fix, such as lengths; a test reads texts of all lengths.
            warnings.simplefilter("ignore")
            self._read = torch.jit.trace(_MeanOfTokens(network), self._embeddings(_EXAMPLE), check_trace=False)

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Vectors of `texts`: float32, shape (len(texts), dimensions), each of unit length."""
        with torch.inference_mode():
            vectors = [self._read(self._embeddings(text)) for text in texts]
            return torch.nn.functional.normalize(torch.cat(vectors), dim=1).numpy()

    def means(self, texts: Sequence[str]) -> np.ndarray:
        """The mean of the word embeddings of each text, for at least one text: float32 (n, dimensions)."""
        return torch.cat([self._embeddings(text).mean(dim=1) for text in texts]).numpy()

    def _embeddings(self, text: str) -> torch.Tensor:
        """The word embeddings of a text: float32 (1, tokens, dimensions)."""
        return self._words(self._model.preprocess([text], prompt=PROMPT)["input_ids"])


class _MeanOfTokens(torch.nn.Module):
    def __init__(self, network: torch.nn.Module) -> None:
        super().__init__()
        self._network = network

    def forward(self, embeddings: torch.Tensor) -> torch.Tensor:
        return self._network(inputs_embeds=embeddings).last_hidden_state.mean(dim=1)
