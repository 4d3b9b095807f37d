"""Results as Markdown for chats. All texts are untrusted and must not become links or pictures. Pure."""

import re
from collections.abc import Sequence

from conduct.answering.answer import MISSING_LIST, Answer, AnswerPassage, Source
from conduct.answering.care import SELFHARM
from conduct.answering.full_text import FullText

INCOMPLETE = " (this copy ends before the original does)"
# Characters that Markdown could take for markup within a line; for the beginning of a line see _LEADING.
_MARKUP = re.compile(r"[\\`*_{}\[\]<>#|~!]|&(?=#?\w+;)|(?<=[A-Za-z]):(?=//)|(?<=\w)@|(?<=www)\.", re.IGNORECASE)
_LEADING = re.compile(r"^(\s*)([-+=:])|^(\s*\d+)([.)])", re.MULTILINE)


def answer_markdown(answer: Answer) -> str:
    """The coverage, then each passage as a quote with its closest sentence in bold."""
    parts = [f"**{escaped(answer.message)}**"]
    if answer.notice:
        # For somebody who may want to die, the notice with the helpline comes first.
        parts.insert(0 if answer.care == SELFHARM else 1, escaped(answer.notice))
    passages = [_passage(passage, answer.source.complete) for passage in answer.open_passages]
    steps = _steps(answer)
    parts += [*steps, *passages] if answer.care else [*passages, *steps]
    return "\n\n".join([*parts, _source(answer.source)])


def answers_markdown(answers: Sequence[Answer]) -> str:
    """Answers, each under its question."""
    return "\n\n".join(f"### {_in_line(answer.question)}\n\n{answer_markdown(answer)}" for answer in answers)


def code_markdown(code: FullText) -> str:
    """The whole code with its headings."""
    parts = [f"# {_in_line(code.title)}"]
    for section in code.sections:
        parts.append(f"## {_in_line(section.title)}")
        parts += [escaped(_outdented(passage.text)) for passage in section.passages]
    return "\n\n".join([*parts, _source(code.source)])


def escaped(text: str) -> str:
    """Markdown that shows `text` letter for letter."""
    text = _MARKUP.sub(r"\\\g<0>", text)
    text = _LEADING.sub(lambda found: "".join(filter(None, (found[1], found[3]))) + "\\" + (found[2] or found[4]), text)
    # A single line break would be shown as a space.
    return text.replace("\n", "\\\n")


def _outdented(text: str) -> str:
    """The lines without spaces around them: four before a line would make it code, two after it a line break."""
    return "\n".join(line.strip() for line in text.split("\n"))


def _in_line(text: str) -> str:
    return escaped(" ".join(text.split()))


def _steps(answer: Answer) -> list[str]:
    if not answer.next_steps:
        return []
    lines = "\n".join(f"- {_in_line(step.text)}{f' <{step.url}>' if step.url else ''}" for step in answer.next_steps)
    return [f"{answer.steps_title} (suggestions, not part of the code):\n\n{lines}"]


def _passage(passage: AnswerPassage, complete: bool) -> str:
    text, highlight = _outdented(passage.text), _outdented(passage.highlight)
    before, _, after = text.partition(highlight)
    # Between letters, in scripts without spaces between sentences, Markdown would show the asterisks.
    if highlight.strip() and not before[-1:].strip() and not after[:1].strip():
        text = f"{escaped(before)}**{escaped(highlight)}**{escaped(after)}"
    else:
        text = escaped(text)
    quote = "\n".join(f"> {line}" for line in text.split("\n"))
    if not complete and passage.text.endswith((":", "：")):
        quote += f"\n\n({MISSING_LIST})"
    words = f"\n\nFrom the draft: {_in_line(passage.about.text)}" if passage.about else ""
    example = f"\n\nAn example written for this app: {_in_line(passage.because)}" if passage.because else ""
    return f"> {_in_line(passage.section)}, `{passage.id}`\n>\n{quote}{words}{example}"


def _source(source: Source) -> str:
    return f"*{_in_line(source.title)}*{'' if source.complete else INCOMPLETE}"
