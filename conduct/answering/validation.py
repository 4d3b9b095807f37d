"""Cleans questions, or refuses them with one sentence. Pure."""

import re
import unicodedata

from conduct.answering.limits import (
    DEFAULT_LIMIT,
    MAX_CHARACTERS,
    MAX_LIMIT,
    MAX_QUESTIONS,
    MAX_TOTAL_CHARACTERS,
)
from conduct.errors import QuestionError
from conduct.text.draft import read_draft
from conduct.text.pasted_lines import only_quotes

EMPTY = "The question is empty: describe in a few words what happened or what you want to do."
TOO_LONG = "The question may have {limit} characters, but this one has {length}: keep what matters most and ask again."
NO_TEXT = "The question must be a text, but {received} came: send the question as a string."
WRONG_LIMIT = "The limit must be a whole number from 1 to {limit}, but {received} came: leave it out for {default}."
NO_LIST = "The questions must be a list of texts, but {received} came: send one question through /ask."
WRONG_COUNT = "One call takes 1 to {limit} questions, but {received} came: send them in several calls."
TOO_LONG_TOGETHER = (
    "The questions of one call may have {limit} characters together, but these have {length}: send them in several "
    "calls."
)
BINARY = "The text must be words that people can read, but this looks like a program's file: paste the text itself."
ONLY_QUOTES = (
    "The text holds nothing but quoted lines: paste what you want to send yourself, without > before each line."
)
ONLY_NAMES = "The text holds nothing but names, times, marks or code: paste what was said as well."
NUMBERED = "Question {number} of {total}: {why}"

# A text with at least this number and more than this share of control characters is taken for a binary file.
MIN_STRANGE = 8
STRANGE_SHARE = 0.1
_STRANGE = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f\ufffd]")
# Invisible characters that no script needs: soft hyphens, zero-width spaces, byte-order marks, word joiners, invisible
# operators, deprecated format characters, annotation marks; and tags, except in flag emoji such as that of England.
_MEANINGLESS = re.compile(
    "[\u00ad\u200b\ufeff\u2060-\u2064\u206a-\u206f\ufff9-\ufffb]"
    "|(\U0001f3f4[\U000e0020-\U000e007f]+)|[\U000e0000-\U000e007f]"
)
# Bidirectional marks order the words inside a question; at its ends they have no effect. A joiner may end a word (in
# Malayalam), but has no effect at the beginning.
_DIRECTIONS = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_AT_THE_ENDS = re.compile(rf"\A[\s\u200c\u200d{_DIRECTIONS}]+|(?<![\s{_DIRECTIONS}])[\s{_DIRECTIONS}]+\Z")


def clean_question(value: object) -> str:
    """The question as understood: stripped, without invisible characters that no script needs. Raises QuestionError."""
    if not isinstance(value, str):
        raise QuestionError(NO_TEXT, received=_kind(value))
    # Checked before cleaning, so that a huge text costs nothing.
    if len(value.strip()) > MAX_CHARACTERS:
        raise QuestionError(TOO_LONG, limit=MAX_CHARACTERS, length=len(value.strip()))
    if is_binary(value):
        raise QuestionError(BINARY)
    # A lone surrogate can neither be encoded nor shown.
    text = value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    text = "".join(" " if unicodedata.category(c) == "Cc" and c not in "\n\t" else c for c in text)
    text = _closed(_AT_THE_ENDS.sub("", _MEANINGLESS.sub(lambda invisible: invisible[1] or "", text)))
    if len(text) > MAX_CHARACTERS:
        raise QuestionError(TOO_LONG, limit=MAX_CHARACTERS, length=len(text))
    if not any(unicodedata.category(c)[0] in "LNPSM" for c in text):
        raise QuestionError(EMPTY)
    if any(c.isalnum() for c in text) and not read_draft(text).sentences:
        raise QuestionError(ONLY_QUOTES if only_quotes(text) else ONLY_NAMES)
    return text


def is_binary(text: str) -> bool:
    """Whether too many of its characters are control characters, as in a binary file."""
    strange = sum(1 for _ in _STRANGE.finditer(text))
    return strange >= MIN_STRANGE and strange > STRANGE_SHARE * len(text)


def check_limit(value: object) -> int:
    """The maximum number of passages. Raises QuestionError unless it is a whole number in range."""
    whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
    if isinstance(value, bool) or not whole or not 1 <= value <= MAX_LIMIT:
        # A number with a thousand digits is not repeated.
        plain = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 10**9
        raise QuestionError(
            WRONG_LIMIT, limit=MAX_LIMIT, received=str(value) if plain else _kind(value), default=DEFAULT_LIMIT
        )
    return int(value)


def clean_questions(values: object) -> list[str]:
    """Each question of a list, cleaned. Raises QuestionError that names the first one that cannot be asked."""
    if not isinstance(values, list | tuple):
        raise QuestionError(NO_LIST, received=_kind(values))
    if not 1 <= len(values) <= MAX_QUESTIONS:
        raise QuestionError(WRONG_COUNT, limit=MAX_QUESTIONS, received=len(values))
    cleaned = []
    for number, value in enumerate(values, start=1):
        try:
            cleaned.append(clean_question(value))
        except QuestionError as error:
            raise QuestionError(NUMBERED, number=number, total=len(values), why=str(error)) from None
    if (length := sum(map(len, cleaned))) > MAX_TOTAL_CHARACTERS:
        raise QuestionError(TOO_LONG_TOGETHER, limit=MAX_TOTAL_CHARACTERS, length=length)
    return cleaned


def _closed(text: str) -> str:
    """`text` with each bidirectional mark closed, so that it does not reorder the text that follows."""
    for begins, ends in (("\u2066\u2067\u2068", "\u2069"), ("\u202a\u202b\u202d\u202e", "\u202c")):
        text += ends * (sum(map(text.count, begins)) - text.count(ends))
    return text


def _kind(value: object) -> str:
    """The kind of `value`, in words that do not depend on a programming language."""
    kinds = {bool: "a true/false value", int: "a number", float: "a number", str: "a text", dict: "an object"}
    kinds |= {list: "a list", tuple: "a list", type(None): "nothing"}
    return kinds.get(type(value), "something else")
