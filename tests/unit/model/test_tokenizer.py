"""From a text to the numbers of its pieces, by the pieces in the base encoder's file."""

import pytest
from tokenizers import Tokenizer

from conduct.model import base_weights, packaged
from conduct.model.tokenizer import special_pieces, tokenizer
from tests.support.tiny_encoder import PIECES


@pytest.fixture
def read(tiny) -> Tokenizer:
    """The tokenizer of the tiny encoder."""
    return tokenizer(base_weights.read(packaged.base_file()))


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("accent", ["▁accent"]),
        ("  a\n\njoke ", ["▁", "a", "▁joke"]),
        ("ﬁ", ["▁", "f", "i"]),
        ("Ａ", ["▁", "A"]),
        ("e\u0301", ["▁", "é"]),
        ("我д", ["▁", "我", "д"]),
        ("ö", ["▁", "<unk>"]),
        ("", []),
    ],
)
def test_a_text_is_cut_into_the_pieces_that_are_likeliest(read: Tokenizer, text: str, pieces: list[str]):
    """Characters in their usual form, white space as one; a mark at each end."""
    ids = read.encode(text).ids
    assert [PIECES[number] for number in ids] == ["<s>", *pieces, "</s>"]


def test_special_pieces_are_those_that_the_file_names(tiny):
    """Which begin a text, end it, pad it, and stand for what no piece spells."""
    assert special_pieces(base_weights.read(packaged.base_file())) == ("<s>", "</s>", "<pad>", "<unk>")
