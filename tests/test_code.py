"""From Markdown to passages."""

from pathlib import Path

import pytest

from conduct.code import parse, slug
from conduct.engine import Edition
from conduct.errors import DataError
from conduct.sentences import split_sentences

SOURCE = Path(__file__).parent / "data" / "ambassador_code_of_conduct.txt"


def test_the_bundled_code_has_the_eight_passages_of_the_contract(edition: Edition):
    """Ids are binding: programs and situations name them."""
    assert [passage.id for passage in edition.code.passages] == [
        "preamble-1",
        "diversity-equity-inclusion-1",
        "diversity-equity-inclusion-2",
        "diversity-equity-inclusion-3",
        "diversity-equity-inclusion-4",
        "learning-and-growing-1",
        "approach-everything-with-an-open-mind-1",
        "unacceptable-behaviors-1",
    ]


def test_the_bundled_text_is_the_source_word_for_word(edition: Edition):
    """Headings and passages put together again are the text that we were given, character for character."""
    parts = []
    for section in edition.code.sections:
        parts += [section.title] if section.level else []
        parts += [passage.text for passage in section.passages]
    assert "\n\n".join(parts) == SOURCE.read_text(encoding="utf-8").rstrip("\n")


def test_the_bundled_copy_says_that_it_is_not_complete(edition: Edition):
    """The list after "Examples include:" is missing, and nobody made one up."""
    assert edition.code.complete is False
    assert edition.code.passages[-1].text.endswith("Examples include:")
    assert edition.code.url.startswith("https://huggingface2.notion.site/")


def test_sentences_stand_in_their_passage(edition: Edition):
    """Each sentence is a part of its passage, and nothing is lost between them but spaces."""
    for passage in edition.code.passages:
        assert "".join(passage.text.split()) == "".join("".join(passage.sentences).split())
        assert all(sentence in passage.text for sentence in passage.sentences)


def test_a_list_item_brings_the_sentence_that_introduces_it():
    """An item makes no sense without "Examples include:"; it is found by its own words."""
    code = parse("# C\n\n## No\n\nWe mind. Examples include:\n\n- shouting\n- *spitting* at [people](http://x.y)\n")
    assert [(p.id, p.text) for p in code.passages] == [
        ("no-1", "We mind. Examples include:"),
        ("no-2", "Examples include:\nshouting"),
        ("no-3", "Examples include:\nspitting at people"),
    ]
    assert code.passages[1].sentences == ("shouting",)


def test_a_list_without_an_introduction_stands_alone():
    """Only a sentence that ends in a colon introduces."""
    assert [p.text for p in parse("Be kind.\n\n- Listen\n").passages] == ["Be kind.", "Listen"]


def test_front_matter_names_title_source_and_completeness():
    """What the front matter says goes before the first heading."""
    code = parse("---\ntitle: Ours\nsource: https://a.b/c\ncomplete: false\n---\n# Theirs\n\nText.\n")
    assert (code.title, code.url, code.complete) == ("Ours", "https://a.b/c", False)


def test_a_source_that_is_no_web_address_is_left_out():
    """A link on the page must not run a script."""
    assert parse("---\nsource: javascript:alert(1)\n---\nText.").url is None


def test_repeated_headings_have_ids_of_their_own():
    """An id names one passage."""
    code = parse("## A\n\none\n\n## A\n\ntwo\n\n## 🌍\n\nthree\n")
    assert [p.id for p in code.passages] == ["a-1", "a-2-1", "section-1"]


def test_windows_line_ends_and_a_byte_order_mark_change_nothing():
    """Texts come from all kinds of editors."""
    assert parse("\ufeff## A\r\n\r\none\r\ntwo\r\n").passages == parse("## A\n\none\ntwo\n").passages


@pytest.mark.parametrize(
    ("heading", "expected"),
    [
        ("Diversity, Equity & Inclusion", "diversity-equity-inclusion"),
        ("Approach  Everything", "approach-everything"),
        ("हमारा वचन", "हमारा-वचन"),
        ("!!!", "section"),
    ],
)
def test_slugs(heading: str, expected: str):
    """Lower case; every run of anything but letters and digits is one hyphen."""
    assert slug(heading) == expected


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("One. Two! Three? Four", ("One.", "Two!", "Three?", "Four")),
        ("A reason! Give it.", ("A reason!", "Give it.")),
        ("Version 2.0 is out. See e.g. the notes.", ("Version 2.0 is out.", "See e.g. the notes.")),
        ('He said "no." Then left.', ('He said "no."', "Then left.")),
        ("你好。再见。", ("你好。", "再见。")),
        ("", ()),
    ],
)
def test_sentences(text: str, sentences: tuple):
    """Sentences end where a reader would end them."""
    assert split_sentences(text) == sentences


@pytest.mark.parametrize(
    ("markdown", "reason"),
    [
        ("", "no paragraph"),
        ("# Only a heading\n", "no paragraph"),
        ("---\na: [\n---\ntext", "not valid YAML"),
        ("---\na: &a [x]\nb: *a\n---\ntext", "anchors"),
        ("x" * 200_001, "200,000 characters"),
    ],
)
def test_what_is_no_code_of_conduct_is_refused_in_a_sentence(markdown: str, reason: str):
    """One sentence says what is wrong and what to do."""
    with pytest.raises(DataError, match=reason):
        parse(markdown)
