"""Reads and searches together what waits together, so that many who ask at once get answers sooner."""

import math
import threading
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice, takewhile

import numpy as np

from conduct.model.encoder import Encoder
from conduct.ranking.index import Index, SearchResult

# Texts that are read together: more take as long for each, and keep the first of them waiting.
MAX_BATCH = 8


@dataclass(frozen=True, slots=True)
class _Pending:
    """A text to be searched for in `index`, or only to be encoded."""

    text: str
    index: Index | None
    result: Future = field(default_factory=Future)


class BatchingEncoder:
    """An encoder for many threads, in front of one: its `workers` encode at a time, each up to `most` texts.

    Nobody is held back to fill a batch: it is what came while the workers were busy.
    """

    def __init__(self, encoder: Encoder, most: int = MAX_BATCH) -> None:
        self._encoder = encoder
        self._most = most
        self._waiting: deque[_Pending] = deque()
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

    def search(self, index: Index, questions: Sequence[str]) -> list[SearchResult]:
        """What `index` finds for each of `questions`; one pass over the situations serves a whole batch."""
        return self._results(questions, index)

    def truncates(self, text: str) -> bool:
        """Whether the model reads only the beginning of `text`."""
        return self._encoder.truncates(text)

    def knows(self, word: str) -> bool:
        """Whether the model reads `word` as one, and not in parts."""
        return self._encoder.knows(word)

    def _results(self, texts: Sequence[str], index: Index | None) -> list:
        mine = [_Pending(text, index) for text in texts]
        with self._taking:
            self._waiting += mine
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

    def _take(self) -> list[_Pending]:
        """Those that have waited longest and want the same."""
        with self._taking:
            if not self._waiting:
                return []
            index = self._waiting[0].index
            # While a text is being replaced, some still wait for the old one.
            alike = takewhile(lambda one: one.index is index, islice(self._waiting, self._most * self._idle))
            # Idle workers share what waits.
            share = math.ceil(len(list(alike)) / self._idle)
            self._idle -= 1
            return [self._waiting.popleft() for _ in range(share)]
