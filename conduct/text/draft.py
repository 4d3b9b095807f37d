"""What somebody pasted, in sentences: a mail, a chat, a post, notes. Pure.

What is not theirs to send is left out: quoted mail, names and times of a chat, signatures, code, marks of lists and
headings. Each sentence stays a part of the text, letter for letter, so that a page can mark it there.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from conduct.text import pasted_lines
from conduct.text.sentences import ends_sentence, sentence_spans, trimmed
from conduct.text.sentences import pieces as cut

# Most questions are so short: they are read whole, as the labelled ones were.
QUESTION_SENTENCES = 2
# What has no full stop is cut after so many characters, after half of them in scripts that need a token for each: with
# its neighbour it is still shorter than what an encoder reads at once.
MAX_SENTENCE = 400
# Shorter ones ("ok", "+1", "Hi all,") say little alone and are read together; so are longer ones where there are more
# than MAX_PIECES, which bounds what the longest draft costs.
SHORT = 20
MAX_PIECES = 200
# A shorter line was ended by its writer, a longer one perhaps by the mail program.
WRAPPED = 50
_EMPHASIS = "*_~`"
_LINK = re.compile(r"!?\[([^\[\]\n]{0,300})\]\([^()\s]{0,500}\)")
_SYNTAX = re.compile(r"[*~`]+|(?<!\w)_+|_+(?!\w)|<!--[^<>]{0,500}-->|</?[a-zA-Z][^<>\n]{0,200}>")
_DENSE = re.compile("[\u2e80-\ud7ff\uf900-\ufaff\uff66-\uffef]")
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a draft: `text` is draft[start:end], `read` the same without Markdown's marks."""

    text: str
    start: int
    end: int
    read: str


@dataclass(frozen=True, slots=True)
class Piece:
    """What is read alone: a sentence, or short ones that follow each other, of which `sentence` stands for all."""

    text: str
    sentence: Sentence


@dataclass(frozen=True, slots=True)
class Draft:
    """A text in sentences; `plain` if nothing was left out of it."""

    sentences: tuple[Sentence, ...]
    plain: bool

    @property
    def is_question(self) -> bool:
        """Whether it is a sentence or two and nothing else."""
        return (
            self.plain
            and len(self.sentences) <= QUESTION_SENTENCES
            and all(len(sentence.text) < MAX_SENTENCE // 2 for sentence in self.sentences)
        )

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """The sentences, short neighbours together."""
        least = SHORT
        while len(groups := list(_joined(self.sentences, least))) > MAX_PIECES:
            least *= 2
        return tuple(
            Piece(
                " ".join(sentence.read for sentence in group), max(group, key=lambda sentence: _weight(sentence.read))
            )
            for group in groups
        )


def with_neighbours(pieces: Sequence[Piece], number: int) -> tuple[str, ...]:
    """The text of a piece with the one before it, and with the one after it, as far as there are any."""
    pairs = [pieces[at : at + 2] for at in (number - 1, number) if 0 <= at < len(pieces) - 1]
    return tuple(" ".join(piece.text for piece in pair) for pair in pairs)


def read_draft(text: str) -> Draft:
    """`text` in sentences, as somebody pasted it."""
    lines = pasted_lines.content(text)
    sentences = []
    for start, end in _paragraphs(text, lines):
        for first, last in sentence_spans(text[start:end]):
            sentences += _sentences(text, start + first, start + last)
    return Draft(tuple(sentences), _covers(text, lines))


def _covers(text: str, lines: Sequence[tuple[int, int]]) -> bool:
    """Whether nothing but spaces is outside of `lines`."""
    return sum(len("".join(text[start:end].split())) for start, end in lines) == len("".join(text.split()))


def _paragraphs(text: str, lines: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """`lines` with those joined that a mail program has wrapped."""
    current: tuple[int, int] | None = None
    for start, end in lines:
        if current is not None:
            line = text[current[0] : current[1]].rpartition("\n")[2]
            wrapped = text[current[1] : start].strip(" \t\r") == "\n" and len(line) >= WRAPPED
            if wrapped and not ends_sentence(line):
                current = (current[0], end)
                continue
            yield current
        current = (start, end)
    if current is not None:
        yield current


def _sentences(text: str, start: int, end: int) -> Iterator[Sentence]:
    for part in _parts(text[start:end]):
        at, start = start, start + len(part)
        first, last = trimmed(text, at, at + len(part))
        while last - first > 2 and text[first] == text[last - 1] and text[first] in _EMPHASIS:
            first, last = first + 1, last - 1
        read = _plain(text[first:last])
        if any(c.isalnum() for c in read):
            yield Sentence(text[first:last], first, last, read)


def _parts(sentence: str) -> Iterator[str]:
    dense = len(_DENSE.findall(sentence)) > len(sentence) // 2
    return cut(sentence, MAX_SENTENCE // 2 if dense else MAX_SENTENCE)


def _plain(text: str) -> str:
    text = _ADDRESS.sub(" ", _LINK.sub(r"\1", text))
    return " ".join(_SYNTAX.sub("", text).split())


def _joined(sentences: Sequence[Sentence], least: int) -> Iterator[list[Sentence]]:
    """Neighbours together until they weigh `least`."""
    group: list[Sentence] = []
    weight = 0
    for sentence in sentences:
        group.append(sentence)
        weight += _weight(sentence.read)
        if weight >= least:
            yield group
            group, weight = [], 0
    if group:
        yield group


def _weight(text: str) -> int:
    """Its letters, those of scripts that write a word with one or two as many as a word has."""
    return len(text) + 2 * len(_DENSE.findall(text))
