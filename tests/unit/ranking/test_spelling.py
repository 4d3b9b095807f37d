"""Typos are read as the words that were meant."""

from pathlib import Path

import pytest

from conduct.answering.dataset_revision import DatasetRevision
from conduct.dataset.situations import Bank, Judgement, Situation
from conduct.ranking.fit import build
from conduct.ranking.index import Index
from conduct.ranking.spelling import COMMON, Spelling
from conduct.text.code import parse
from tests.fakes import WordEncoder
from tests.unit.ranking.test_index import BANK, CODE

TEXTS = ["They mock his accent.", "An ACCENT again", "my accent", *["the accents of an émigré"] * COMMON, "accend once"]
SPELLING = Spelling(TEXTS)
DATA = Path(__file__).parents[2] / "data"


@pytest.mark.parametrize("slip", ["acccent", "accentt", "aaccent", "acent", "accet", "accnet", "ACENT"])
def test_a_word_one_slip_away_is_the_most_frequent_one_that_it_may_be(slip: str):
    """A letter is doubled, missing, or swapped with the next; the text around the word is not changed."""
    assert SPELLING.corrected(f"is his «{slip}» ok?") == "is his «accent» ok?"


def test_of_two_that_it_may_be_the_more_frequent_is_meant():
    """ "accen" is one slip from both."""
    assert Spelling([*["accent"] * 4, *["accend"] * 5]).corrected("accen") == "accend"
    assert Spelling([*["accent"] * 5, *["accend"] * 4]).corrected("accen") == "accent"


@pytest.mark.parametrize(
    "kept",
    [
        "accend",  # occurs in a text, however rarely
        "accxent",  # an additional letter, and a wrong one: this may be a rare word
        "axcent",
        "acncetn",  # two slips
        "Acent",  # may be a name
        "aAccent",
        "acc",  # too short to tell
        "emigre",  # "émigré" is two letters away
        "mokc",  # "mock" occurs in only one text, and may be a typo itself
        "accent" * 5,
        "",
    ],
)
def test_what_may_be_meant_as_it_stands_is_kept(kept: str):
    """An unknown word need not be a typo."""
    assert SPELLING.corrected(kept) == kept


@pytest.mark.parametrize(
    ("typed", "common"),
    [
        ("moron", "Mormon"),
        ("slag", "slang"),
        ("mong", "among"),
        ("pedo", "Pedro"),
        ("amit", "admit"),
        ("sian", "Asian"),
    ],
)
def test_a_word_that_a_dictionary_of_english_has_is_no_slip(typed: str, common: str):
    """However common the other word is; also in capitals."""
    spelling = Spelling([common] * COMMON)
    assert spelling.corrected(f"he called me {typed}") == f"he called me {typed}"
    assert spelling.corrected(f"HE CALLED ME {typed.upper()}!") == f"HE CALLED ME {typed.upper()}!"


def test_insults_slurs_slang_and_names_are_compared_as_they_were_written(dataset: DatasetRevision):
    """More than 300 of them, and all common words of the bundled texts: none is read as another word."""
    lines = (DATA / "words_meant_as_written.txt").read_text(encoding="utf-8").splitlines()
    words = [line for line in lines if line and not line.startswith("#")]
    assert len(set(words)) == len(words) >= 300
    spelling = Spelling(piece.text for piece in (*dataset.code.passages, *dataset.bank.situations))
    assert [word for word in words if spelling.corrected(word) != word] == []
    assert [word for word in words if spelling.corrected(word.upper()) != word.upper()] == []


def test_without_situations_nothing_is_corrected():
    """It is not known then which words are common."""
    assert Spelling([]).corrected("acent") == "acent"


def test_no_word_is_too_long():
    """A thousand letters without a space are kept."""
    assert SPELLING.corrected("a" * 1_000) == "a" * 1_000


def test_a_question_with_a_slip_finds_what_it_finds_without():
    """The same vector and the same words are compared."""
    encoder = WordEncoder()
    bank = Bank((*BANK.situations, *[Situation("pizza night", ())] * COMMON))
    index = Index(CODE, bank, build(CODE, bank, (), encoder))
    right, slip = index.search(["pizza night", "pizzza nigth"], encoder)
    assert slip == right
    assert encoder.calls[-1] == ["pizza night", "pizza night"]


def test_a_word_of_the_text_is_no_slip():
    """A newer text may use a word that no situation has: a passage about "fairr" is found by that word."""
    encoder = WordEncoder()
    code = parse("## Words\n\nNo fairr is wrong.\n")
    bank = Bank((Situation("accent", (Judgement("words-1", 2),)), *[Situation("a fair", ())] * COMMON))
    Index(code, bank, build(code, bank, (), encoder)).search(["fairr"], encoder)
    assert encoder.calls[-1] == ["fairr"]
