"""From a search result to an answer."""

from dataclasses import replace

import pytest

from conduct.answering.answer import Cautions, compose, contact_of, steps_for
from conduct.answering.validation import clean_question
from conduct.dataset.next_steps import Step
from conduct.messages import Message
from conduct.ranking.calibration import Bands
from conduct.ranking.index import SearchResult
from conduct.text.code import parse
from conduct.text.draft import Sentence
from tests.factories import MATCHES, SOURCE


def answer(in_scope: float, limit: int = 3):
    """An answer between the bands 0.3 and 0.6."""
    return compose("q", SearchResult(MATCHES, in_scope, Bands(covered=0.6, not_covered=0.3)), limit, SOURCE)


@pytest.mark.parametrize(
    ("in_scope", "coverage", "message"),
    [
        (0.60, "covered", "The code speaks to this."),
        (0.59, "unclear", "The code may not speak to this directly. The closest passages:"),
        (0.30, "unclear", "The code may not speak to this directly. The closest passages:"),
        (0.29, "not_covered", "The code does not speak about this."),
    ],
)
def test_the_bands_decide_the_words(in_scope: float, coverage: str, message: str):
    """A score at a band's border belongs to the upper band."""
    found = answer(in_scope)
    assert (found.coverage, found.message) == (coverage, message)


def test_the_question_in_an_answer_is_a_plain_string():
    """pydantic would copy a subclass of str, and keep it in a cache of thousands of short strings."""
    found = compose(clean_question("q"), SearchResult(MATCHES, 1.0, BANDS), 3, SOURCE)
    assert type(found.question) is str


@pytest.mark.parametrize("limit", [1, 3, 10])
def test_the_limit_cuts_and_keeps_the_order(limit: int):
    """Passages stay ranked, and are there whatever the coverage."""
    assert [shown.id for shown in answer(0.0, limit).passages] == [f"p-{n}" for n in range(1, limit + 1)]


NONE = Cautions()
BANDS = Bands(covered=0.6, not_covered=0.3)
NEAR = tuple(replace(match, situation="an example", nearness=0.82) for match in MATCHES)


def because(question: str = "q", in_scope: float = 1.0, cautions: Cautions = NONE, **changes: object) -> list:
    """The examples that are shown for two near passages."""
    matches = tuple(replace(match, **changes) for match in NEAR[:2])
    answer = compose(question, SearchResult(matches, in_scope, BANDS), 3, SOURCE, cautions)
    return [passage.because for passage in answer.passages]


def test_an_example_is_shown_once_and_only_where_it_is_near():
    """Only beside the first passage of a covered answer."""
    assert because() == ["an example", None]
    assert because(nearness=0.81) == [None, None]
    assert because(in_scope=0.59) == [None, None]


def test_no_example_stands_beside_a_grave_question_a_grave_example_or_a_language_notice():
    """It could hurt, or it was found by words that were not understood."""
    assert because("he hit me") == [None, None]
    assert because(situation="she said he raped her") == [None, None]
    assert because(cautions=Cautions(language=Message("Ask in English."))) == [None, None]


def test_who_is_hurt_is_never_told_that_the_code_is_silent():
    """Coverage keeps its meaning; only the sentence differs."""
    answer = compose("I feel unsafe", SearchResult(MATCHES, 0.0, BANDS), 3, SOURCE)
    assert (answer.coverage, answer.care) == ("not_covered", "grave")
    assert answer.message == "The text may not name this. What you can do comes first."
    assert answer.notice is None


def test_somebody_who_may_want_to_die_is_told_where_help_is_in_each_form():
    """In the notice, before other cautions, with any coverage."""
    for in_scope in (0.0, 0.5, 1.0):
        answer = compose("I want to die", SearchResult(NEAR, in_scope, BANDS), 3, SOURCE, Cautions(cut=Message("Cut.")))
        assert answer.care == "selfharm"
        assert answer.notice.startswith("This app cannot help with that, but somebody can, now: ")
        assert answer.notice.endswith(" at findahelpline.com. Cut.")
        assert answer.open_passages == ()


def test_next_steps_go_by_coverage_and_care_and_name_the_contact_of_the_text():
    """Only if the text has one."""
    steps = (Step(("covered",), {"en": "A"}), Step(("grave",), {"": "B"}), Step(("covered",), {"en": "C {contact}"}))
    assert [step.text for step in steps_for("covered", None, steps)] == ["A"]
    assert [step.text for step in steps_for("covered", "grave", steps)] == ["B"]
    assert [step.text for step in steps_for("covered", None, steps, "a@b.c")] == ["A", "C a@b.c"]
    assert contact_of(parse("Write to conduct-team@example.org, please.")) == "conduct-team@example.org"
    assert contact_of(parse("Write to us.")) == ""


def test_a_passage_says_which_words_of_a_draft_led_to_it():
    """Programs get the strongest sentence, the page also the others; for a short question there is none."""
    first, second = Sentence("One.", 0, 4, "One."), Sentence("*Two.*", 5, 11, "Two.")
    result = SearchResult(MATCHES[:2], 1.0, BANDS)
    drafted = compose("One. *Two.*", result, 3, SOURCE, led_by=[(second, first), (first,)])
    assert [passage.model_dump()["about"] for passage in drafted.passages] == [
        {"text": "*Two.*", "start": 5, "end": 11},
        {"text": "One.", "start": 0, "end": 4},
    ]
    assert [len(passage.all_about) for passage in drafted.passages] == [2, 1]
    assert "about_others" not in drafted.passages[0].model_dump()
    assert drafted.is_draft
    asked = compose("q", result, 3, SOURCE)
    assert [passage.model_dump()["about"] for passage in asked.passages] == [None, None]
    assert not asked.is_draft


def test_a_draft_that_the_code_is_silent_on_is_not_grave_for_a_word():
    """A short question stays grave, and so does a draft about somebody who may want to die."""
    led_by = [(Sentence("he hit me", 0, 9, "he hit me"),)] * len(MATCHES)
    silent, covered = SearchResult(MATCHES, 0.0, BANDS), SearchResult(MATCHES, 1.0, BANDS)
    assert compose("he hit me", silent, 3, SOURCE).care == "grave"
    assert compose("he hit me", silent, 3, SOURCE, led_by=led_by).care is None
    assert compose("he hit me", covered, 3, SOURCE, led_by=led_by).care == "grave"
    assert compose("I want to die", silent, 3, SOURCE, led_by=led_by).care == "selfharm"
