"""Encodes texts through a remote inference engine; this process then does not import torch."""

import json
import logging
import math
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import stamina
from tokenizers import Tokenizer

from conduct.errors import InferenceError, ModelError
from conduct.hub import client
from conduct.model import base_weights, packaged
from conduct.model.tokenizer import PieceTokenizer

log = logging.getLogger(__name__)

AWAY = "The engine that reads questions does not answer, so yours cannot be answered now: ask again in a minute."
# The default limit of Text Embeddings Inference.
MAX_TEXTS_PER_REQUEST = 32
# Concurrent requests; the engine batches them.
CONCURRENT_REQUESTS = 8
# In seconds, for all attempts together: a busy engine may answer a moment later, but a visitor should not wait longer.
LONGEST_SECONDS = 10.0
SHORTEST_SECONDS = 0.1
ATTEMPTS = 3
FIRST_PAUSE_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Limits:
    """How a model reads a text: it puts `prompt` before it, and reads the first `longest` of its tokens, `ids`."""

    ids: Callable[[str], list[int]]
    longest: int
    prompt: str = ""


class RemoteEncoder:
    """A model that an inference engine runs. `token` is sent to the engine, if it needs one."""

    workers = CONCURRENT_REQUESTS
    glance = None

    def __init__(
        self,
        engine: str,
        limits: Limits,
        seconds: float = LONGEST_SECONDS,
        token: str | None = None,
    ) -> None:
        self._engine = engine
        self._token = token
        self._limits = limits
        self._seconds = seconds
        self._width: int | None = None
        self._away = False
        self._lock = threading.Lock()

    @classmethod
    def loader(cls, engine: str, token: str | None = None) -> Callable[[Path], "RemoteEncoder"]:
        """A function that loads an encoder for the model in a folder, which `engine`, a URL or a Hub id, runs.

        For the packaged encoder, the engine must run what `python -m conduct export` wrote.
        """

        def load(folder: Path) -> RemoteEncoder:
            return cls(engine, _limits(folder), token=token)

        return load

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Vectors of `texts`: float32, shape (len(texts), dimensions), each of unit length. Raises InferenceError."""
        if not texts:
            return np.empty((0, self._width or 0), dtype=np.float32)
        until = time.monotonic() + self._seconds
        try:
            parts = [
                self._ask(texts[begin : begin + MAX_TEXTS_PER_REQUEST], until)
                for begin in range(0, len(texts), MAX_TEXTS_PER_REQUEST)
            ]
        except Exception as error:
            self._log_availability(client.reason(error))
            raise InferenceError(AWAY) from None
        self._log_availability("")
        return np.concatenate(parts)

    def truncates(self, text: str) -> bool:
        """Whether the model reads only the beginning of `text`."""
        limits = self._limits
        return len(limits.ids(limits.prompt + text)) > limits.longest

    def _ask(self, texts: Sequence[str], until: float) -> np.ndarray:
        asked = [self._limits.prompt + text for text in texts]

        def embed() -> np.ndarray:
            left = max(until - time.monotonic(), SHORTEST_SECONDS)
            return self._checked(client.embed(self._engine, asked, left, self._token), len(texts))

        again = stamina.retry(
            on=client.is_transient,
            attempts=ATTEMPTS,
            timeout=self._seconds,
            wait_initial=FIRST_PAUSE_SECONDS,
            wait_exp_base=4,
            wait_jitter=0.1,
        )
        return again(embed)()

    def _checked(self, made: np.ndarray, count: int) -> np.ndarray:
        """`made`, scaled to unit length, since not every engine does this. Raises NoVectorsError."""
        if made.ndim != 2 or made.shape[0] != count or self._width not in (None, made.shape[1]):
            raise client.NoVectorsError(f"{count} vectors were expected, but the shape is {made.shape}")
        self._width = made.shape[1]
        lengths = np.linalg.norm(made, axis=1, keepdims=True)
        if not (np.isfinite(lengths) & (lengths > 0)).all():
            raise client.NoVectorsError("a vector has no length")
        return made / lengths

    def _log_availability(self, why: str) -> None:
        """Log once when the engine stops answering and once when it answers again, not for each question."""
        # The address may hold a password, so only the host is logged.
        engine = urlsplit(self._engine).hostname or self._engine
        with self._lock:
            changed, self._away = self._away != bool(why), bool(why)
        if changed and why:
            log.warning("%s gives no vectors (%s): questions cannot be answered until it does.", engine, why)
        elif changed:
            log.warning("%s gives vectors again.", engine)


def _limits(folder: Path) -> Limits:
    """The limits of the model in `folder`. Raises ModelError."""
    if packaged.is_here(folder):
        base = base_weights.read(packaged.base_file())
        return Limits(PieceTokenizer(base).ids, packaged.MAX_TOKENS, packaged.PROMPT)
    try:
        read = Tokenizer.from_file(str(folder / "tokenizer.json"))
        longest = _read(folder / "sentence_bert_config.json").get("max_seq_length")
        if longest is None:
            own = _read(folder / "tokenizer_config.json").get("model_max_length", math.inf)
            longest = min(own, _read(folder / "config.json")["max_position_embeddings"])
        read.no_truncation()
        read.no_padding()
        prompt = packaged.PROMPT if packaged.exported_identity(folder) else ""
        return Limits(lambda text: read.encode(text).ids, int(longest), prompt)
    # The library raises plain Exception.
    except Exception as error:
        raise ModelError(
            f"The model in {folder} does not say how much of a question it reads ({type(error).__name__}): "
            "name one with tokenizer.json and sentence_bert_config.json."
        ) from error


def _read(path: Path) -> dict:
    """A JSON file; if it is missing, an empty object."""
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
