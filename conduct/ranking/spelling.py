"""Misspelt words of a question, read as the words of the situations that they most likely were."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import pairwise

import numpy as np

# Of a shorter word too many others are one slip away; nobody types a longer one.
SHORTEST, LONGEST = 4, 24
# A word that the situations have less often may be a slip itself.
COMMON = 3
_WORD = re.compile(r"[^\W\d_]+")


class Spelling:
    """The words of `texts`. Immutable once built."""

    def __init__(self, texts: Iterable[str]) -> None:
        counts = Counter(word for text in texts for word in _WORD.findall(text.lower()))
        self._known = frozenset(word for word in counts if SHORTEST <= len(word) <= LONGEST)
        common = [word for word, count in counts.most_common() if count >= COMMON and word in self._known]
        # The more frequent a word, the lower its rank.
        self._ranks = {word: rank for rank, word in enumerate(common)}
        # Each common word without one of its letters, and which is the most frequent that may be meant by that.
        self._one_missing: dict[str, str] = {}
        for word in common:
            for shorter in _without_one(word):
                self._one_missing.setdefault(shorter, word)

    def corrected(self, question: str) -> str:
        """`question` with each word that neither the texts nor a dictionary of English have replaced by the most
        frequent word of the texts that is a single slip away: a letter is missing, doubled, or swapped with the next.
        """
        return _WORD.sub(lambda word: self._correct(word[0]), question)

    def familiar(self, question: str) -> float:
        """The share of the words of `question`, of those as long as a slip's, that the texts have; 0 without such."""
        words = [word for word in _WORD.findall(question.lower()) if SHORTEST <= len(word) <= LONGEST]
        return sum(word in self._known for word in words) / len(words) if words else 0.0

    def _correct(self, word: str) -> str:
        lower = word.lower()
        # A capital is a name's: to be mistaken for a common word would be worse than a slip.
        if not SHORTEST <= len(lower) <= LONGEST or lower in self._known or word not in (lower, word.upper()):
            return word
        # A letter that is another, or one too many, as often makes a word that is rare but right: "rapist" is not
        # "racist".
        meant = {
            self._one_missing.get(lower),
            *_with_two_swapped(lower),
            *_without_a_double(lower),
        } & self._ranks.keys()
        # An insult or a name is often one letter from a common word: "moron" is not "Mormon", "amit" is not "admit".
        if not meant or is_english(lower):
            return word
        return min(meant, key=self._ranks.__getitem__)


def is_english(word: str) -> bool:
    """Whether wordfreq lists `word`, in lower case, among some 320,000 English words: names and slang too, and the
    misspellings that are most frequent, which then stay as they are."""
    hashes = _english()
    at = np.searchsorted(hashes, hash(word))
    return at < len(hashes) and hashes[at] == hash(word)


@cache
def _english() -> np.ndarray:
    """The sorted hashes of the words, int64: 3 MB, where the words themselves take 50."""
    # Loaded at the first likely slip, and not at the start.
    from wordfreq import available_languages, read_cBpack

    words = [word for same_frequency in read_cBpack(available_languages("large")["en"]) for word in same_frequency]
    return np.sort(np.fromiter(map(hash, words), np.int64, len(words)))


def _without_one(word: str) -> Iterator[str]:
    return (word[:at] + word[at + 1 :] for at in range(len(word)))


def _with_two_swapped(word: str) -> Iterator[str]:
    return (word[:at] + b + a + word[at + 2 :] for at, (a, b) in enumerate(pairwise(word)))


def _without_a_double(word: str) -> Iterator[str]:
    return (word[:at] + word[at + 1 :] for at, (a, b) in enumerate(pairwise(word)) if a == b)
