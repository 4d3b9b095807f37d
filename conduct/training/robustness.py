"""Variants of a question, to measure how stable the first passage is. Pure."""

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from conduct.training.metrics import Figure, Ranking, mean

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_THIRD_PERSON = {
    "i": "she", "i'm": "she's", "i've": "she's", "i'd": "she'd", "i'll": "she'll", "am": "is", "my": "her",
    "me": "her", "mine": "hers", "myself": "herself", "we": "they", "our": "their", "us": "them",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Change:
    """One way to say questions differently, and how often that moved the first passage."""

    name: str
    moved: Figure


def typos(text: str, seed: int = 0) -> str:
    """Two random edits: a letter dropped, doubled, swapped with the next, or mistyped."""
    rng = random.Random(f"{seed} {text}")  # noqa: S311 (no secret)
    for _ in range(2):
        places = [at for at, letter in enumerate(text[:-1]) if letter.isalpha()]
        if not places:
            return text
        at = rng.choice(places)
        edits = ("", text[at] * 2, rng.choice(_LETTERS))
        if rng.random() < 0.25:
            text = text[:at] + text[at + 1] + text[at] + text[at + 2 :]
        else:
            text = text[:at] + rng.choice(edits) + text[at + 1 :]
    return text


def third_person(text: str) -> str:
    """From the first to the third person, word by word."""
    return re.sub(r"[A-Za-z']+", lambda word: _THIRD_PERSON.get(word[0].lower(), word[0]), text)


CHANGES: dict[str, Callable[[str], str]] = {
    "two typos": typos,
    "upper case": str.upper,
    "a trailing plea": lambda text: f"{text} please help!!",
    "a polite preamble": lambda text: f"Hello everybody, I hope you are well. {text}",
    "third person": third_person,
}


def moved(before: Sequence[Ranking], after: Sequence[Ranking]) -> Figure:
    """The share of questions whose first passage is another one, with its interval."""
    return mean([float(a.passages[0] != b.passages[0]) for a, b in zip(before, after, strict=True)])
