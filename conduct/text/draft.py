"""Splits a pasted text into sentences: a mail, a chat, a post, notes. Pure.

Quoted mail, names and times of a chat, signatures, code, and the marks of lists and headings are left out. Each
sentence is a part of the text, letter for letter, so that a page can mark it there.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from conduct.text import pasted_lines
from conduct.text.sentences import ends_sentence, sentence_spans, trimmed
from conduct.text.sentences import pieces as cut

# Most questions have at most this number of sentences, and are read as a whole.
QUESTION_SENTENCES = 2
# A longer sentence is cut after this number of characters, or half of it in scripts with about one token a character.
# Together with its neighbour, such a part is still shorter than what the encoder reads.
MAX_SENTENCE = 400
# Shorter sentences ("ok", "+1", "Hi all,") are read together with the next. If there are more than MAX_PIECES pieces,
# longer ones are joined as well, which limits the work for the longest draft.
SHORT = 20
MAX_PIECES = 200
# A shorter line was ended by its writer, a longer one was perhaps wrapped by the mail program.
WRAPPED = 50
_EMPHASIS = "*_~`"
_LINK = re.compile(r"!?\[([^\[\]\n]{0,300})\]\([^()\s]{0,500}\)")
_SYNTAX = re.compile(r"[*~`]+|(?<!\w)_+|_+(?!\w)|<!--[^<>]{0,500}-->|</?[a-zA-Z][^<>\n]{0,200}>")
_DENSE = re.compile("[\u2e80-\ud7ff\uf900-\ufaff\uff66-\uffef]")
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a draft: `text` is draft[start:end], `read` is the same without Markdown's marks."""

    text: str
    start: int
    end: int
    read: str


@dataclass(frozen=True, slots=True)
class Piece:
    """The unit that is searched for: a sentence, or short ones in a row; `sentence` is the longest of them."""

    text: str
    sentence: Sentence


@dataclass(frozen=True, slots=True)
class Draft:
    """A text in sentences; it is `plain` if nothing was left out."""

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
        """The sentences, with short neighbours joined."""
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
    """The text of a piece with the piece before it, and with the piece after it, if there are any."""
    pairs = [pieces[at : at + 2] for at in (number - 1, number) if 0 <= at < len(pieces) - 1]
    return tuple(" ".join(piece.text for piece in pair) for pair in pairs)


def read_draft(text: str) -> Draft:
    """The sentences of a pasted text."""
    lines = pasted_lines.content(text)
    sentences = []
    for start, end in _paragraphs(text, lines):
        for first, last in sentence_spans(text[start:end]):
            sentences += _sentences(text, start + first, start + last)
    return Draft(tuple(sentences), _covers(text, lines))


def _covers(text: str, lines: Sequence[tuple[int, int]]) -> bool:
    """Whether there is only white space outside of `lines`."""
    return sum(len("".join(text[start:end].split())) for start, end in lines) == len("".join(text.split()))


def _paragraphs(text: str, lines: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """`lines`, with lines joined that a mail program has wrapped."""
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
    """Groups of neighbours with a weight of at least `least`."""
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
    """The length of `text`; characters of scripts that write a word with one or two of them count three times."""
    return len(text) + 2 * len(_DENSE.findall(text))
