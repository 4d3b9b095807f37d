"""Encodes and searches together the texts that wait together, so that many who ask at once get answers sooner."""

import math
import threading
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import islice, takewhile
from time import monotonic

import numpy as np

from conduct.errors import UNEXPECTED, ConductError, UnexpectedError, log_unexpected
from conduct.model.encoder import Encoder
from conduct.ranking.index import Index, Scope, SearchResult

# Texts in a batch: larger batches take as long for each text, and keep the first of them waiting.
MAX_BATCH = 8
# Sentences of a draft in a batch, which a question that comes meanwhile waits for.
MAX_DRAFT_BATCH = 3
# So long after a question one worker alone reads drafts, for the next question to find another.
QUESTION_SECONDS = 0.25
# So many batches of questions go before the sentences of a draft that have waited as long; then it is their turn.
OVERTAKING = 4


@dataclass(frozen=True, slots=True)
class _Pending:
    """A text to be searched for in `index`, or only to be encoded."""

    text: str
    index: Index | None
    of_draft: bool = False
    result: Future = field(default_factory=Future)


class BatchingEncoder:
    """A thread-safe front of `encoder`: its `workers` encode at a time, each up to `max_batch` texts.

    No text is held back to fill a batch: a batch is what arrived while the workers were busy. The sentences of drafts
    let questions go first. A failure that is not a ConductError is logged and raised as UnexpectedError.
    """

    def __init__(self, encoder: Encoder, max_batch: int = MAX_BATCH) -> None:
        self._encoder = encoder
        self._max_batch = max_batch
        self._waiting: deque[_Pending] = deque()
        self._of_drafts: deque[_Pending] = deque()
        self._overtaken = 0
        self._reading_drafts = 0
        self._asked = -math.inf
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

    def search_draft(self, index: Index, sentences: Sequence[str]) -> list[SearchResult]:
        """The same for sentences of a draft, which wait behind questions; two or three are no more than questions."""
        return self._results(sentences, index, of_draft=len(sentences) > MAX_DRAFT_BATCH)

    def glance(self, index: Index, texts: Sequence[str]) -> list[Scope] | None:
        """Roughly whether the code speaks to each of `texts`, at once; None where the encoder has no way to tell."""
        return index.scopes(texts, self._encoder.glance) if self._encoder.glance else None

    def truncates(self, text: str) -> bool:
        """Whether the model reads only the beginning of `text`."""
        return self._encoder.truncates(text)

    def _results(self, texts: Sequence[str], index: Index | None, of_draft: bool = False) -> list:
        submitted = [_Pending(text, index, of_draft) for text in texts]
        with self._taking:
            (self._of_drafts if of_draft else self._waiting).extend(submitted)
            if submitted and not of_draft:
                self._asked = monotonic()
        for _ in submitted:
            self._workers.submit(self._work)
        for pending in submitted:
            # Not raised itself: a batch shares it, and its traceback would hold the texts of all who wait for it.
            if (failure := pending.result.exception()) is not None:
                raise failure.fresh_copy()
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
                self._reading_drafts -= batch[0].of_draft
                # Others may have left their turns to this worker.
                if self._waiting or self._of_drafts:
                    self._workers.submit(self._work)

    def _take(self) -> list[_Pending]:
        """The texts that have waited longest and belong to the same index; questions, unless it is a draft's turn."""
        with self._taking:
            alone = self._reading_drafts and monotonic() - self._asked < QUESTION_SECONDS
            overtaken = not self._waiting or self._overtaken >= OVERTAKING
            of_draft = bool(self._of_drafts) and not alone and overtaken
            if of_draft:
                waiting, sharing, size = self._of_drafts, 1, MAX_DRAFT_BATCH
            else:
                waiting, sharing, size = self._waiting, self._idle, self._max_batch
            if not waiting:
                return []
            self._overtaken = self._overtaken + 1 if self._of_drafts and not of_draft else 0
            index = waiting[0].index
            # While a dataset is being replaced, some texts still wait for the old one.
            alike = takewhile(lambda pending: pending.index is index, islice(waiting, size * sharing))
            # Idle workers share the waiting texts.
            share = math.ceil(len(list(alike)) / sharing)
            self._idle -= 1
            self._reading_drafts += of_draft
            return [waiting.popleft() for _ in range(share)]


def _without_frames(error: BaseException) -> ConductError:
    """`error` without its traceback and causes, whose frames hold the texts of the batch."""
    if isinstance(error, ConductError):
        return error.fresh_copy()
    log_unexpected(error)
    return UnexpectedError(UNEXPECTED)
