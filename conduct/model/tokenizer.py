"""The tokenizer of the base encoder, from the pieces in its file."""

from tokenizers import AddedToken, Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

from conduct.model.base_weights import BaseWeights


def tokenizer(base: BaseWeights) -> Tokenizer:
    """The tokenizer that the base encoder was trained with."""
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
