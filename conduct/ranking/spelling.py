"""Replaces misspelt words of a question by the words of the situations that were most likely meant."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import pairwise

import numpy as np

# In letters. Too many words are one slip away from a shorter one; nobody types a longer one.
SHORTEST, LONGEST = 4, 24
# A word that occurs less often in the situations may be a typo itself.
COMMON = 3
_WORD = re.compile(r"[^\W\d_]+")


class Spelling:
    """Corrects words by the words of `texts`. Immutable once built."""

    def __init__(self, texts: Iterable[str]) -> None:
        counts = Counter(word for text in texts for word in _WORD.findall(text.lower()))
        self._known = frozenset(word for word in counts if SHORTEST <= len(word) <= LONGEST)
        common = [word for word, count in counts.most_common() if count >= COMMON and word in self._known]
        # The more frequent a word, the lower its rank.
        self._ranks = {word: rank for rank, word in enumerate(common)}
        # Each common word without one of its letters, with the most frequent word that it may stand for.
        self._one_missing: dict[str, str] = {}
        for word in common:
            for shorter in _without_one(word):
                self._one_missing.setdefault(shorter, word)

    def corrected(self, question: str) -> str:
        """`question` with unknown words replaced by the most frequent word of the texts that is one slip away.

        A word is unknown if neither the texts nor a dictionary of English has it. A slip is a letter that is missing,
        doubled, or swapped with the next one.
        """
        return _WORD.sub(lambda word: self._correct(word[0]), question)

    def familiar(self, question: str) -> float:
        """The share of the words of `question` of SHORTEST to LONGEST letters that the texts have; 0 if it has none."""
        words = [word for word in _WORD.findall(question.lower()) if SHORTEST <= len(word) <= LONGEST]
        return sum(word in self._known for word in words) / len(words) if words else 0.0

    def _correct(self, word: str) -> str:
        lower = word.lower()
        # A word with a capital letter may be a name, which must not be replaced by a common word.
        if not SHORTEST <= len(lower) <= LONGEST or lower in self._known or word not in (lower, word.upper()):
            return word
        # A wrong or additional letter is not considered: the result is often a rare word that was meant, such as
        # "rapist", which is not "racist".
        meant = {
            self._one_missing.get(lower),
            *_with_two_swapped(lower),
            *_without_a_double(lower),
        } & self._ranks.keys()
        # Insults and names are often one letter from a common word: "moron" and "Mormon", "amit" and "admit".
        if not meant or is_english(lower):
            return word
        return min(meant, key=self._ranks.__getitem__)


def is_english(word: str) -> bool:
    """Whether wordfreq lists `word`, in lower case, among some 320,000 English words.

    These include names and slang, and the most frequent misspellings, which are therefore not corrected.
    """
    hashes = _english()
    at = np.searchsorted(hashes, hash(word))
    return at < len(hashes) and hashes[at] == hash(word)


@cache
def _english() -> np.ndarray:
    """The sorted hashes of the words, int64: 3 MB, while the words themselves would take 50 MB."""
    # Imported at the first likely typo, not at the start.
    from wordfreq import available_languages, read_cBpack

    words = [word for same_frequency in read_cBpack(available_languages("large")["en"]) for word in same_frequency]
    return np.sort(np.fromiter(map(hash, words), np.int64, len(words)))


def _without_one(word: str) -> Iterator[str]:
    return (word[:at] + word[at + 1 :] for at in range(len(word)))


def _with_two_swapped(word: str) -> Iterator[str]:
    return (word[:at] + b + a + word[at + 2 :] for at, (a, b) in enumerate(pairwise(word)))


def _without_a_double(word: str) -> Iterator[str]:
    return (word[:at] + word[at + 1 :] for at, (a, b) in enumerate(pairwise(word)) if a == b)
