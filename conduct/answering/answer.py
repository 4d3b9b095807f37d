"""From a search result to an answer: coverage, the words for people, where it all comes from. Pure.

The same frozen models are used inside and on the wire; a field that is `Internal` never leaves the app. The line under
a field is its description in each interface's own documentation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field
from pydantic.json_schema import SkipJsonSchema

from conduct.answering.limits import MAX_LIMIT
from conduct.messages import Message
from conduct.ranking.index import SearchResult
from conduct.text.code import Code

COVERED = "covered"
UNCLEAR = "unclear"
NOT_COVERED = "not_covered"
Coverage = Literal["covered", "unclear", "not_covered"]

MESSAGES = {
    COVERED: "The code speaks to this.",
    UNCLEAR: "The code may not speak to this directly. The closest passages:",
    NOT_COVERED: "The code does not speak about this.",
}
CUT_NOTICE = "The question is longer than the model reads: only its beginning was compared with the code."

T = TypeVar("T")
# Known inside, not sent and not described.
Internal = Annotated[SkipJsonSchema[T], Field(exclude=True)]


class _Model(BaseModel):
    model_config = ConfigDict(
        frozen=True,
        use_attribute_docstrings=True,
        arbitrary_types_allowed=True,
        json_schema_serialization_defaults_required=True,
    )


class AnswerPassage(_Model):
    """A ranked passage."""

    id: str
    """The passage's id, such as learning-and-growing-1; it stays the same while the text does."""
    section: str
    """The heading that it stands under."""
    text: str
    """The passage, word for word."""
    highlight: str
    """The sentence of it to mark for the question, word for word."""
    relevance: Annotated[float, Field(ge=0, le=1)]
    """A calibrated probability, 0 to 1, that a careful person would show it."""
    because: str | None
    """The nearest known situation that leads to it, or null."""


class Source(_Model):
    """Where the text and the model come from."""

    title: str
    """The title of the code of conduct."""
    complete: bool
    """False if this copy ends before the original does."""
    dataset: str
    """The dataset on the Hub that holds the text, or "bundled" where the Hub was not used."""
    dataset_revision: str
    """Its commit, or "bundled"."""
    model: str
    """The model on the Hub, or "packaged" where the Hub was not used."""
    model_revision: str
    """Its commit, or "packaged"."""
    situations: int
    """How many situations lead to the text's passages; 0 where sentence similarity is all there is."""
    # Where people can look at both, or "".
    dataset_url: Internal[str] = ""
    model_url: Internal[str] = ""
    # Why a better source was not used, or "".
    fallback_reason: Internal[str] = ""
    # Whether questions are sent to another machine, which runs the model.
    is_remote: Internal[bool] = False


class Answer(_Model):
    """An answer."""

    question: str
    """The question as understood: stripped, without control characters."""
    coverage: Coverage
    """Whether the code of conduct speaks to the question."""
    message: str
    """The coverage as one sentence for people."""
    notice: str | None
    """One sentence of caution, for example that the model does not read the question's language, or null."""
    passages: tuple[AnswerPassage, ...]
    """The closest passages, ranked; also there, for reading on, when the code does not speak about it."""
    source: Source
    """Where the text and the model come from."""
    # The sentences of `notice`, for those who translate them.
    cautions: Internal[tuple[Message, ...]] = ()


class CodePassage(_Model):
    """A passage of the whole code."""

    id: str
    """The passage's id, the same as in an answer."""
    text: str
    """The passage, word for word."""


class CodeSection(_Model):
    """A section of the whole code."""

    title: str
    """Its heading."""
    passages: tuple[CodePassage, ...]
    """Its passages in reading order."""


class FullText(_Model):
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
        """`code` as programs and pages read it."""
        sections = tuple(
            CodeSection(
                title=section.title,
                passages=tuple(CodePassage(id=passage.id, text=passage.text) for passage in section.passages),
            )
            for section in code.sections
        )
        return cls(title=code.title, complete=code.complete, sections=sections, source=source, code=code)


@dataclass(frozen=True, slots=True)
class Cautions:
    """Sentences of caution about how well a question could be read, or None."""

    language: Message | None = None
    cut: Message | None = None


def coverage(result: SearchResult) -> Coverage:
    """COVERED, UNCLEAR or NOT_COVERED."""
    if result.in_scope >= result.bands.covered:
        return COVERED
    return NOT_COVERED if result.in_scope < result.bands.not_covered else UNCLEAR


def compose(question: str, result: SearchResult, limit: int, source: Source, cautions: Cautions = Cautions()) -> Answer:
    """The answer to `question` with at most `limit` passages."""
    band = coverage(result)
    if cautions.language and band == NOT_COVERED:
        # What the model cannot read, it cannot call silent.
        band = UNCLEAR
    sentences = tuple(filter(None, (cautions.language, cautions.cut)))
    return Answer(
        question=question,
        coverage=band,
        message=MESSAGES[band],
        notice=" ".join(map(str, sentences)) or None,
        passages=tuple(
            AnswerPassage(
                id=match.passage.id,
                section=match.passage.section,
                text=match.passage.text,
                highlight=match.sentence,
                relevance=match.relevance,
                because=match.situation,
            )
            for match in result.matches[: min(limit, MAX_LIMIT)]
        ),
        source=source,
        cautions=sentences,
    )
