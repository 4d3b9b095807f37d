"""Answers as HTML in which nothing untrusted is markup."""

import re
from datetime import date
from html import escape, unescape

import pytest

from conduct.answering.answer import HELPLINE, SELFHARM_NOTICE, About, Answer, AnswerPassage, NextStep, Source
from conduct.answering.full_text import FullText
from conduct.dataset.next_steps import Step
from conduct.messages import Message
from conduct.text.code import parse
from conduct.web import render
from conduct.web.translations import LANGUAGES, Translator, translator_for
from conduct.web.wording import EXAMPLES
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
def test_cards_are_folded_away_where_the_code_is_silent(coverage: str, folded: bool):
    """One click shows them."""
    html = render.render_answer(answer(coverage))
    assert ("<details" in html) is folded
    assert html.count("<blockquote") == 2
    assert 'id="conduct-status" tabindex="-1"' in html


def folded(html: str) -> list[str]:
    """Ids of the cards that are folded away."""
    return re.findall(r'data-passage="([^"]+)"', html.partition("<details")[2])


def test_a_second_card_stands_open_only_from_a_relevance_on():
    """One click shows the others, with their ranks."""
    cards = tuple(passage(id=f"p-{n}", relevance=relevance) for n, relevance in ((1, 0.01), (2, 0.2), (3, 0.199)))
    html = render.render_answer(answer("covered", passages=cards))
    assert folded(html) == ["p-3"]
    assert "<summary>Less close</summary>" in html
    assert "3 of 3" in html
    assert "1 of 1" not in render.render_answer(answer("covered", passages=cards[:1]))


def test_no_card_asks_the_one_who_was_hurt_for_patience():
    """For a grave question it is folded away, at any rank."""
    asks = passage(id="asks-1", text="Give each other the benefit of the doubt.", relevance=0.9)
    grave = answer("covered", care="grave", passages=(asks, passage()))
    assert folded(render.render_answer(grave)) == ["asks-1"]
    assert folded(render.render_answer(grave.model_copy(update={"care": None}))) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_somebody_who_may_want_to_die_reads_where_help_is_before_anything_else(language: str):
    """With a link, in each language, and no card is open."""
    translator = translator_for(language)
    notice = Message(SELFHARM_NOTICE, {"helpline": HELPLINE})
    html = render.render_answer(answer("unclear", care="selfharm", cautions=(notice,)), translator=translator)
    help_text = html.partition('<p class="conduct-status"')[0]
    assert (
        '<a href="https://findahelpline.com" target="_blank" rel="noopener noreferrer">findahelpline.com</a>'
        in help_text
    )
    assert unescape(re.sub("<[^>]*>", "", help_text.partition('conduct-help">')[2])).strip() == translator.say(notice)
    assert "conduct-notice" not in html
    assert folded(html) == ["p-1", "p-2"]


def test_what_to_do_comes_first_under_a_grave_question_and_last_else():
    """In the embed as well; translated if there is a translation."""
    step = NextStep(text="Tell a friend.", step=Step(("grave",), {"en": "Tell a friend.", "es": "Cuéntalo."}))
    html = render.render_answer(
        answer("covered", care="grave", next_steps=(step,)), translator=translator_for("es"), full_page="./"
    )
    assert html.index("Cuéntalo.") < html.index("<blockquote")
    html = render.render_answer(answer("covered", next_steps=(step,)))
    assert html.index("Tell a friend.") > html.index("<blockquote")
    assert "How to ask" in render.render_answer(answer("not_covered", next_steps=(step,)))
    assert "How to ask" not in render.render_answer(answer("not_covered", care="grave", next_steps=(step,)))


def test_a_card_says_where_the_list_is_missing():
    """Only at the end of an incomplete copy, with a link to the original."""
    cut = answer("covered", passages=(passage(text="Examples include:"),), source=changed(complete=False))
    html = render.render_answer(cut, original="https://a.b/c")
    assert 'The list that follows is missing in this copy. <a href="https://a.b/c"' in html
    assert "is missing" not in render.render_answer(cut.model_copy(update={"source": SOURCE}))


def test_an_example_is_said_to_be_ours():
    """It must not look like a report of a real person."""
    html = render.render_answer(answer("covered", passages=(passage(because="x < y"),)))
    assert 'An example written for this app, not a report: <bdi lang="en">x &lt; y</bdi></p>' in html


def test_buttons_and_links_of_a_card_name_its_section():
    """For screen readers, which read them one by one."""
    html = render.render_answer(answer("covered"))
    assert html.count('aria-describedby="conduct-card-2"') == 3
    assert '<h3 id="conduct-card-2"' in html


def test_the_closest_sentence_is_marked_inside_the_passage():
    """The rest of the passage is not changed."""
    shown = passage(text="One & two. Three <4>.", highlight="Three <4>.")
    html = render.render_answer(answer("covered", passages=(shown,)))
    assert "One &amp; two. <mark>Three &lt;4&gt;.</mark></blockquote>" in html


@pytest.mark.parametrize("full_page", ["", "./"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_an_answer_says_once_what_the_mark_means_and_that_a_not_is_not_understood(language: str, full_page: str):
    """In visible words, before the first card; on the page and in the embed."""
    translator = translator_for(language)
    html = unescape(render.render_answer(answer("covered"), translator=translator, full_page=full_page))
    for sentence in (
        "Passages are found by topic; a “not” in a question is not understood.",
        "Marked is the sentence closest to the question.",
    ):
        assert html.count(translator(sentence)) == 1
        assert html.index(translator(sentence)) < html.index("<blockquote")
        assert language == "en" or translator(sentence) != sentence


def test_nothing_untrusted_becomes_markup():
    """A published text, a situation, a notice and a title with markup are all shown as text."""
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
    """For the outline in screen readers: from level 3, whatever levels the source begins with or skips."""
    html = render.render_code(
        FullText.of(parse("zero\n\n# A\n\na\n\n### B\n\nb\n\n## C\n\nc\n\n# D\n\nd\n\n## E\n\ne\n"), SOURCE)
    )
    assert re.findall(r"<(h\d) class", html) == ["h3", "h4", "h4", "h3", "h4"]


def test_an_examples_list_is_only_promised_where_the_text_breaks_off_at_one():
    """In another community's copy, anything may be missing."""
    ends = {"Examples include:": "This copy ends before the list of examples.", "done.": "This copy is not complete."}
    for last, sentence in ends.items():
        assert sentence in render.render_code(FullText.of(parse(f"---\ncomplete: false\n---\n{last}\n"), SOURCE))


def test_a_failed_example_never_becomes_markup():
    """The examples are our own, but escaped all the same."""
    html = render.render_examples(Translator("de", {EXAMPLES[0]: "<b>x</b>"}))
    assert "<b>" not in html
    assert "&lt;b&gt;x" in html


@pytest.mark.parametrize("name", LANGUAGES)
def test_the_examples_are_in_the_visitors_language(name: str):
    """On the page and in its first HTML, where a click asks them."""
    translator = translator_for(name)
    html, first = render.render_examples(translator), render.render_first("", translator)
    for example in EXAMPLES:
        assert f'dir="auto">{escape(translator(example))}</button>' in html
        assert f'value="{escape(translator(example))}" dir="auto">{escape(translator(example))}</button>' in first
    for part in (html, first):
        assert f'lang="{name}" dir="{translator.direction}"' in part


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
    assert "Text: the copy that comes with this app ·" in plain
    assert "Model: the one that comes with this app ·" in plain
    assert "<a " not in plain
    assert plain.count('class="conduct-source"') == 1


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "(as of November 22, 2026)"),
        ("es", "(a 22 de noviembre de 2026)"),
        ("fr", "(état au 22 novembre 2026)"),
        ("pt", "(versão de 22 de novembro de 2026)"),
        ("de", "(Stand: 22. November 2026)"),
        ("id", "(per 22 November 2026)"),
        ("hi", "(22 नवंबर 2026 की स्थिति)"),
        ("ar", "(بتاريخ 22 نوفمبر 2026)"),
        ("zh", "（截至2026年11月22日）"),
        ("ja", "（2026年11月22日時点）"),
        ("ru", "(по состоянию на 22 ноября 2026\u202fг.)"),
    ],
)
def test_the_footer_says_as_of_when_the_text_is_and_nothing_where_that_is_not_known(language: str, said: str):
    """In the reader's language, after the text and its revision; without internal names of sources."""
    html = render.render_footer(changed(day=date(2026, 11, 22)), translator_for(language))
    assert f" {said} · " in html.partition('class="conduct-source"')[2]
    assert "2026" not in render.render_footer(SOURCE, translator_for(language))
    assert not re.search(r"\b(bundled|packaged)\b", html)


def test_the_footer_says_when_questions_leave_this_machine():
    """In the reader's language, and only then."""
    sent = "They are sent to another machine"
    assert sent in render.render_footer(changed(is_remote=True))
    assert sent not in render.render_footer(SOURCE)
    assert "Se envían a otra máquina" in render.render_footer(changed(is_remote=True), translator_for("es"))


def drafted(coverage: str = "covered", text: str = "First & last. <b>Second</b>! Rest.") -> Answer:
    """A draft whose second sentence led to two passages, and whose first led to one of them as well."""
    first, second = About(text=text[:13], start=0, end=13), About(text=text[14:28], start=14, end=28)
    return answer(
        coverage,
        question=text,
        passages=(passage(about=second, about_others=(first,)), passage(id="p-2", about=second, relevance=0.4)),
    )


def test_a_draft_is_shown_with_its_marks_and_each_leads_to_its_passages_and_back():
    """By numbers, not by colour; nothing of the text is markup."""
    html = render.render_answer(drafted())
    one, two = (
        f'<sup><a class="conduct-jump" href="#conduct-card-{n}" aria-label="Passage {n}">{n}</a></sup>' for n in (1, 2)
    )
    assert f'<mark id="conduct-words-1" tabindex="-1">First &amp; last.{one}</mark> ' in html
    assert f'<mark id="conduct-words-2" tabindex="-1">&lt;b&gt;Second&lt;/b&gt;!{one}{two}</mark> Rest.</div>' in html
    card = html.partition('id="conduct-card-1" tabindex="-1"')[2].partition("</li>")[0]
    assert re.findall(r'href="#(conduct-words-\d)"><bdi>([^<]+)</bdi>', card) == [
        ("conduct-words-2", "“&lt;b&gt;Second&lt;/b&gt;!”"),
        ("conduct-words-1", "“First &amp; last.”"),
    ]
    assert "Your text was read sentence by sentence" in html
    assert "people decide" in html


def test_a_draft_that_the_code_is_silent_on_has_no_mark():
    """The folded passages name the sentences."""
    html = render.render_answer(drafted("not_covered"))
    assert 'id="conduct-words-' not in html
    assert 'href="#conduct-words-' not in html
    assert "Your text was read sentence by sentence" in html
    assert "In your text: " in html


def test_a_draft_offers_no_link_and_a_question_shows_no_text_of_its_own():
    """The page hides its share button by this; the embed's link to the full page leaves the draft out."""
    assert ('data-state="covered" data-draft' in render.render_answer(drafted())) is True
    plain = render.render_answer(answer("covered"))
    assert not any(part in plain for part in ("data-draft", "conduct-pasted", "conduct-about", "conduct-jump"))
    embeds = [
        render.render_embed("", "a draft", "auto", 3, translator_for("en"), verdict="", is_draft=draft)
        for draft in (True, False)
    ]
    assert ['href="./"' in embed for embed in embeds] == [True, False]
    assert ["q=a+draft" in embed for embed in embeds] == [False, True]
