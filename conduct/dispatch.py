"""Encodes together what waits together, so that many who ask at once get answers sooner."""

from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np

from conduct.encoder import Encoder

# Texts that are encoded together; more of them gain nothing and keep the first one waiting.
MOST_TOGETHER = 16


@dataclass(frozen=True, slots=True)
class _Waiting:
    text: str
    vector: Future[np.ndarray] = field(default_factory=Future)


class Dispatcher:
    """An encoder for many threads, in front of one: its `workers` encode at a time, each up to `most` texts.

    Nobody is held back to fill a batch: it is what came while the workers were busy.
    """

    def __init__(self, encoder: Encoder, most: int = MOST_TOGETHER) -> None:
        self._encoder = encoder
        self._most = most
        self._waiting: deque[_Waiting] = deque()
        # Its threads end when nobody holds the dispatcher any more.
        self._workers = ThreadPoolExecutor(encoder.workers, "encode")

    @property
    def workers(self) -> int:
        """Of the encoder behind it."""
        return self._encoder.workers

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Vectors of `texts`: float32, shape (len(texts), dimensions), each of unit length."""
        if not texts:
            return self._encoder.encode(texts)
        mine = [_Waiting(text) for text in texts]
        # Neighbours of a like length need little padding.
        self._waiting.extend(sorted(mine, key=lambda one: len(one.text)))
        for _ in mine:
            self._workers.submit(self._encode_next)
        return np.stack([one.vector.result() for one in mine])

    def truncates(self, text: str) -> bool:
        """Whether the model reads only the beginning of `text`."""
        return self._encoder.truncates(text)

    def _encode_next(self) -> None:
        taken: list[_Waiting] = []
        while len(taken) < self._most:
            try:
                taken.append(self._waiting.popleft())
            except IndexError:
                break
        # Another worker has taken along what this turn was for.
        if not taken:
            return
        try:
            vectors = self._encoder.encode([one.text for one in taken])
            for one, vector in zip(taken, vectors, strict=True):
                one.vector.set_result(vector)
        except BaseException as error:
            for one in taken:
                if not one.vector.done():
                    one.vector.set_exception(error)
