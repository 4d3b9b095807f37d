"""An answer as text for a terminal. Pure."""

import re
import textwrap

from conduct.answering.answer import MISSING_LIST, PEOPLE_DECIDE, READ_AS_DRAFT, About, Answer, AnswerPassage
from conduct.answering.care import SELFHARM

INDENT = "   "
MAX_WIDTH = 88
_BOLD, _PLAIN = "\x1b[1m", "\x1b[22m"
# Texts from the Hub must not move the cursor or recolour the terminal.
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def readable(
    answer: Answer, width: int = MAX_WIDTH, bold: bool = False, asked: bool = False, lines_above: int = 0
) -> str:
    """The message, then each passage; with `bold` its closest sentence is bold, with `asked` the question comes first.

    Line numbers of a draft begin after `lines_above`, the number of empty lines before it.
    """
    width = min(max(width, 20), MAX_WIDTH)
    parts = [_wrapped(f"> {answer.question}", width, "")] if asked else []
    said = [_wrapped(text, width, "") for text in (answer.message, answer.notice) if text]
    # For somebody who may want to die, the notice with the helpline comes first.
    parts += said[::-1] if answer.care == SELFHARM else said
    if answer.is_draft:
        parts.append(_wrapped(f"{READ_AS_DRAFT} {PEOPLE_DECIDE}", width, ""))
    steps = _steps(answer, width)
    if answer.care:
        parts += steps
    for shown in answer.open_passages:
        parts += _shown(answer, shown, width, bold, lines_above)
    if answer.folded_passages:
        parts.append("The closest passages, for reading on:" if not answer.open_passages else "\nLess close:")
    for shown in answer.folded_passages:
        parts += _shown(answer, shown, width, bold, lines_above)
    if not answer.care:
        parts += steps
    if not answer.source.complete:
        parts.append("\n" + _wrapped(f"{answer.source.title}: this copy ends before the original does.", width, ""))
    return "\n".join(parts) + "\n"


def _shown(answer: Answer, shown: AnswerPassage, width: int, bold: bool, lines_above: int) -> list[str]:
    number = answer.passages.index(shown) + 1
    parts = [
        "\n" + printable(f"{number}. {shown.section}  ({shown.id}, relevance {shown.relevance:.2f})"),
        *(_words(answer.question, words, width, lines_above) for words in shown.all_about),
        _passage(shown.text, shown.highlight if bold else "", width),
    ]
    if not answer.source.complete and shown.text.endswith((":", "：")):
        parts.append(_wrapped(f"({MISSING_LIST})", width, INDENT))
    if shown.because:
        parts.append(_wrapped(f"An example written for this app: {shown.because}", width, INDENT))
    return parts


def _words(question: str, words: About, width: int, lines_above: int) -> str:
    """A sentence of a draft with the numbers of its lines before it."""
    first, last = (lines_above + 1 + question.count("\n", 0, at) for at in (words.start, words.end))
    label = f"line {first}: " if first == last else f"lines {first}-{last}: "
    return _wrapped(f"{label}“{' '.join(words.text.split())}”", width, INDENT)


def _steps(answer: Answer, width: int) -> list[str]:
    if not answer.next_steps:
        return []
    listed = [_wrapped(f"- {step.text} {step.url or ''}".rstrip(), width, INDENT) for step in answer.next_steps]
    return [f"\n{answer.steps_title} (suggestions, not part of the code):", *listed]


def _passage(text: str, highlight: str, width: int) -> str:
    wrapped = "\n".join(_wrapped(paragraph, width, INDENT) for paragraph in text.splitlines())
    if not highlight.strip():
        return wrapped
    # After wrapping, which would count the escape sequences as letters.
    words = r"\s+".join(re.escape(word) for word in printable(highlight).split())
    found = re.search(words, wrapped)
    return f"{wrapped[: found.start()]}{_BOLD}{found[0]}{_PLAIN}{wrapped[found.end() :]}" if found else wrapped


def _wrapped(text: str, width: int, indent: str) -> str:
    # Not within words, so that an address or an id can be copied.
    return textwrap.fill(
        printable(text), width, initial_indent=indent, subsequent_indent=indent, break_on_hyphens=False,
        break_long_words=False,
    )  # fmt: skip


def printable(text: str) -> str:
    """`text` without characters that move the cursor or change the terminal's colours."""
    return _CONTROL.sub(" ", text)
