"""The shapes that programs get: binding names, plain JSON values. See README, "For programs"."""

from typing import Literal, TypedDict

from conduct.answer import Answer, Source, Text


class PassageOut(TypedDict):
    """A ranked passage."""

    id: str
    section: str
    text: str
    highlight: str
    relevance: float
    because: str | None


class SourceOut(TypedDict):
    """Where the text and the model come from."""

    title: str
    complete: bool
    dataset: str
    dataset_revision: str
    model: str
    model_revision: str


class AnswerOut(TypedDict):
    """An answer."""

    question: str
    coverage: Literal["covered", "unclear", "not_covered"]
    message: str
    notice: str | None
    passages: list[PassageOut]
    source: SourceOut


class CodePassageOut(TypedDict):
    """A passage of the whole code."""

    id: str
    text: str


class SectionOut(TypedDict):
    """A section of the whole code."""

    title: str
    passages: list[CodePassageOut]


class CodeOut(TypedDict):
    """The whole code."""

    title: str
    complete: bool
    sections: list[SectionOut]
    source: SourceOut


def answer_out(answer: Answer) -> AnswerOut:
    """An answer as programs get it."""
    return AnswerOut(
        question=answer.question,
        coverage=answer.coverage,
        message=answer.message,
        notice=answer.notice,
        passages=[
            PassageOut(
                id=shown.passage.id,
                section=shown.passage.section,
                text=shown.passage.text,
                highlight=shown.highlight,
                relevance=shown.relevance,
                because=shown.because,
            )
            for shown in answer.passages
        ],
        source=source_out(answer.source),
    )


def code_out(text: Text) -> CodeOut:
    """The whole code as programs get it."""
    return CodeOut(
        title=text.code.title,
        complete=text.code.complete,
        sections=[
            SectionOut(
                title=section.title,
                passages=[CodePassageOut(id=passage.id, text=passage.text) for passage in section.passages],
            )
            for section in text.code.sections
        ],
        source=source_out(text.source),
    )


def source_out(source: Source) -> SourceOut:
    """Where an answer comes from, as programs get it."""
    return SourceOut(
        title=source.title,
        complete=source.complete,
        dataset=source.dataset,
        dataset_revision=source.dataset_revision,
        model=source.model,
        model_revision=source.model_revision,
    )
