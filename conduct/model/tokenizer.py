"""The tokenizer of the base encoder, from the pieces in its file: as it serves, and as the exported model has it."""

import re
import unicodedata

import numpy as np
from sentencepiece import SentencePieceProcessor
from tokenizers import AddedToken, Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

from conduct.model.base_weights import BaseWeights
from conduct.model.scratch import scratch

_SPACES = re.compile(r"\s+")
# Numbers of fields in the files that sentencepiece reads (sentencepiece_model.proto), and kinds of pieces.
_PIECE, _TRAINER, _NORMALIZER = 1, 2, 3
_TEXT, _SCORE, _KIND = 1, 2, 3
_NORMAL, _UNKNOWN, _CONTROL = 1, 2, 3
_UNKNOWN_ID, _BEGIN_ID, _END_ID, _PADDING_ID = 40, 41, 42, 43
_UNKNOWN_TEXT, _BEGIN_TEXT, _END_TEXT, _PADDING_TEXT = 45, 46, 47, 48
_NAME, _ADD_SPACE = 1, 3


class PieceTokenizer:
    """Cuts texts by sentencepiece, with which the base encoder was trained. It gives what `exported` gives (a test
    says so), and takes 190 MB less."""

    def __init__(self, base: BaseWeights) -> None:
        self._ends = (base.shape.begin, base.shape.end)
        self._processor = SentencePieceProcessor(model_proto=_model_file(base))

    def ids(self, text: str) -> list[int]:
        """The numbers of the pieces of `text`, between those that begin and end each text."""
        plain = _SPACES.sub(" ", unicodedata.normalize("NFKC", text)).strip()
        begin, end = self._ends
        return [begin, *self._processor.encode(plain), end]


def exported(base: BaseWeights) -> Tokenizer:
    """The same for who loads the exported model: its file is the one that engines read."""
    shape = base.shape
    made = Tokenizer(models.Unigram(list(base.pieces), unk_id=shape.unknown, byte_fallback=False))
    made.normalizer = normalizers.Sequence(
        [normalizers.NFKC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Strip()]
    )
    made.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always", split=True)
    begin, end, padding, unknown = special_pieces(base)
    made.post_processor = processors.TemplateProcessing(
        single=f"{begin} $A {end}", special_tokens=[(begin, shape.begin), (end, shape.end)]
    )
    made.add_special_tokens(
        [AddedToken(piece, special=True, normalized=False) for piece in (begin, padding, end, unknown)]
    )
    return made


def special_pieces(base: BaseWeights) -> tuple[str, ...]:
    """The pieces that begin a text, end it, pad it, and stand for what no piece spells."""
    shape = base.shape
    return tuple(base.pieces[number][0] for number in (shape.begin, shape.end, shape.padding, shape.unknown))


def _model_file(base: BaseWeights) -> bytes:
    """What sentencepiece reads: a file in the format of protobuf."""
    shape = base.shape
    ids = {_UNKNOWN_ID: shape.unknown, _BEGIN_ID: shape.begin, _END_ID: shape.end, _PADDING_ID: shape.padding}
    texts = zip((_BEGIN_TEXT, _END_TEXT, _PADDING_TEXT, _UNKNOWN_TEXT), special_pieces(base), strict=True)
    trainer = b"".join(_whole(field, number) for field, number in ids.items())
    trainer += b"".join(_bytes(field, text.encode()) for field, text in texts)
    normalizer = _bytes(_NAME, b"identity") + _whole(_ADD_SPACE, 1)
    return b"".join([_piece_fields(base), _bytes(_TRAINER, trainer), _bytes(_NORMALIZER, normalizer)])


def _piece_fields(base: BaseWeights) -> np.ndarray:
    """The fields of all pieces, each its text between a head and a tail of so many bytes; one by one in Python they
    would take half a second. No piece is so long that its length would take two bytes."""
    shape, pieces = base.shape, base.pieces
    kinds = np.full(len(pieces), _NORMAL, np.uint8)
    kinds[[shape.begin, shape.end, shape.padding]], kinds[shape.unknown] = _CONTROL, _UNKNOWN
    lengths = np.diff(pieces.offsets).astype(np.int32)
    scores = pieces.scores.astype("<f4").view(np.uint8).reshape(-1, 4)
    tail = [_SCORE << 3 | 5, *scores.T, _KIND << 3, kinds]
    within = 2 + lengths + len(tail)
    head = [_PIECE << 3 | 2, within, _TEXT << 3 | 2, lengths]
    ends = np.cumsum(2 + within, dtype=np.int32)
    file, is_text = scratch(ends[-1], np.uint8), scratch(ends[-1], bool)
    is_text[:] = True
    starts = ends - within - 2
    for places, column in (
        *((starts + at, column) for at, column in enumerate(head)),
        *((ends - len(tail) + at, column) for at, column in enumerate(tail)),
    ):
        file[places], is_text[places] = column, False
    file[is_text] = pieces.texts
    return file


def _whole(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _bytes(field: int, value: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(value)) + value


def _varint(value: int) -> bytes:
    """Seven bits a byte, the lowest first."""
    written = bytearray()
    while value > 127:
        written.append(value & 127 | 128)
        value >>= 7
    return bytes([*written, value])
