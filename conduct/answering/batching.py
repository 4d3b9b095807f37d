"""Encodes and searches together the texts that wait together, so that many who ask at once get answers sooner."""

import math
import threading
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice, takewhile

import numpy as np

from conduct.errors import UNEXPECTED, ConductError, UnexpectedError, log_unexpected
from conduct.model.encoder import Encoder
from conduct.ranking.index import Index, SearchResult

# Texts in a batch: larger batches take as long for each text, and keep the first of them waiting.
MAX_BATCH = 8


@dataclass(frozen=True, slots=True)
class _Pending:
    """A text to be searched for in `index`, or only to be encoded."""

    text: str
    index: Index | None
    result: Future = field(default_factory=Future)


class BatchingEncoder:
    """A thread-safe front of `encoder`: its `workers` encode at a time, each up to `most` texts.

    No text is held back to fill a batch: a batch is what arrived while the workers were busy. A failure that is not a
    ConductError is logged and raised as UnexpectedError.
    """

    def __init__(self, encoder: Encoder, most: int = MAX_BATCH) -> None:
        self._encoder = encoder
        self._most = most
        self._waiting: deque[_Pending] = deque()
        self._idle = encoder.workers
        self._taking = threading.Lock()
        # Its threads end when this object is dropped.
        self._workers = ThreadPoolExecutor(encoder.workers, "encode")

    @property
    def workers(self) -> int:
        """Those of the encoder behind it."""
        return self._encoder.workers

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Vectors of `texts`: float32, shape (len(texts), dimensions), each of unit length."""
        return np.stack(self._results(texts, None)) if texts else self._encoder.encode(texts)

    def search(self, index: Index, questions: Sequence[str]) -> list[SearchResult]:
        """The search result of each of `questions`; one pass over the situations serves a whole batch."""
        return self._results(questions, index)

    def truncates(self, text: str) -> bool:
        """Whether the model reads only the beginning of `text`."""
        return self._encoder.truncates(text)

    def _results(self, texts: Sequence[str], index: Index | None) -> list:
        submitted = [_Pending(text, index) for text in texts]
        with self._taking:
            self._waiting += submitted
        for _ in submitted:
            self._workers.submit(self._work)
        for pending in submitted:
            # Not raised itself: a batch shares it, and its traceback would hold the texts of all who wait for it.
            if (failure := pending.result.exception()) is not None:
                raise failure.again()
        return [pending.result.result() for pending in submitted]

    def _work(self) -> None:
        batch = self._take()
        # Another worker has taken the text that this turn was for.
        if not batch:
            return
        texts, index = [pending.text for pending in batch], batch[0].index
        try:
            results = self._encoder.encode(texts) if index is None else index.search(texts, self._encoder)
            for pending, result in zip(batch, results, strict=True):
                pending.result.set_result(result)
        except BaseException as error:
            failure = _without_frames(error)
            for pending in batch:
                if not pending.result.done():
                    pending.result.set_exception(failure)
        finally:
            with self._taking:
                self._idle += 1

    def _take(self) -> list[_Pending]:
        """The texts that have waited longest and belong to the same index."""
        with self._taking:
            if not self._waiting:
                return []
            index = self._waiting[0].index
            # While a dataset is being replaced, some texts still wait for the old one.
            alike = takewhile(lambda pending: pending.index is index, islice(self._waiting, self._most * self._idle))
            # Idle workers share the waiting texts.
            share = math.ceil(len(list(alike)) / self._idle)
            self._idle -= 1
            return [self._waiting.popleft() for _ in range(share)]


def _without_frames(error: BaseException) -> ConductError:
    """`error` without its traceback and causes, whose frames hold the texts of the batch."""
    if isinstance(error, ConductError):
        return error.again()
    log_unexpected(error)
    return UnexpectedError(UNEXPECTED)
