"""Encodes texts with sentence-transformers."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import joblib
import numpy as np
from tokenizers import Tokenizer

from conduct.errors import ModelError
from conduct.model import adapter, packaged
from conduct.model.encoder import Encode
from conduct.model.safety import check_model
from conduct.model.tokenizer import PieceTokenizer

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

    from conduct.model.traced import TracedReader

# For a model in float32. Larger batches are not faster, and exceed the core's cache; measured between 1 and 16.
BATCH_SIZE = 8
# Two threads for one question gained 10% on two idle cores; under load they lost half against two questions with one
# thread each, which is how BatchingEncoder uses the cores.
THREADS = 1
# More tokens than any model adds before and after a text.
AROUND = 24


class SentenceEncoder:
    """A sentence-transformers model on the CPU: this app's encoder in int8, any other in float32."""

    def __init__(self, model: "SentenceTransformer", reader: "TracedReader | None" = None) -> None:
        """If there is a `reader`, it encodes in place of `model`."""
        self._model = model
        self._reader = reader
        self._prompt = model.prompts.get(model.default_prompt_name or "") or ""
        self.truncates("")

    @classmethod
    def load(cls, folder: Path) -> "SentenceEncoder":
        """The encoder in `folder`: the packaged one, one that `export` wrote, or any model of sentence-transformers.

        It loads only safetensors, runs no code from the folder, sends no request and writes nothing. Raises ModelError
        if the folder holds no model that can be used.
        """
        # Imported here, since torch and transformers take seconds to import.
        import torch

        torch.set_num_threads(THREADS)
        from conduct.model import assemble, int8

        if packaged.is_here(folder):
            model = assemble.assemble(folder, serving=True)
            return cls(model, _reader(model, folder, adapter.identity(folder / adapter.FILE)))
        check_model(folder)
        model = _open(folder)
        identity = packaged.exported_identity(folder)
        if identity is None:
            return cls(model)
        network = assemble.network_of(model)
        assemble.widen(network)
        int8.quantize(network, int8.load(folder / packaged.RANGES_FILE, identity))
        return cls(model, _reader(model, folder, identity))

    @property
    def workers(self) -> int:
        """The number of cores that this process may use."""
        return joblib.cpu_count() // THREADS

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Vectors of `texts`: float32, shape (len(texts), dimensions), each of unit length."""
        if self._reader and texts:
            return self._reader.encode(texts)
        return self._model.encode(
            list(texts),
            batch_size=BATCH_SIZE,
            normalize_embeddings=True,
            convert_to_numpy=True,
            show_progress_bar=False,
        ).astype(np.float32, copy=False)

    @property
    def glance(self) -> Encode | None:
        """Estimates what `encode` gives, in a fiftieth of the time; None for other models than this app's."""
        return self._reader and self._reader.glance

    def means(self, texts: Sequence[str]) -> np.ndarray:
        """The inputs on which `glance` is fitted, for this app's encoder: float32 (len(texts), dimensions)."""
        return self._reader.means(texts)

    def truncates(self, text: str) -> bool:
        """Whether the model reads only the beginning of `text`."""
        # Each token has at least one letter, except those around a text.
        if text.isascii() and len(text) + AROUND <= self._model.max_seq_length:
            return False
        tokenizer, text, longest = self._model.tokenizer, self._prompt + text, self._model.max_seq_length
        if isinstance(tokenizer, PieceTokenizer):
            return len(tokenizer.ids(text)) > longest
        # All threads share the switch for truncation, so it is not changed; the encoding tells what was cut off.
        backend = getattr(tokenizer, "backend_tokenizer", tokenizer)
        if isinstance(backend, Tokenizer):
            encoding = backend.encode(text)
            return bool(encoding.overflowing) or len(encoding.ids) > longest
        return len(tokenizer(text, truncation=False, verbose=False)["input_ids"]) > longest


def _reader(model: "SentenceTransformer", folder: Path, identity: str) -> "TracedReader":
    from conduct.model import assemble, glance
    from conduct.model.traced import TracedReader

    known = glance.load(folder / packaged.GLANCE_FILE, identity, model.get_embedding_dimension())
    return TracedReader(model, assemble.network_of(model), known)


def _open(folder: Path) -> "SentenceTransformer":
    from sentence_transformers import SentenceTransformer
    from transformers.utils.logging import set_tqdm_hook

    # No progress bars in a terminal or a log.
    set_tqdm_hook(_without_bar)
    try:
        return SentenceTransformer(
            str(folder),
            device="cpu",
            local_files_only=True,
            trust_remote_code=False,
            model_kwargs={"use_safetensors": True},
        )
    # The errors for a damaged or hostile folder have no common base class.
    except Exception as error:
        raise ModelError(
            f"The model in {folder} does not load ({type(error).__name__}): download it again, or name another."
        ) from error


def _without_bar(make, arguments: tuple, options: dict):
    return make(*arguments, **options | {"disable": True})
