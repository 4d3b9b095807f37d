"""Results for a chat: untrusted text is shown, letter for letter, and has no effect."""

import re

import pytest
from markdown_it import MarkdownIt

from conduct.answering.answer import About, Answer, AnswerPassage, NextStep
from conduct.api.markdown import answer_markdown, escaped
from tests.factories import SOURCE

HOSTILE = [
    "![track](https://evil.test/?q=1) [click](https://evil.test)",
    "<img src=x onerror=alert(1)> <https://evil.test> &lt;b&gt;",
    "# heading\n- item\n1. one\n> quote\n***\n```code```\n| a | b |",
    "*stars* _lines_ `ticks` ~~struck~~ \\ back\\slash [^1]",
    "see https://evil.test and www.evil.test and mail a@evil.test",
    "=====\n+ plus\n2) two\n\tindented",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_untrusted_text_is_shown_and_does_nothing(text: str):
    """It is one paragraph of plain text and line breaks: no link, picture or markup, even where addresses are
    linked."""
    html = MarkdownIt("gfm-like").render(escaped(text)).strip()
    assert html.startswith("<p>")
    assert html.endswith("</p>")
    assert set(re.findall(r"<(\w+)", html)) <= {"p", "br"}
    shown = html[3:-4].replace("<br>\n", "\n").replace("<br />\n", "\n")
    for entity, letter in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&amp;", "&")):
        shown = shown.replace(entity, letter)
    assert shown == text.replace("\n\t", "\n")


def answer(text: str, highlight: str, coverage: str = "covered") -> Answer:
    """An answer with one passage."""
    passage = AnswerPassage(id="x-1", section="X & [Y]", text=text, highlight=highlight, relevance=0.5, because="a*b")
    source = SOURCE.model_copy(update={"complete": False})
    return Answer(question="q", message="M.", notice="N.", coverage=coverage, passages=(passage,), source=source)


def test_the_closest_sentence_is_bold_in_a_quote():
    """With its section, its id and the situation that led to it."""
    assert answer_markdown(answer("One. Two_2.\nThree.", "Two_2.")) == (
        "**M.**\n\nN.\n\n> X & \\[Y\\], `x-1`\n>\n> One. **Two\\_2.**\\\n> Three.\n\n"
        "An example written for this app: a\\*b\n\n*T* (this copy ends before the original does)"
    )


def test_where_no_space_parts_sentences_nothing_is_bold():
    """Markdown would show the asterisks."""
    assert "> 一。二。三。\n" in answer_markdown(answer("一。二。三。", "二。"))


def test_what_the_code_is_silent_on_shows_no_passage():
    """As on the page."""
    assert answer_markdown(answer("One.", "One.", "not_covered")) == (
        "**M.**\n\nN.\n\n*T* (this copy ends before the original does)"
    )


def test_the_words_of_a_draft_stand_under_the_passage_that_they_led_to():
    """They are untrusted as well."""
    about = About(text="See [this](https://a.example)!", start=0, end=30)
    plain = answer("One.", "One.")
    shown = plain.passages[0].model_copy(update={"about": about})
    text = answer_markdown(plain.model_copy(update={"passages": (shown,)}))
    assert "\n\nFrom the draft: See \\[this\\](https\\://a.example)\\!\n\n" in text


def test_where_help_is_stands_before_the_verdict_and_what_to_do_before_the_passages():
    """In a chat, too, for somebody who may want to die; no passage then, and no example."""
    plain = answer("One.", "One.")
    steps = (NextStep(text="Tell a friend.", url="https://a.example"),)
    hurt = answer_markdown(plain.model_copy(update={"care": "grave", "next_steps": steps}))
    assert hurt.index("**M.**") < hurt.index("- Tell a friend. <https://a.example>") < hurt.index("> **One.**")
    dying = answer_markdown(plain.model_copy(update={"care": "selfharm", "next_steps": steps}))
    assert dying.startswith("N.\n\n**M.**\n\nWhat to do next (suggestions, not part of the code):\n\n- Tell a friend.")
    assert "> " not in dying
    assert "An example" not in dying
