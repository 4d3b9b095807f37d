"""The marks in a draft, and the passages that each mark belongs to. Pure."""

from dataclasses import dataclass

from conduct.answering.answer import About, Answer, AnswerPassage


@dataclass(frozen=True, slots=True)
class DraftPart:
    """A part of a draft. If it led to `passages`, it is marked, with `number` from 1."""

    text: str
    number: int = 0
    passages: tuple[AnswerPassage, ...] = ()


@dataclass(frozen=True, slots=True)
class MarkedDraft:
    """A draft in parts, which joined give the draft."""

    parts: tuple[DraftPart, ...]

    def mark_of(self, words: About) -> int:
        """The number of the mark on `words`, 0 if they are not marked."""
        at = 0
        for part in self.parts:
            if part.number and (at, at + len(part.text)) == (words.start, words.end):
                return part.number
            at += len(part.text)
        return 0


def marked_draft(answer: Answer) -> MarkedDraft:
    """The question with the words marked that led to the open passages; without parts if there are none."""
    by_place: dict[tuple[int, int], list[AnswerPassage]] = {}
    for passage in answer.open_passages:
        for words in passage.all_about:
            by_place.setdefault((words.start, words.end), []).append(passage)
    parts, at = [], 0
    for number, ((start, end), passages) in enumerate(sorted(by_place.items(), key=lambda item: item[0]), start=1):
        parts += [DraftPart(answer.question[at:start]), DraftPart(answer.question[start:end], number, tuple(passages))]
        at = end
    if parts:
        parts.append(DraftPart(answer.question[at:]))
    return MarkedDraft(tuple(part for part in parts if part.text))
