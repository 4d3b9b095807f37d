"""Splits text into sentences, in many scripts. Pure."""

import re
from collections.abc import Iterator
from itertools import pairwise

_ENDS = ".!?…।॥؟۔።။៖。！？．｡‼⁇⁈⁉"
_CLOSES = "\"'”“’»›)]」』）>*_ \u00a0\u202f"
# What may precede the first word of a sentence; in French a space follows the quotation mark.
_OPENS = r"(?:[\"'“‘„(\[¿¡]|[«‹][ \u00a0\u202f]?)*"
# A sentence ends at one of these marks, with closing quotes or brackets, before a space and the beginning of another;
# East Asian full stops need no space, and those of Hindi, Urdu and Arabic are often typed without one.
_END = re.compile(
    rf"(?<=[.!?…।॥؟۔።။៖])(?:[\"'”“’»«)\]]|[ \u00a0\u202f][»›])*\s+(?={_OPENS}(\w))"
    rf"|(?<=[।॥؟۔])(?=[^\W\d_])"
    rf"|(?<=[。！？．｡‼⁇⁈⁉])(?![。！？．｡‼⁇⁈⁉…])[」』”’）]*\s*"
)
# "J. Doe", "Ernest W. Smith", "Dr. Who": what follows is the same sentence.
_ABBREVIATED = re.compile(
    r"(?:^|[\s(\"'“‘«.-])(?:[A-HJ-ZÀ-ÞΑ-ΩА-Я]|(?<=\.\s)I|Mrs?|Ms|Mx|Dr|Prof|St|Jr|Sr|vs|cf|approx|Hr|Fr|Nr|Sra?|Mme|Mlle)\.$"
)
_LABEL_WITH_VALUE = re.compile(r"[:：]\s*\S|@|://|\bwww\.")


def split_sentences(text: str) -> tuple[str, ...]:
    """The sentences of `text`, each a part of it, letter for letter; a new line begins a new sentence."""
    return tuple(sentence for line in text.split("\n") for sentence in _split(line))


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """Where each sentence of `text` begins and ends; here a new line counts as a space."""
    ends = [0, *(end.end() for end in _END.finditer(text) if _is_end(text, end)), len(text)]
    spans = [trimmed(text, start, end) for start, end in pairwise(ends)]
    return [(start, end) for start, end in spans if start < end]


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """`start` and `end`, moved inwards past white space."""
    part = text[start:end]
    return start + len(part) - len(part.lstrip()), end - len(part) + len(part.rstrip())


def ends_sentence(text: str) -> bool:
    """Whether `text` ends like a sentence; closing quotes and brackets are ignored."""
    return text.rstrip().rstrip(_CLOSES).endswith(tuple(_ENDS))


def introduction(text: str) -> str:
    """The sentence of `text` that introduces a list after it: one that ends in a colon, or a label; else ""."""
    sentences = split_sentences(text)
    if not sentences:
        return ""
    last = sentences[-1]
    if last.endswith((":", "：")):
        return last
    if len(sentences) > 1 or ends_sentence(last) or _LABEL_WITH_VALUE.search(last):
        return ""
    return last if any(c.isalnum() for c in last) else ""


def pieces(text: str, limit: int) -> Iterator[str]:
    """`text` in parts of at most `limit` characters, which joined give `text`: cut after sentences, else at spaces."""
    start = 0
    while len(text) - start > limit:
        part = text[start : start + limit]
        ends = [end.end() for end in _END.finditer(part) if _is_end(part, end)]
        cut = next(
            (at for at in (ends[-1] if ends else 0, part.rfind("\n") + 1, part.rfind(" ") + 1) if at > limit // 2),
            limit,
        )
        yield text[start : start + cut]
        start += cut
    yield text[start:]


def _split(line: str) -> list[str]:
    return [line[start:end] for start, end in sentence_spans(line)]


def _is_end(line: str, end: re.Match[str]) -> bool:
    # "e.g. the": before lower case a sentence does not end. Many scripts have no cases.
    if end[1] and end[1].islower():
        return False
    return not _ABBREVIATED.search(line, max(0, end.start() - 12), end.start())
