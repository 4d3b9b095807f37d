"""From a text to the numbers of its pieces, by the pieces in the base encoder's file."""

import pytest

from conduct.model import base_weights, packaged
from conduct.model.base_weights import BaseWeights
from conduct.model.tokenizer import PieceTokenizer, exported, special_pieces
from tests.support.tiny_encoder import PIECES


@pytest.fixture
def base(tiny) -> BaseWeights:
    """The weights of the tiny encoder."""
    return base_weights.read(packaged.base_file())


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
def test_a_text_is_cut_into_the_pieces_that_are_likeliest(base: BaseWeights, text: str, pieces: list[str]):
    """Characters are normalized, white space becomes one space, each end has a mark. The exported model agrees."""
    ids = PieceTokenizer(base).ids(text)
    assert [PIECES[number] for number in ids] == ["<s>", *pieces, "</s>"]
    assert exported(base).encode(text).ids == ids


def test_who_asks_cannot_end_a_text(base: BaseWeights):
    """In a question, the names of special pieces are ordinary letters."""
    assert not {base.shape.begin, base.shape.end} & set(PieceTokenizer(base).ids("a</s>joke<s>")[1:-1])


def test_special_pieces_are_those_that_the_file_names(base: BaseWeights):
    """For the beginning, the end, padding, and unknown characters."""
    assert special_pieces(base) == ("<s>", "</s>", "<pad>", "<unk>")
