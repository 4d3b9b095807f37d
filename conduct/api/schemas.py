"""The shapes that programs send and get: binding names, plain JSON values. See README, "For programs".

The line under a field is its description in each interface's own documentation.
"""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, TypeAdapter, with_config
from typing_extensions import TypedDict

from conduct.answering.answer import Answer, FullText, Source
from conduct.answering.validation import DEFAULT_LIMIT, MAX_CHARACTERS, MAX_LIMIT, MAX_QUESTIONS

_DESCRIBED = ConfigDict(use_attribute_docstrings=True)

EXAMPLE = "They laugh at his accent"

QuestionIn = Annotated[str, Field(min_length=1, max_length=MAX_CHARACTERS)]
LimitIn = Annotated[int, Field(ge=1, le=MAX_LIMIT)]


@dataclass(frozen=True, slots=True)
class AskIn:
    """What /ask takes, in this order."""

    __pydantic_config__ = _DESCRIBED

    question: Annotated[QuestionIn, Field(examples=[EXAMPLE])]
    """What happened or what somebody wants to do, in everyday words; 1 to 1,000 characters."""
    limit: LimitIn = DEFAULT_LIMIT
    """How many passages to give at most, 1 to 10."""


@dataclass(frozen=True, slots=True)
class AskManyIn:
    """What /ask_many takes, in this order."""

    __pydantic_config__ = _DESCRIBED

    questions: Annotated[list[QuestionIn], Field(min_length=1, max_length=MAX_QUESTIONS, examples=[[EXAMPLE]])]
    """1 to 64 questions, each of 1 to 1,000 characters."""
    limit: LimitIn = DEFAULT_LIMIT
    """How many passages to give at most for each question, 1 to 10."""


@dataclass(frozen=True, slots=True)
class CodeIn:
    """What /code takes: nothing."""


@with_config(_DESCRIBED)
class PassageOut(TypedDict):
    """A ranked passage."""

    id: str
    """The passage's id, such as learning-and-growing-1; it stays the same while the text does."""
    section: str
    """The heading that it stands under."""
    text: str
    """The passage, word for word."""
    highlight: str
    """The sentence of it that is closest to the question, word for word."""
    relevance: Annotated[float, Field(ge=0, le=1)]
    """A calibrated probability, 0 to 1, that a careful person would show it."""
    because: str | None
    """The nearest known situation that leads to it, or null."""


@with_config(_DESCRIBED)
class SourceOut(TypedDict):
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


@with_config(_DESCRIBED)
class AnswerOut(TypedDict):
    """An answer."""

    question: str
    """The question as understood: stripped, without control characters."""
    coverage: Literal["covered", "unclear", "not_covered"]
    """Whether the code of conduct speaks to the question."""
    message: str
    """The coverage as one sentence for people."""
    notice: str | None
    """One sentence of caution, for example that the model does not read the question's language, or null."""
    passages: list[PassageOut]
    """The closest passages, ranked; also there, for reading on, when the code does not speak about it."""
    source: SourceOut
    """Where the text and the model come from."""


@with_config(_DESCRIBED)
class CodePassageOut(TypedDict):
    """A passage of the whole code."""

    id: str
    """The passage's id, the same as in an answer."""
    text: str
    """The passage, word for word."""


@with_config(_DESCRIBED)
class SectionOut(TypedDict):
    """A section of the whole code."""

    title: str
    """Its heading."""
    passages: list[CodePassageOut]
    """Its passages in reading order."""


@with_config(_DESCRIBED)
class CodeOut(TypedDict):
    """The whole code."""

    title: str
    """The title of the code of conduct."""
    complete: bool
    """False if this copy ends before the original does."""
    sections: list[SectionOut]
    """Its sections in reading order."""
    source: SourceOut
    """Where the text and the model come from."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One thing that programs can ask for; the JSON schemas hold no references."""

    name: str
    description: str
    takes: type
    gives: object
    result: str

    @property
    def parameters(self) -> dict:
        """The JSON schema of its arguments, an object."""
        # Not each pydantic gives a dataclass's docstring here, and the endpoint's description says more.
        return {key: value for key, value in _schema(self.takes).items() if key != "description"}

    @property
    def returns(self) -> dict:
        """The JSON schema of its result."""
        return {**_schema(self.gives), "description": self.result}


ENDPOINTS = (
    Endpoint(
        "ask",
        "Find the passages of the code of conduct that speak to a situation, word for word, or learn that the code "
        "does not speak about it. It never says yes or no: show the passages and let people decide.",
        AskIn,
        AnswerOut,
        "An answer: whether the code speaks to the question, and the closest passages.",
    ),
    Endpoint(
        "ask_many",
        "Answer several questions at once, each as `ask` does, in order.",
        AskManyIn,
        list[AnswerOut],
        "A list of answers, one for each question, in order.",
    ),
    Endpoint(
        "code",
        "Read the whole code of conduct: its sections and passages with their ids, and where it comes from.",
        CodeIn,
        CodeOut,
        "The whole code of conduct.",
    ),
)


def _schema(shape: object) -> dict:
    """The JSON schema of a type, with what it refers to in place: not every reader follows references."""
    schema = TypeAdapter(shape).json_schema()
    definitions = schema.pop("$defs", {})

    def inlined(node: object, named: bool = False) -> object:
        """`named`: the keys are names of fields, not words of JSON schema."""
        if isinstance(node, list):
            return [inlined(one) for one in node]
        if not isinstance(node, dict):
            return node
        if "$ref" in node:
            node = {**definitions[node["$ref"].removeprefix("#/$defs/")], **node}
        # Titles repeat the names, and closed objects would break who reads an older description of a newer answer.
        dropped = () if named else ("$ref", "title", "additionalProperties")
        return {key: inlined(value, key == "properties") for key, value in node.items() if key not in dropped}

    return inlined(schema)


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


def code_out(text: FullText) -> CodeOut:
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
        situations=source.situations,
    )
