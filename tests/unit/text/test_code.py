"""From Markdown to passages."""

from datetime import date
from pathlib import Path

import pytest

from conduct.answering.dataset_revision import DatasetRevision
from conduct.errors import DataError
from conduct.text.code import parse, slug

SOURCE = Path(__file__).parents[2] / "data" / "ambassador_code_of_conduct.txt"


def test_the_bundled_code_has_the_eight_passages_of_the_contract(dataset: DatasetRevision):
    """Ids are binding: programs and situations name them."""
    assert [passage.id for passage in dataset.code.passages] == [
        "preamble-1",
        "diversity-equity-inclusion-1",
        "diversity-equity-inclusion-2",
        "diversity-equity-inclusion-3",
        "diversity-equity-inclusion-4",
        "learning-and-growing-1",
        "approach-everything-with-an-open-mind-1",
        "unacceptable-behaviors-1",
    ]


def test_the_bundled_text_is_the_source_word_for_word(dataset: DatasetRevision):
    """Headings and passages put together again are the text that we were given, character for character."""
    parts = []
    for section in dataset.code.sections:
        parts += [section.title] if section.level else []
        parts += [passage.text for passage in section.passages]
    assert "\n\n".join(parts) == SOURCE.read_text(encoding="utf-8").rstrip("\n")


def test_the_bundled_copy_says_that_it_is_not_complete(dataset: DatasetRevision):
    """The list after "Examples include:" is missing, and nothing was invented for it."""
    assert dataset.code.complete is False
    assert dataset.code.passages[-1].text.endswith("Examples include:")
    assert dataset.code.url.startswith("https://huggingface2.notion.site/")


def test_sentences_stand_in_their_passage(dataset: DatasetRevision):
    """Each sentence is a part of its passage, and only white space is lost between them."""
    for passage in dataset.code.passages:
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
    """Only a sentence that ends in a colon introduces a list."""
    assert [p.text for p in parse("Be kind.\n\n- Listen\n").passages] == ["Be kind.", "Listen"]


def test_front_matter_names_title_source_and_completeness():
    """A text before the first heading is kept as well."""
    code = parse("---\ntitle: Ours\nsource: https://a.b/c\ncomplete: false\n---\n# Theirs\n\nText.\n")
    assert (code.title, code.url, code.complete) == ("Ours", "https://a.b/c", False)


def test_the_title_opens_no_section_and_a_section_of_its_name_does():
    """A top-level heading, or one that names itself, is the title; a lower one that happens to be the same is not."""
    assert parse("# Ours\n\nText.").passages[0].id == "preamble-1"
    assert parse("## Our Code of Conduct\n\nText.").passages[0].id == "preamble-1"
    assert parse("---\ntitle: Ours\n---\n## Ours\n\nText.").passages[0].id == "ours-1"


def test_a_source_that_is_no_web_address_is_left_out():
    """A link on the page must not run a script."""
    assert parse("---\nsource: javascript:alert(1)\n---\nText.").url is None


def test_repeated_headings_have_ids_of_their_own():
    """An id names one passage."""
    code = parse("## A\n\none\n\n## A\n\ntwo\n\n## 🌍\n\nthree\n")
    assert [p.id for p in code.passages] == ["a-1", "a-2-1", "section-1"]
    assert [p.id for p in parse("## A\n\n1\n\n## A 2\n\n2\n\n## A\n\n3\n").passages] == ["a-1", "a-2-1", "a-3-1"]
    assert [p.id for p in parse("## Preamble\n\none\n").passages] == ["preamble-1"]
    assert [p.id for p in parse("zero\n\n## Preamble\n\none\n").passages] == ["preamble-1", "preamble-2-1"]


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
        ("❤️ Care", "care"),
        ("❤️", "section"),
        ("1️⃣ First", "1-first"),
        ("Cafe\u0301 rules", "caf\u00e9-rules"),
        ("long " * 100, "-".join(["long"] * 20)),
    ],
)
def test_slugs(heading: str, expected: str):
    """Lower case; every run of anything but letters and digits is one hyphen, however an accent is typed."""
    assert slug(heading) == expected


@pytest.mark.parametrize(
    ("markdown", "title"),
    [
        ("# Ours\n\nText.", "Ours"),
        ("Text.\n\n# Ours\n\nText.", "Ours"),
        ("Our Rules\n=========\n\nText.", "Our Rules"),
        ("<h1 align='center'>Ours &amp; yours</h1>\n\nText.", "Ours & yours"),
        ("## Code of Conduct of the Tea Club\n\n## Rules\n\nText.", "Code of Conduct of the Tea Club"),
        ("**Tea Club Community Guidelines:**\n\nText.", "Tea Club Community Guidelines"),
        ("## Rules\n\nText.", "Code of Conduct"),
        ("Text.", "Code of Conduct"),
        ("---\ntitle: 2024-99-99\n---\n# Ours\n\nText.", "2024-99-99"),
        ('+++\ntitle = "TOML"\n+++\n# Ours\n\nText.', "TOML"),
        ("---\ntitle: [a, b]\n---\n# Ours\n\nText.", "Ours"),
    ],
)
def test_the_title_comes_from_the_front_matter_or_from_the_text(markdown: str, title: str):
    """A top-level heading, or a first line that calls itself a code of conduct."""
    assert parse(markdown).title == title


@pytest.mark.parametrize(
    ("markdown", "reason"),
    [
        ("", "no paragraph"),
        ("# Only a heading\n", "no paragraph"),
        ("---\na: [\n---\ntext", "not valid YAML"),
        ("---\na: &a [x]\nb: *a\n---\ntext", "anchors"),
        ("x" * 200_001, "200,000 characters"),
        ("#\n" * 10**6, "200,000 characters"),
        ("# a\n" * 4_000 + "text", "3,000 headings and passages, and this text has more"),
        ("- Be kind.\n" * 4_000, "3,000 headings and passages"),
        ("No. " * 12_000, "10,000 sentences, and this text has more"),
        (">" * 200 + " text", "too deeply"),
        ("---\nt: " + "[" * 10_000 + "\n---\ntext", "not valid YAML"),
        ("---\nt: " + "{a: " * 4_000 + "\n---\ntext", "not valid YAML"),
        ("---\na: " + "x" * 20_000 + "\n---\ntext", "front matter may have 20,000 characters"),
        ("+++\na = \n+++\ntext", "not valid TOML"),
        ("+++\na = " + "[" * 10_000 + "\n+++\ntext", "not valid TOML"),
        ("&nbsp;\n\n\u200b\n\n- &nbsp;\n", "no paragraph"),
    ],
)
def test_what_is_no_code_of_conduct_is_refused_in_a_sentence(markdown: str, reason: str):
    """It says what is wrong and what to do."""
    with pytest.raises(DataError, match=reason):
        parse(markdown)


def test_a_bomb_of_yaml_anchors_is_refused():
    """Ten lines that would expand to a billion words."""
    bomb = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 30))
    with pytest.raises(DataError, match="anchors"):
        parse(f"---\n{bomb}title: *a29\n---\ntext")


def test_words_between_two_rules_are_no_front_matter():
    """They are a part of the text."""
    assert [p.text for p in parse("---\nBe kind.\n\n---\n\nAnd fair.").passages][-1] == "And fair."
    assert "Be kind." in str(parse("---\nBe kind.\n\n---\n\nAnd fair.").passages)
    assert parse("---\n---\ntext").passages[0].text == "text"


def test_a_longer_introduction_is_not_repeated_before_each_item():
    """Otherwise a text of 100,000 characters could become passages of as many megabytes."""
    lead = "x" * 1_001 + ":"
    assert [p.text for p in parse(f"{lead}\n\n- a\n").passages] == [lead, "a"]
    assert [p.text for p in parse(f"{lead[2:]}\n\n- a\n").passages] == [f"{lead[2:]}\na"]


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("date: 2026-11-22", date(2026, 11, 22)),
        ("date: 2020-01-01\nupdated: '2026-11-22T10:00:00Z'", date(2026, 11, 22)),
        ("lastmod: soon\ndate: 2026-11-22", date(2026, 11, 22)),
        ("date: 22.11.2026", None),
        ("date: [2026-11-22]", None),
        ("title: A", None),
    ],
)
def test_the_day_of_a_text_is_its_front_matters(written: str, day: date | None):
    """The date of the last change is preferred; nothing is guessed."""
    assert parse(f"---\n{written}\n---\nBe kind.\n").day == day
    assert parse("+++\ndate = 2026-11-22\n+++\nBe kind.\n").day == date(2026, 11, 22)
