"""The whole code, as it is sent to programs and shown on pages. Pure."""

from __future__ import annotations

from conduct.answering.answer import Internal, Source, WireModel
from conduct.text.code import Code


class CodePassage(WireModel):
    """A passage of the whole code."""

    id: str
    """The passage's id, the same as in an answer."""
    text: str
    """The passage, word for word."""


class CodeSection(WireModel):
    """A section of the whole code."""

    title: str
    """Its heading."""
    passages: tuple[CodePassage, ...]
    """Its passages in reading order."""


class FullText(WireModel):
    """The whole code."""

    title: str
    """The title of the code of conduct."""
    complete: bool
    """False if this copy ends before the original does."""
    sections: tuple[CodeSection, ...]
    """Its sections in reading order."""
    source: Source
    """Where the text and the model come from."""
    code: Internal[Code]

    @classmethod
    def of(cls, code: Code, source: Source) -> FullText:
        """The full text of `code`, with where it comes from."""
        sections = tuple(
            CodeSection(
                title=section.title,
                passages=tuple(CodePassage(id=passage.id, text=passage.text) for passage in section.passages),
            )
            for section in code.sections
        )
        return cls(title=code.title, complete=code.complete, sections=sections, source=source, code=code)
