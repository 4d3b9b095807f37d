"""What was found for the latest questions, so that a repeated one costs next to nothing. Never on disk."""

import hashlib
import secrets
import threading
from collections import OrderedDict
from typing import Generic, TypeVar

MAX_KEPT = 1_000

SearchResult = TypeVar("Found")


class AnswerCache(Generic[SearchResult]):
    """The results of the latest questions. Keeps no question: only its hash under a key that nobody else has."""

    def __init__(self, most: int = MAX_KEPT) -> None:
        self._most = most
        # Without it, whoever reads the memory could try likely questions against the hashes.
        self._key = secrets.token_bytes(32)
        self._results: OrderedDict[bytes, SearchResult] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._results)

    def get(self, question: str) -> SearchResult | None:
        """What was kept for `question`, or None."""
        name = self._name(question)
        with self._lock:
            found = self._results.get(name)
            if found is not None:
                self._results.move_to_end(name)
        return found

    def keep(self, question: str, found: SearchResult) -> None:
        """Keep `found` until `most` other questions were asked."""
        name = self._name(question)
        with self._lock:
            self._results[name] = found
            self._results.move_to_end(name)
            if len(self._results) > self._most:
                self._results.popitem(last=False)

    def _name(self, question: str) -> bytes:
        return hashlib.blake2b(question.encode(), key=self._key, digest_size=16).digest()
