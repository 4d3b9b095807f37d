"""Reads a text without Python between the network's operations, which took half of the time, and which two questions
that are read at once would have to take in turns."""

import logging
import warnings
from collections.abc import Sequence

import numpy as np
import torch

from conduct.model.glance import Glance
from conduct.model.packaged import PROMPT

# It says on the terminal of who asks that a network that is recorded has no loss.
logging.getLogger("transformers.modeling_utils").setLevel(logging.ERROR)

# Any text: what is recorded holds for each length.
_EXAMPLE = "Is this okay?"


class TracedReader:
    """This app's encoder, the `network` inside of `model`, a SentenceTransformer, as torch recorded it once; one text
    at a time. `glance` is None if none was fitted."""

    def __init__(self, model: torch.nn.Module, network: torch.nn.Module, glance: Glance | None = None) -> None:
        self._model = model
        self.glance = glance and (lambda texts: glance.vectors(self.means(texts)))
        self._words = network.embeddings.word_embeddings
        with torch.inference_mode(), warnings.catch_warnings():
            # It warns of what it may not notice, such as a length that is fixed; a test reads texts of all lengths.
            warnings.simplefilter("ignore")
            self._read = torch.jit.trace(_MeanOfTokens(network), self._embeddings(_EXAMPLE), check_trace=False)

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Vectors of `texts`: float32, shape (len(texts), dimensions), each of unit length."""
        with torch.inference_mode():
            vectors = [self._read(self._embeddings(text)) for text in texts]
            return torch.nn.functional.normalize(torch.cat(vectors), dim=1).numpy()

    def means(self, texts: Sequence[str]) -> np.ndarray:
        """The mean of the embeddings of the words of each of `texts`, which are not none: float32 (n, dimensions)."""
        return torch.cat([self._embeddings(text).mean(dim=1) for text in texts]).numpy()

    def _embeddings(self, text: str) -> torch.Tensor:
        """Of the words of a text: float32 (1, tokens, dimensions)."""
        return self._words(self._model.preprocess([text], prompt=PROMPT)["input_ids"])


class _MeanOfTokens(torch.nn.Module):
    def __init__(self, network: torch.nn.Module) -> None:
        super().__init__()
        self._network = network

    def forward(self, embeddings: torch.Tensor) -> torch.Tensor:
        return self._network(inputs_embeds=embeddings).last_hidden_state.mean(dim=1)
