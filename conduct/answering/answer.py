"""From ranked matches to an answer: coverage, words for people, where it all comes from. Pure."""

from dataclasses import dataclass

from conduct.answering.validation import MAX_LIMIT
from conduct.ranking.index import SearchResult
from conduct.text.code import Code, Passage

COVERED = "covered"
UNCLEAR = "unclear"
NOT_COVERED = "not_covered"

MESSAGES = {
    COVERED: "The code speaks to this.",
    UNCLEAR: "The code may not speak to this directly. The closest passages:",
    NOT_COVERED: "The code does not speak about this.",
}
CUT_NOTICE = "The question is longer than the model reads: only its beginning was compared with the code."


@dataclass(frozen=True, slots=True)
class Source:
    """What an answer was made from; "bundled" and "packaged" where the Hub was not used.

    The addresses are where people can look at it, or ""; `fallback_reason` says why better was not used, or is "".
    `situations` is how many lead from a question to a passage; with 0, sentence similarity is all there is.
    `is_remote` is whether questions are sent to another machine, which runs the model.
    """

    title: str
    complete: bool
    dataset: str
    dataset_revision: str
    model: str
    model_revision: str
    dataset_url: str = ""
    model_url: str = ""
    fallback_reason: str = ""
    situations: int = 0
    is_remote: bool = False


@dataclass(frozen=True, slots=True)
class AnswerPassage:
    """A passage to show. `highlight` is the closest of its sentences; `relevance` a calibrated probability,
    0 to 1, that a careful person would show it; `because` the nearest known situation that leads to it."""

    passage: Passage
    highlight: str
    relevance: float
    because: str | None


@dataclass(frozen=True, slots=True)
class Answer:
    """What is shown to somebody who asked. `passages` are ranked, and filled whatever the coverage."""

    question: str
    coverage: str
    message: str
    notice: str | None
    passages: tuple[AnswerPassage, ...]
    source: Source


@dataclass(frozen=True, slots=True)
class FullText:
    """The whole code and where it comes from."""

    code: Code
    source: Source


@dataclass(frozen=True, slots=True)
class Cautions:
    """Sentences of caution about how well a question could be read, or None."""

    cut: str | None = None
    language: str | None = None


def coverage(found: SearchResult) -> str:
    """COVERED, UNCLEAR or NOT_COVERED."""
    if found.in_scope >= found.bands.covered:
        return COVERED
    return NOT_COVERED if found.in_scope < found.bands.not_covered else UNCLEAR


def compose(question: str, found: SearchResult, limit: int, source: Source, cautions: Cautions = Cautions()) -> Answer:
    """The answer to `question` with at most `limit` passages."""
    band = coverage(found)
    if cautions.language and band == NOT_COVERED:
        # What the model cannot read, it cannot call silent.
        band = UNCLEAR
    return Answer(
        question=question,
        coverage=band,
        message=MESSAGES[band],
        notice=" ".join(filter(None, (cautions.language, cautions.cut))) or None,
        passages=tuple(
            AnswerPassage(match.passage, match.sentence, match.relevance, match.situation)
            for match in found.matches[: min(limit, MAX_LIMIT)]
        ),
        source=source,
    )
