"""Texts to vectors. The only user of sentence-transformers."""

import copy
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import joblib
import numpy as np

from conduct.errors import DataError, ModelError
from conduct.model.packing import pack_texts, pack_weights
from conduct.model.safety import check_model

if TYPE_CHECKING:
    from conduct.model.adapter import Adapter

# More at a time are no faster, and fill the core's cache; measured between 1 and 16.
BATCH_SIZE = 8
# A question is too short to share: two threads on it gained a tenth on two idle cores, and lost half under load
# against two questions on one thread each, which is how the dispatcher uses the cores.
THREADS = 1
# More than any model puts before and after a text.
AROUND = 8


class SentenceEncoder:
    """A sentence-transformers model from a local folder, on the CPU."""

    def __init__(self, model) -> None:
        self._model = model
        # Of its own: a tokenizer's switch for cutting is shared by all threads that use it.
        self._tokenizer = copy.deepcopy(model.tokenizer)
        self.truncates("")

    @classmethod
    def load(cls, folder: Path, adapter: "Adapter | None" = None) -> "SentenceEncoder":
        """Load the model in `folder`, its weights changed by `adapter`: safetensors only, no code, no request.

        Raises ModelError with one sentence if the folder holds no model that can be used, DataError if the
        adapter does not fit it.
        """
        check_model(folder)
        # torch and transformers take seconds to import: only who loads a model pays for it.
        from sentence_transformers import SentenceTransformer
        from transformers.utils.logging import set_tqdm_hook

        # Who asked in a terminal wants to see the answer, and a log no bars.
        set_tqdm_hook(_without_bar)
        try:
            model = SentenceTransformer(
                str(folder),
                device="cpu",
                local_files_only=True,
                trust_remote_code=False,
                model_kwargs={"use_safetensors": True},
            )
        # What the libraries raise over a damaged or hostile folder has no common base.
        except Exception as error:
            raise ModelError(
                f"The model in {folder} does not load ({type(error).__name__}): download it again, or name another."
            ) from error
        if adapter is not None:
            _add(adapter, model)
        return cls(model)

    @classmethod
    def load_to_answer(cls, folder: Path, adapter: "Adapter | None" = None) -> "SentenceEncoder":
        """The same for questions that come one by one: packed, which training could not change."""
        encoder = cls.load(folder, adapter)
        import torch

        torch.set_num_threads(THREADS)
        pack_weights(encoder._model)
        pack_texts(encoder._model)
        return encoder

    def save(self, folder: Path) -> None:
        """Write the model, with what it learnt in its weights, as other engines read it."""
        self._model.save_pretrained(str(folder), create_model_card=False)

    @property
    def workers(self) -> int:
        """As many as there are cores, or as a container may use of them."""
        return joblib.cpu_count() // THREADS

    @property
    def network(self):
        """The torch module inside, for training."""
        return self._model

    def forward(self, texts: Sequence[str]):
        """The vectors of a few texts as a torch tensor (len(texts), dimensions) that gradients pass through."""
        return self._model(self._model.preprocess(list(texts)))["sentence_embedding"]

    def encode(self, texts: Sequence[str], progress: bool = False) -> np.ndarray:
        """Vectors of `texts`: float32, shape (len(texts), dimensions), each of unit length."""
        return self._model.encode(
            list(texts),
            batch_size=BATCH_SIZE,
            normalize_embeddings=True,
            convert_to_numpy=True,
            show_progress_bar=progress,
        ).astype(np.float32, copy=False)

    def truncates(self, text: str) -> bool:
        """Whether the model reads only the beginning of `text`."""
        # Each token takes a letter at least, but for those that stand around a text.
        if text.isascii() and len(text) + AROUND <= self._model.max_seq_length:
            return False
        tokens = self._tokenizer(text, truncation=False, verbose=False)["input_ids"]
        return len(tokens) > self._model.max_seq_length


def _without_bar(make, arguments: tuple, options: dict):
    return make(*arguments, **options | {"disable": True})


def _add(adapter: "Adapter", model) -> None:
    import torch

    weights = dict(model.named_parameters())
    with torch.no_grad():
        for update in adapter.updates:
            weight = weights.get(update.name)
            if weight is None or tuple(weight.shape) != (update.up.shape[0], update.down.shape[1]):
                raise DataError(f"The adapter has an update for {update.name[:80]}, which the model does not have: "
                                "make it anew with `python -m conduct train`.")  # fmt: skip
            weight += torch.from_numpy(update.up) @ torch.from_numpy(update.down)
