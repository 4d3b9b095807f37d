"""Slips of the finger, read as what was meant."""

import pytest

from conduct.answering.engine import Engine
from conduct.dataset.situations import Bank, Judgement, Situation
from conduct.ranking.fit import build
from conduct.ranking.index import Index
from conduct.ranking.spelling import COMMON, Spelling
from conduct.text.code import parse
from tests.fakes import WordEncoder
from tests.unit.ranking.test_index import BANK, CODE

TEXTS = ["They mock his accent.", "An ACCENT again", "my accent", *["the accents of an émigré"] * COMMON, "accend once"]
SPELLING = Spelling(TEXTS)


def nothing(word: str) -> bool:
    """A model that reads each word in parts."""
    return False


@pytest.mark.parametrize("slip", ["acccent", "accentt", "aaccent", "acent", "ccent", "accnet", "ACENT"])
def test_a_word_one_slip_away_is_the_most_frequent_one_that_it_may_be(slip: str):
    """A letter doubled, missing, or swapped with the next; what stands around the word stays."""
    assert SPELLING.mended(f"is his «{slip}» ok?", nothing) == "is his «accent» ok?"


def test_of_two_that_it_may_be_the_more_frequent_is_meant():
    """ "accen" is one slip from both."""
    assert Spelling([*["accent"] * 4, *["accend"] * 5]).mended("accen", nothing) == "accend"
    assert Spelling([*["accent"] * 5, *["accend"] * 4]).mended("accen", nothing) == "accent"


@pytest.mark.parametrize(
    "kept",
    [
        "accend",  # stands in a text, however seldom
        "accxent",  # another letter more, and another letter: rare words look like this, too
        "axcent",
        "acncetn",  # two slips
        "Acent",  # may be a name
        "aAccent",
        "acc",  # too short to tell
        "emigre",  # "émigré" is two letters away
        "mokc",  # "mock" stands in one text only, and may be a slip itself
        "accent" * 5,
        "",
    ],
)
def test_what_may_be_meant_as_it_stands_is_kept(kept: str):
    """A word that is not known is no slip yet."""
    assert SPELLING.mended(kept, nothing) == kept


def test_a_word_that_the_model_knows_is_no_slip():
    """It knows more words than the situations have."""
    assert SPELLING.mended("an acent", lambda word: word == "acent") == "an acent"


def test_without_situations_nothing_is_mended():
    """Nothing tells then which words are usual."""
    assert Spelling([]).mended("acent", nothing) == "acent"


def test_no_word_is_too_long():
    """A thousand letters without a space are kept."""
    assert SPELLING.mended("a" * 1_000, nothing) == "a" * 1_000


def test_a_question_with_a_slip_finds_what_it_finds_without():
    """The same vector and the same words are compared."""
    encoder = WordEncoder()
    bank = Bank((*BANK.situations, *[Situation("pizza night", ())] * COMMON))
    index = Index(CODE, bank, build(CODE, bank, (), encoder))
    right, slip = index.search(["pizza night", "pizzza nigth"], encoder)
    assert slip == right
    assert encoder.calls[-1] == ["pizza night", "pizza night"]


def test_a_word_of_the_text_is_no_slip():
    """A fuller text may forbid what no situation tells of: a passage about "fairr" is found by that word."""
    encoder = WordEncoder()
    code = parse("## Words\n\nNo fairr is wrong.\n")
    bank = Bank((Situation("accent", (Judgement("words-1", 2),)), *[Situation("a fair", ())] * COMMON))
    Index(code, bank, build(code, bank, (), encoder)).search(["fairr"], encoder)
    assert encoder.calls[-1] == ["fairr"]


def test_words_for_grave_things_are_never_softened(engine: Engine):
    """Situations do not have them all, and nearly each is one letter from a harmless word that they have."""
    grave = "doxing negging sexting incel cuck spaz tranny slut terf midget rapist deadnamed groped upskirting swatted"
    reader = engine.reader()
    encoder, index = reader.encoder, reader.index
    assert index._spelling.mended(grave, encoder.knows) == grave
