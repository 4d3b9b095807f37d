"""What the real model reads of a text."""

import pytest

from conduct.hub.snapshot import Snapshot
from conduct.model.sentence_transformer import SentenceEncoder

LONGEST = 256


@pytest.mark.parametrize("letter", ["!", "a ", "ü ", "각 "])
def test_a_text_is_cut_where_its_words_are_more_than_the_model_reads(encoder: SentenceEncoder, letter: str):
    """At every length on both sides of the border: what the tokenizer makes of it decides, not a guess by letters."""
    tokenizer, found = encoder.network.tokenizer, set()
    for times in range(60, 270):
        words = len(tokenizer(letter * times, truncation=False, verbose=False)["input_ids"])
        assert encoder.truncates(letter * times) is (words > LONGEST)
        found.add(words > LONGEST)
    assert found == {True, False}


def test_a_model_is_loaded_without_a_word(model: Snapshot, capfd: pytest.CaptureFixture[str]):
    """Who asked in a terminal sees the answer, and no bar of how many weights were loaded."""
    SentenceEncoder.load(model.folder)
    assert capfd.readouterr() == ("", "")
