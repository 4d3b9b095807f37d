"""From a search result to an answer: coverage, the sentences for people, the source of text and model. Pure.

The same frozen models are used inside and on the wire; a field that is `Internal` never leaves the app. The string
under a field is its description in the documentation of each interface.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field
from pydantic.json_schema import SkipJsonSchema

from conduct.answering.care import GRAVE, SELFHARM, Care, asks_for_patience, care_for
from conduct.answering.limits import MAX_LIMIT
from conduct.dataset.next_steps import CONTACT, Step, in_language
from conduct.messages import Message
from conduct.ranking.index import Match, SearchResult
from conduct.text.code import Code
from conduct.text.draft import Sentence

COVERED = "covered"
UNCLEAR = "unclear"
NOT_COVERED = "not_covered"
Coverage = Literal["covered", "unclear", "not_covered"]

MESSAGES = {
    COVERED: "The code speaks to this.",
    UNCLEAR: "The code may not speak to this directly. The closest passages:",
    NOT_COVERED: "The code does not speak about this.",
}
# Shown to somebody who is hurt or afraid, unless the code is known to speak to the question.
GRAVE_MESSAGE = "The text may not name this. What you can do comes first."
WHAT_NEXT = "What to do next"
HOW_TO_ASK = "How to ask"
READ_AS_DRAFT = (
    "Your text was read sentence by sentence, without quoted lines, names, times and code; who means what, and irony, "
    "are not understood."
)
PEOPLE_DECIDE = "This is what the text says; people decide."
MISSING_LIST = "The list that follows is missing in this copy."
HELPLINE = "findahelpline.com"
SELFHARM_NOTICE = (
    "This app cannot help with that, but somebody can, now: call your local emergency number, or find a free and "
    "confidential helpline at {helpline}."
)
CUT_NOTICE = "The question is longer than the model reads: only its beginning was compared with the code."

# Examples are shown from this cosine on: chosen on half of training_data/care/examples.jsonl, none of the rest hurts.
MIN_EXAMPLE_COSINE = 0.82
# Passages after the first with a lower relevance are folded away: on the dev questions, fewer than half of them fit.
MIN_OPEN_RELEVANCE = 0.2
_ADDRESS = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")

T = TypeVar("T")
# A field that is known inside only: it is neither sent nor described.
Internal = Annotated[SkipJsonSchema[T], Field(exclude=True)]


class WireModel(BaseModel):
    """The base of what is sent to programs: frozen, and described by the strings under its fields."""

    model_config = ConfigDict(
        frozen=True,
        use_attribute_docstrings=True,
        arbitrary_types_allowed=True,
        json_schema_serialization_defaults_required=True,
    )


class About(WireModel):
    """A part of the question: `text` is question[start:end]."""

    text: str
    """The sentence, word for word."""
    start: Annotated[int, Field(ge=0)]
    """Where it begins, in characters (Unicode code points) of `question`."""
    end: Annotated[int, Field(ge=0)]
    """Where it ends."""


class AnswerPassage(WireModel):
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
    """An example written for this app that is near to the question and leads to it, or null."""
    about: About | None = None
    """The sentence of a draft that led to it, word for word; null for a short question."""
    # Other sentences of the draft that lead to it; the page marks them as well.
    about_others: Internal[tuple[About, ...]] = ()

    @property
    def all_about(self) -> tuple[About, ...]:
        """The sentences of a draft that led to it, the strongest first."""
        return (self.about, *self.about_others) if self.about else ()


class NextStep(WireModel):
    """Something that the asker can do."""

    text: str
    """One or two sentences."""
    url: str | None = None
    """Where that is done or explained, or null."""
    link: Internal[str] = ""
    # The original, which `in_language` translates.
    step: Internal[Step | None] = None
    contact: Internal[str] = ""

    def in_language(self, language: str) -> NextStep:
        """This step in the reader's language, if it has been translated."""
        if self.step is None:
            return self
        text = in_language(self.step.texts, language).replace(CONTACT, self.contact)
        return self.model_copy(update={"text": text, "link": in_language(self.step.links, language)})


class Source(WireModel):
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
    # The date of the text, if its owner or the Hub gives one.
    day: Internal[date | None] = None
    # The web addresses of both, or "".
    dataset_url: Internal[str] = ""
    model_url: Internal[str] = ""
    # Why the preferred source was not used, or "".
    fallback_reason: Internal[str] = ""
    # Whether questions are sent to another machine, which runs the model.
    is_remote: Internal[bool] = False


class Answer(WireModel):
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
    care: Care | None = None
    """"selfharm" if somebody may want to die, "grave" if somebody may be hurt, threatened or afraid, or null."""
    next_steps: tuple[NextStep, ...] = ()
    """What the asker can do next: suggestions of the community that runs this, not part of the code."""
    # The sentences of `notice`, as templates and values for translation.
    cautions: Internal[tuple[Message, ...]] = ()

    @property
    def is_draft(self) -> bool:
        """Whether the question was read sentence by sentence."""
        return any(passage.about for passage in self.passages)

    @property
    def steps_title(self) -> str:
        """The heading of `next_steps`."""
        return HOW_TO_ASK if self.coverage == NOT_COVERED and not self.care else WHAT_NEXT

    @property
    def open_passages(self) -> tuple[AnswerPassage, ...]:
        """The passages that are shown at once: the first and others that are relevant enough; for a grave question none
        that asks for patience, for somebody who may want to die none at all."""
        if self.coverage == NOT_COVERED or self.care == SELFHARM:
            return ()
        return tuple(
            passage
            for number, passage in enumerate(self.passages)
            if (number == 0 or passage.relevance >= MIN_OPEN_RELEVANCE)
            and not (self.care and asks_for_patience(passage.text))
        )

    @property
    def folded_passages(self) -> tuple[AnswerPassage, ...]:
        """All other passages, which are shown folded."""
        return tuple(passage for passage in self.passages if passage not in self.open_passages)


@dataclass(frozen=True, slots=True)
class Cautions:
    """Sentences of caution: about the question's language, a question that was cut, the text's language; or None."""

    language: Message | None = None
    cut: Message | None = None
    text: Message | None = None


def coverage(result: SearchResult) -> Coverage:
    """COVERED, UNCLEAR or NOT_COVERED."""
    if result.in_scope >= result.bands.covered:
        return COVERED
    return NOT_COVERED if result.in_scope < result.bands.not_covered else UNCLEAR


def contact_of(code: Code) -> str:
    """The first mail address that the text names, or ""."""
    for passage in code.passages:
        if found := _ADDRESS.search(passage.text):
            return found[0]
    return ""


def steps_for(band: Coverage, care: Care | None, steps: tuple[Step, ...], contact: str = "") -> tuple[NextStep, ...]:
    """Those of `steps` that fit such an answer, in English or else in the language that they have."""
    return tuple(
        NextStep(text="", url=step.url or None, step=step, contact=contact).in_language("en")
        for step in steps
        if (care or band) in step.when and (contact or CONTACT not in in_language(step.texts, "en"))
    )


def compose(
    question: str,
    result: SearchResult,
    limit: int,
    source: Source,
    cautions: Cautions = Cautions(),
    steps: tuple[Step, ...] = (),
    contact: str = "",
    led_by: Sequence[tuple[Sentence, ...]] | None = None,
) -> Answer:
    """The answer to `question` with at most `limit` passages; `led_by` has, for each match, the sentences of a draft
    that led to it, the strongest first."""
    care = care_for(question)
    band = coverage(result)
    if cautions.language and band == NOT_COVERED:
        # In a language that was not measured, a low score does not mean that the code is silent.
        band = UNCLEAR
    if led_by and care == GRAVE and band == NOT_COVERED:
        # In a thousand words some look grave by chance, such as the Arabic "before", which is spelt like "kissed".
        care = None
    selfharm = Message(SELFHARM_NOTICE, {"helpline": HELPLINE}) if care == SELFHARM else None
    said = tuple(filter(None, (selfharm, cautions.language, cautions.text, cautions.cut)))
    matches = result.matches[: min(limit, MAX_LIMIT)]
    about = [
        tuple(About(text=sentence.text, start=sentence.start, end=sentence.end) for sentence in sentences)
        for sentences in led_by or ()
    ]
    example = _example(matches[0]) if matches and band == COVERED and not care and not cautions.language else None
    return Answer(
        question=question,
        coverage=band,
        message=GRAVE_MESSAGE if care and band != COVERED else MESSAGES[band],
        notice=" ".join(map(str, said)) or None,
        passages=tuple(
            AnswerPassage(
                id=match.passage.id,
                section=match.passage.section,
                text=match.passage.text,
                highlight=match.sentence,
                relevance=match.relevance,
                because=example if number == 0 else None,
                about=about[number][0] if about else None,
                about_others=about[number][1:] if about else (),
            )
            for number, match in enumerate(matches)
        ),
        source=source,
        care=care,
        next_steps=steps_for(band, care, steps, contact),
        cautions=said,
    )


def _example(match: Match) -> str | None:
    """The example that may be shown beside a passage: it must be near, and about nothing grave."""
    near = match.situation is not None and match.nearness >= MIN_EXAMPLE_COSINE
    return match.situation if near and care_for(match.situation) is None else None
