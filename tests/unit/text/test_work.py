"""How much work a text takes, counted: the parser's steps, the blocks, the calls for a heading."""

import threading
from collections import Counter

import pytest
from markdown_it.parser_inline import ParserInline
from markdown_it.rules_block import StateBlock

from conduct.errors import DataError
from conduct.text.boilerplate import is_heading
from conduct.text.code import MAX_CHARACTERS, parse
from tests.unit.text.test_fuzz_text import steps

SIZES = (3_000, 10_000, MAX_CHARACTERS)


def bare_bars(size: int) -> str:
    """A table of 181 columns with empty rows."""
    return ("a|" * 181 + "\n" + "-|" * 181 + "\n" + "|\n" * size)[:size]


def wide_table(size: int) -> str:
    """A table of 2,000 columns."""
    row = "|" + "a|" * 2_000 + "\n"
    return (row + "|" + "-|" * 2_000 + "\n" + row * 100)[:size]


# Each was accepted, or refused after minutes, while the work was quadratic in the length.
FAMILIES = {
    "bare bars": bare_bars,
    "wide table": wide_table,
    "pictures": lambda size: "![" * (size // 2),
    "brackets": lambda size: "[" * size,
    "brackets in paragraphs": lambda size: ("[" * 900 + "\n\n") * (size // 902),
    "closed brackets": lambda size: "[" * (size // 2) + "]" * (size // 2),
    "brackets around code": lambda size: "[`]`" * (size // 4),
    "pictures in pictures": lambda size: "![" * (size // 6) + "](b)" * (size // 6),
    "boxes in boxes": lambda size: ":::a\n" * (size // 5),
    "comments without end": lambda size: "a <!-- " * (size // 7),
    "list items": lambda size: "-\n" * (size // 2),
}


@pytest.fixture
def count(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Counts how often the parser searches for the end of a mark, and the beginnings and ends of blocks."""
    counts: Counter[str] = Counter()
    skip, push = ParserInline.skipToken, StateBlock.push

    # Engines of other tests may still be reading their texts.
    here = threading.get_ident()

    def counted_skip(parser: ParserInline, state: object) -> None:
        counts["looks ahead"] += threading.get_ident() == here
        skip(parser, state)

    def counted_push(state: StateBlock, *values: object) -> object:
        counts["blocks"] += threading.get_ident() == here
        return push(state, *values)

    monkeypatch.setattr(ParserInline, "skipToken", counted_skip)
    monkeypatch.setattr(StateBlock, "push", counted_push)
    return counts


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("size", SIZES)
def test_the_parser_takes_a_few_steps_for_each_character(count: Counter[str], family: str, size: int):
    """Cells, brackets and boxes: the work for any of these texts is linear, whether it is read or refused."""
    text = FAMILIES[family](size)
    assert len(text) <= size
    try:
        parse(text)
    except DataError as error:
        assert str(error).count(". ") == 0  # noqa: PT017 (whether it is refused is not the question)
    assert count["looks ahead"] <= 8 * len(text) + 10_001
    assert count["blocks"] <= min(8 * len(text) + 10_001, 90_001)


@pytest.mark.parametrize(
    ("family", "size", "reason"),
    [
        ("bare bars", 1_500, "more table cells, open brackets or images within images"),
        ("bare bars", MAX_CHARACTERS, "more lines, list items and table cells"),
        ("brackets", 10_000, "more table cells, open brackets or images within images"),
        ("pictures", 10_000, "more table cells, open brackets or images within images"),
        ("boxes in boxes", 100, "too deeply"),
    ],
)
def test_what_would_cost_too_much_is_refused_in_a_sentence(family: str, size: int, reason: str):
    """It says what is wrong and what to do, and it comes during the work, not after it."""
    with pytest.raises(DataError, match=reason):
        parse(FAMILIES[family](size))


@pytest.mark.parametrize("unit", ["!", "! ", "é", "\u200b", ". ", "&amp;", '"', "*a ", "{:", "<b>", "{{ "])
def test_a_heading_of_any_marks_takes_steps_by_its_length(unit: str):
    """Its name, its id and whether it is boilerplate are found in one pass."""
    once, twice = (steps(lambda n=n: parse(f"# a{unit * n}a\n\nText.")) for n in (4_000, 8_000))
    assert twice <= 2.1 * once + 1_000


@pytest.mark.parametrize(
    "unit",
    [
        "Be. Abc\nDef ghi jkl mno.\n",
        "**A.** b\n\n",
        "- **A.** b\n",
        "[^1]",
        "a<br>",
        "<dt>a",
        "<td>a",
        "- a\n\nb c\n\n",
    ],
)
def test_whatever_is_made_of_a_text_takes_steps_by_its_length(unit: str):
    """Titles without headings, footnotes, definitions, tables and lists together."""
    head, tail = "<table><dl>" * unit.startswith("<"), "\n\n[^1]: x"
    once, twice = (steps(lambda n=n: parse(head + unit * n + tail)) for n in (300, 600))
    assert twice <= 2.1 * once + 2_000


def test_a_long_heading_is_not_searched_for_the_names_of_boilerplate():
    """It cannot be one; a search of 200,000 exclamation marks took 25 seconds."""
    short, long = (steps(lambda n=n: is_heading("a" + "!" * n + "a")) for n in (1_000, MAX_CHARACTERS))
    assert short == long


@pytest.mark.parametrize("size", SIZES)
def test_the_longest_heading_takes_a_few_steps_for_each_character(size: int):
    """A heading may be as long as a text."""
    assert steps(lambda: parse("# a" + "!" * (size - 10) + "a\n\nText")) <= 40 * size + 10_000


def test_an_ordinary_text_is_far_from_each_limit(count: Counter[str]):
    """A text of 200,000 characters with links, lists and tables in each section is read."""
    section = (
        "## A section\n\nA paragraph with [a link](https://a.example) and `code`, *stressed* [here] and [there].\n\n"
        "- An item that is a sentence.\n- Another one, [linked][a].\n\n"
        "| Rule | Why |\n|---|---|\n| Knock | It is polite |\n\n"
    )
    text = section * (MAX_CHARACTERS // len(section) // 2) + "\n[a]: https://a.example\n"
    assert len(parse(text).passages) > 1_000
    assert count["looks ahead"] < len(text) // 2
    assert count["blocks"] < len(text) // 2
