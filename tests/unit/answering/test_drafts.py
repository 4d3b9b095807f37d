"""Drafts, from the text that was pasted to the answer, with an encoder that a reader can compute by hand."""

import pytest

from conduct.answering.engine import Engine
from tests.fakes import word_engine

TWO = "No accent here. What now?"
THREE = "We met at noon. They laugh at his accent. Then we had pizza."
LONG = " ".join(["We met at noon and talked about the next release for a while."] * 8)


@pytest.fixture(scope="module")
def words(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """An engine on a text of one passage about accents."""
    return word_engine(tmp_path_factory.mktemp("words"))


@pytest.mark.parametrize("question", ["They laugh at his accent", TWO])
def test_a_question_is_read_whole_as_ever(words: Engine, question: str):
    """One text goes to the model, and no part of it is named."""
    encoder = words.answerer().encoder._encoder
    encoder.calls.clear()
    answer = words.ask(question)
    assert encoder.calls == [[question]]
    assert answer.passages[0].about is None


def test_a_short_text_of_several_sentences_keeps_its_answer_and_says_what_led_there(words: Engine):
    """The result of the whole text, and the sentence, in characters of the question."""
    answer = words.ask(f"  {THREE}\n")
    whole = words.answerer().index.search([THREE], words.answerer().encoder)[0]
    assert answer.passages[0].relevance == whole.matches[0].relevance
    about = answer.passages[0].about
    assert (about.text, about.start, about.end) == ("They laugh at his accent.", 16, 41)
    assert answer.question[about.start : about.end] == about.text


def test_a_short_text_and_its_sentences_are_read_together(words: Engine):
    """In one batch: nobody waits for the whole first, and then for its parts."""
    encoder = words.answerer().encoder._encoder
    encoder.calls.clear()
    words.ask(THREE)
    ((whole, *sentences),) = encoder.calls
    assert whole == THREE
    assert " ".join(sentences) == THREE


@pytest.mark.parametrize(
    "text",
    [
        f"{LONG} They laugh at his accent. {LONG}",
        f"[10:31] bob: {LONG}\n[10:32] anna: They laugh at his accent.\n> quoted pizza",
        f"# Notes\n\n{LONG}\n\n- They laugh at his accent.\n",
    ],
)
def test_a_draft_is_read_sentence_by_sentence(words: Engine, text: str):
    """The sentence is found at any place; quoted text is not read."""
    encoder = words.answerer().encoder._encoder
    encoder.calls.clear()
    about = words.ask(text).passages[0].about
    assert about.text == "They laugh at his accent."
    assert text[about.start : about.end] == about.text
    read = [text for call in encoder.calls for text in call]
    assert "They laugh at his accent." in read
    assert not any("quoted" in text or "anna" in text for text in read)


def test_many_drafts_and_questions_come_back_in_order(words: Engine):
    """A draft between questions, and the same one twice."""
    asked = ["pizza", THREE, "accent", THREE]
    answers = words.ask_many(asked)
    assert [answer.question for answer in answers] == asked
    assert [answer.is_draft for answer in answers] == [False, True, False, True]
    assert answers[1] == answers[3] == words.ask(THREE)
