"""Reads and searches together what waits together, so that many who ask at once get answers sooner."""

import math
import threading
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np

from conduct.encoder import Encoder
from conduct.index import Found, Index

# Texts that are read together: with two workers and 32 who ask, 8 took a fifth less time than 16 read by fours.
MOST_TOGETHER = 8
# Among so many of those that wait longest are the ones of like lengths found; more make no difference.
LOOKED_AT = 64


@dataclass(frozen=True, slots=True, eq=False)
class _Waiting:
    """A text to be searched for in `index`, or only to be encoded. One is another even if the texts are the same."""

    text: str
    index: Index | None
    result: Future = field(default_factory=Future)


class Dispatcher:
    """An encoder for many threads, in front of one: its `workers` encode at a time, each up to `most` texts.

    Nobody is held back to fill a batch: it is what came while the workers were busy. Texts of like lengths are
    read together, because a batch is as long as its longest; who has waited longest is always among them.
    """

    def __init__(self, encoder: Encoder, most: int = MOST_TOGETHER) -> None:
        self._encoder = encoder
        self._most = most
        self._waiting: list[_Waiting] = []
        self._idle = encoder.workers
        self._taking = threading.Lock()
        # Its threads end when nobody holds the dispatcher any more.
        self._workers = ThreadPoolExecutor(encoder.workers, "encode")

    @property
    def workers(self) -> int:
        """Of the encoder behind it."""
        return self._encoder.workers

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Vectors of `texts`: float32, shape (len(texts), dimensions), each of unit length."""
        return np.stack(self._results(texts, None)) if texts else self._encoder.encode(texts)

    def search(self, index: Index, questions: Sequence[str]) -> list[Found]:
        """What `index` finds for each of `questions`; one pass over the situations serves a whole batch."""
        return self._results(questions, index)

    def truncates(self, text: str) -> bool:
        """Whether the model reads only the beginning of `text`."""
        return self._encoder.truncates(text)

    def _results(self, texts: Sequence[str], index: Index | None) -> list:
        mine = [_Waiting(text, index) for text in texts]
        with self._taking:
            self._waiting += sorted(mine, key=lambda one: len(one.text))
        for _ in mine:
            self._workers.submit(self._work)
        return [one.result.result() for one in mine]

    def _work(self) -> None:
        batch = self._take()
        # Another worker has taken along what this turn was for.
        if not batch:
            return
        texts, index = [one.text for one in batch], batch[0].index
        try:
            results = self._encoder.encode(texts) if index is None else index.search(texts, self._encoder)
            for one, result in zip(batch, results, strict=True):
                one.result.set_result(result)
        except BaseException as error:
            for one in batch:
                if not one.result.done():
                    one.result.set_exception(error)
        finally:
            with self._taking:
                self._idle += 1

    def _take(self) -> list[_Waiting]:
        """The oldest that waits, and those that want the same and are nearest to it in length."""
        with self._taking:
            if not self._waiting:
                return []
            oldest, window = self._waiting[0], self._waiting[:LOOKED_AT]
            # While a text is being replaced, some still wait for the old one.
            alike = [one for one in window if one.index is oldest.index]
            alike.sort(key=lambda one: abs(len(one.text) - len(oldest.text)))
            # Idle workers share what waits.
            taken = alike[: min(self._most, math.ceil(len(alike) / self._idle))]
            self._waiting[:LOOKED_AT] = [one for one in window if one not in taken]
            self._idle -= 1
        return taken
