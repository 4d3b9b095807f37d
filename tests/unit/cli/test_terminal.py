"""An answer in a terminal."""

from conduct.answering.answer import About, Answer, AnswerPassage, NextStep
from conduct.cli.terminal import readable
from tests.factories import SOURCE


def answer(text: str, highlight: str, coverage: str = "covered") -> Answer:
    """An answer with one passage."""
    shown = AnswerPassage(
        id="some-1", section="Some", text=text, highlight=highlight, relevance=0.876, because="a known situation"
    )
    return Answer(
        question="May I?",
        coverage=coverage,
        message="The message.",
        notice="The notice.",
        passages=(shown,),
        source=SOURCE.model_copy(update={"title": "The Code", "complete": False}),
    )


def test_what_is_printed():
    """The message, the notice, the passage with its section, what led to it, and that the copy is cut."""
    assert readable(answer("One. Two.", "Two.")).split("\n") == [
        "The message.",
        "The notice.",
        "",
        "1. Some  (some-1, relevance 0.88)",
        "   One. Two.",
        "   An example written for this app: a known situation",
        "",
        "The Code: this copy ends before the original does.",
        "",
    ]


def test_the_question_leads_among_many_and_what_is_silent_is_said():
    """A passage after "does not speak" must not look like an answer."""
    lines = readable(answer("One.", "One.", "not_covered"), asked=True).split("\n")
    assert lines[:4] == ["> May I?", "The message.", "The notice.", "The closest passages, for reading on:"]


def test_the_closest_sentence_is_bold_across_lines():
    """Only on request, since a file is not a terminal."""
    said = readable(answer("One two three four. Five six.", "three four. Five"), width=20, bold=True)
    assert "   One two \x1b[1mthree\n   four. Five\x1b[22m six." in said


def test_no_line_is_longer_than_the_terminal():
    """Nor longer than a comfortable width."""
    said = readable(answer("word " * 100, "word"), width=40)
    assert max(len(line) for line in said.split("\n") if line.startswith("   ")) <= 40
    assert max(map(len, readable(answer("word " * 100, "word"), width=500).split("\n"))) <= 88


def test_texts_cannot_steer_the_terminal():
    """Escapes, bells and direction marks become spaces."""
    said = readable(answer("One\x1b[2J \x07two\u202e.", "x"), asked=True)
    assert "   One [2J  two ." in said
    assert "\x1b" not in said


def test_the_lines_of_a_draft_stand_beside_the_passages():
    """With their numbers in the file, which may begin with empty lines."""
    text = "Hi all,\n\nThey laughed\nat her. \x1b[31mBye."
    about = (About(text=text[9:29], start=9, end=29), About(text=text[30:], start=30, end=len(text)))
    plain = answer("One.", "One.")
    shown = plain.passages[0].model_copy(update={"about": about[0], "about_others": about[1:]})
    lines = readable(plain.model_copy(update={"question": text, "passages": (shown,)}), lines_above=2).split("\n")
    at = lines.index("1. Some  (some-1, relevance 0.88)")
    assert lines[at + 1 : at + 4] == ["   lines 5-6: “They laughed at her.”", "   line 6: “ [31mBye.”", "   One."]
    assert "Your text was read sentence by sentence" in lines[2]


def test_where_help_is_stands_before_the_verdict_and_what_to_do_before_the_passages():
    """In a terminal, too, for somebody who may want to die."""
    plain = answer("One.", "One.")
    steps = (NextStep(text="Tell a friend."),)
    hurt = readable(plain.model_copy(update={"care": "grave", "next_steps": steps})).split("\n")
    assert hurt.index("The message.") < hurt.index("   - Tell a friend.") < hurt.index("   One.")
    dying = readable(plain.model_copy(update={"care": "selfharm", "next_steps": steps})).split("\n")
    assert dying[:2] == ["The notice.", "The message."]
    assert dying.index("   - Tell a friend.") < dying.index("The closest passages, for reading on:")
