"""Answers as HTML in which nothing untrusted is live."""

import re

import pytest

from conduct.answering.answer import Answer, AnswerPassage, FullText, Source
from conduct.messages import Message
from conduct.text.code import parse
from conduct.web import render
from conduct.web.translations import words
from tests.factories import MATCHES, SOURCE

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)> {{7*7}} ${7*7} `x` [a](javascript:b)"


def answer(coverage: str, **changes: object) -> Answer:
    """An answer with two passages."""
    passages = tuple(passage(id=match.passage.id, text=match.passage.text) for match in MATCHES[:2])
    plain = Answer(question="q", coverage=coverage, message="Message.", notice=None, passages=passages, source=SOURCE)
    return plain.model_copy(update=changes)


def passage(**changes: object) -> AnswerPassage:
    """A passage of an answer."""
    plain = {"id": "p-1", "section": "P", "text": "Text 1.", "highlight": "Text 1.", "relevance": 0.5, "because": None}
    return AnswerPassage(**plain | changes)


def changed(**changes: object) -> Source:
    """SOURCE with other values."""
    return SOURCE.model_copy(update=changes)


@pytest.mark.parametrize(("coverage", "folded"), [("covered", False), ("unclear", False), ("not_covered", True)])
def test_cards_are_folded_away_only_where_the_code_is_silent(coverage: str, folded: bool):
    """They stay one press away."""
    html = render.render_answer(answer(coverage))
    assert ("<details" in html) is folded
    assert html.count("<blockquote") == 2
    assert 'id="conduct-status" tabindex="-1"' in html


def test_the_closest_sentence_is_marked_inside_the_passage():
    """The text around it is whole."""
    shown = passage(text="One & two. Three <4>.", highlight="Three <4>.")
    html = render.render_answer(answer("covered", passages=(shown,)))
    assert "One &amp; two. <mark>Three &lt;4&gt;.</mark></blockquote>" in html


def test_nothing_untrusted_becomes_markup():
    """A published text, a situation, a notice and a title full of tricks all show as text."""
    shown = passage(text=HOSTILE, section=HOSTILE, highlight=HOSTILE, because=HOSTILE)
    hostile = answer("covered", cautions=(Message(HOSTILE),), passages=(shown,))
    code = parse(f"# {'<b>' * 3}\n\n## &lt;script&gt;x&lt;/script&gt;\n\n`<img src=x onerror=y>`\n")
    pages = [
        render.render_answer(hostile, language='"><script>'),
        render.render_error(Message(HOSTILE)),
        render.render_code(FullText.of(code, SOURCE)),
        render.render_footer(changed(dataset=HOSTILE, model=HOSTILE, fallback_reason=HOSTILE)),
    ]
    for html in pages:
        assert not re.search(r"<(script|img)", html)


def test_the_whole_code_has_an_anchor_for_each_passage_and_says_what_is_missing():
    """The address of a passage leads to it."""
    code = parse("---\ncomplete: false\nsource: https://a.b/c\n---\n## A\n\none\n\ntwo\n")
    html = render.render_code(FullText.of(code, SOURCE))
    assert re.findall(r'<p class="conduct-passage" id="([^"]+)"', html) == ["a-1", "a-2"]
    assert html.count("This copy is not complete.") == 1
    assert 'href="https://a.b/c"' in html


def test_headings_nest_as_in_the_source_and_leave_no_level_out():
    """A screen reader's outline: from 3, whatever the source begins with or jumps over."""
    html = render.render_code(
        FullText.of(parse("zero\n\n# A\n\na\n\n### B\n\nb\n\n## C\n\nc\n\n# D\n\nd\n\n## E\n\ne\n"), SOURCE)
    )
    assert re.findall(r"<(h\d) class", html) == ["h3", "h4", "h4", "h3", "h4"]


def test_an_examples_list_is_only_promised_where_the_text_breaks_off_at_one():
    """Another community's incomplete copy may lack anything."""
    ends = {"Examples include:": "This copy ends before the list of examples.", "done.": "This copy is not complete."}
    for last, sentence in ends.items():
        assert sentence in render.render_code(FullText.of(parse(f"---\ncomplete: false\n---\n{last}\n"), SOURCE))


def test_a_failed_example_never_becomes_markup():
    """The examples are ours today, and escaped all the same."""
    assert "<b>" not in render.render_examples("For example", ["<b>x</b>"])


def test_the_footer_links_the_exact_revision_and_says_why_it_is_not_the_newest():
    """The full commit is in the address, eight digits are read."""
    commit = "0123456789abcdef" * 2 + "01234567"
    url = f"https://hub.example/datasets/ada/code/tree/{commit}"
    source = changed(dataset="ada/code", dataset_revision=commit, dataset_url=url, fallback_reason="The Hub is away.")
    html = render.render_footer(source)
    link = f'<a href="{url}" title="{commit}" dir="ltr" rel="noopener noreferrer">01234567</a>'
    assert f"Text: ada/code {link} ·" in html
    assert "The Hub is away.</p>" in html
    assert "found by similar sentences alone" in html
    plain = render.render_footer(changed(dataset="bundled", dataset_revision="bundled", situations=9))
    assert "similar sentences" not in plain
    assert "Text: bundled ·" in plain
    assert "<a " not in plain
    assert plain.count('class="conduct-source"') == 1


def test_the_footer_says_when_questions_leave_this_machine():
    """In the reader's language, and only then."""
    sent = "They are sent to another machine"
    assert sent in render.render_footer(changed(is_remote=True))
    assert sent not in render.render_footer(SOURCE)
    assert "Se envían a otra máquina" in render.render_footer(changed(is_remote=True), words("es"))
