"""Any Markdown is a code of conduct that can be checked, or is refused with one sentence."""

import re
import sys
from collections.abc import Callable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from conduct.errors import DataError
from conduct.text import page, passages, pasted, rendering
from conduct.text.code import Code, parse
from conduct.text.elements import lines
from tests.support.fuzzing import MARKS, any_text, marked, sentence_of


def check_code(code: Code) -> None:
    """Check what must hold for any code of conduct."""
    ids = [passage.id for passage in code.passages]
    assert ids
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"\S+-\d+", name) for name in ids)
    for section in code.sections:
        for number, passage in enumerate(section.passages, start=1):
            assert passage.section == section.title
            assert passage.id.rsplit("-", 1)[1] == str(number)
            assert passage.sentences
            assert all(sentence and sentence in passage.text for sentence in passage.sentences)
    assert not all(passage.boilerplate for passage in code.passages)


@given(
    marked
    | any_text
    | marked.map(lambda text: f"---\n{text}\n---\nText.")
    | marked.map(lambda text: f"+++\n{text}\n+++\nText.")
)
@example("&nbsp;\n\nText.")
@example("---\ndate: 2024-99-99\n---\nText.")
@example("---\na: !!int x\n---\nText.")
@example("*a " * 2_000 + "b*" * 2_000)
@example("![](b)")
def test_any_markdown_is_a_code_or_refused(text: str):
    """Ids are unique and always the same, with any line ends; sentences are parts of their passage."""
    code = sentence_of(lambda: parse(text), DataError)
    if code is None:
        return
    check_code(code)
    assert parse(text) == code
    if "\r" not in text and not text.startswith("\ufeff"):
        assert parse("\ufeff" + text.replace("\n", "\r\n")) == code


words = st.lists(
    st.sampled_from(["be", "kind", "to", "all", "of", "us", "সবাই", "每个人", "égal", "ни"]), min_size=1, max_size=6
)
phrases = words.map(lambda some: " ".join(some) + ".")
# A phrase in Markdown, and as a reader sees it.
INLINE = (
    ("{}", "{}"),
    ("*{}*", "{}"),
    ("**{}**", "{}"),
    ("[{}](http://a.b 'c')", "{}"),
    ("[{}][ref]", "{}"),
    ("`{}`", "{}"),
    ("<b class='x'>{}</b>", "{}"),
    ("<!-- no -->{}", "{}"),
    ("![{}](a.png)", "{}"),
    ("&lt;{}&gt;", "<{}>"),
    ("\\*{}\\*", "*{}*"),
    ("{}<br>{}", "{}\n{}"),
    ("{}  \n{}", "{}\n{}"),
    ("{}\n{}", "{} {}"),
)
written = st.tuples(phrases, st.sampled_from(INLINE)).map(
    lambda pair: (pair[1][0].format(pair[0], pair[0]), pair[1][1].format(pair[0], pair[0]))
)
one_line = written.filter(lambda pair: "\n" not in pair[0])
BLOCKS = (
    (written, "{}\n\n", ["{}"]),
    (one_line, "- {}\n- {}\n\n<!-- -->\n\n", ["{}", "{}"]),
    (one_line, "1. {}\n2. {}\n\n<!-- -->\n\n", ["{}", "{}"]),
    (one_line, "- {}\n    - {}\n\n<!-- -->\n\n", ["{}", "{}"]),
    (one_line, "> {}\n\n", ["{}"]),
    (one_line, "Rules:\n\n- {}\n\n<!-- -->\n\n", ["Rules:\n{}"]),
    (one_line, "| Rule | |\n|---|---|\n| {} | {} |\n\n", ["Rule\n{}\n{}"]),
    (one_line, "<div>\n\n{}\n\n</div>\n\n", ["{}"]),
)  # fmt: skip
blocks = st.sampled_from(BLOCKS).flatmap(
    lambda block: block[0].map(
        lambda pair: (block[1].format(*[pair[0]] * 2), [text.format(*[pair[1]] * 2) for text in block[2]])
    )
)
sections = st.lists(
    st.tuples(st.sampled_from(["A", "B b", "C & c", "🏠", "你好"]), st.lists(blocks, max_size=4)),
    min_size=1,
    max_size=5,
)


@settings(max_examples=100)
@given(sections)
def test_a_reader_finds_each_word_in_its_place(document: list):
    """For any structure: texts, sections and ids are those of the document, in order."""
    markdown, expected = "# Title\n\n", []
    for heading, inside in document:
        markdown += f"## {heading}\n\n" + "".join(text for text, _ in inside)
        expected += [(heading, text) for _, texts in inside for text in texts]
    markdown += "\n\n[ref]: http://a.b\n"
    if not expected:
        with pytest.raises(DataError, match="no paragraph"):
            parse(markdown)
        return
    code = parse(markdown)
    assert [(passage.section, passage.text) for passage in code.passages] == expected
    assert [section.title for section in code.sections] == [heading for heading, _ in document]
    check_code(code)


@given(st.lists(st.sampled_from([*MARKS, *["alpha", "Beta", "gamma.", "Delta."] * 8, *["\n\n"] * 10]), max_size=60))
def test_no_word_of_the_page_is_lost(parts: list[str]):
    """In any list, table, box or footnote: it is in a heading or a passage."""
    numbered = [f"{part[0]}{n}{part[1:]} " if part[0] in "aBgD" and part[1:].isalpha() else part
                for n, part in enumerate(part.rstrip(".") for part in parts)]  # fmt: skip
    shown = sentence_of(lambda: page.read(rendering.render("".join(numbered))), DataError)
    if shown is None:
        return
    units = pasted.find_headings(shown.units, 80)
    kept = " ".join(block.text for block in passages.read(units, dict(shown.notes), "en"))
    words = " ".join(line for line in lines(units) if "[YOUR" not in line).split()
    assert [word for word in words if re.fullmatch(r"[aBgD]\d+\w+", word) and word not in kept] == []


def steps(call: Callable[[], object]) -> int:
    """How many functions `call` calls: a measure of its time that does not depend on the machine."""
    count = 0

    def counted(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(counted)
    try:
        sentence_of(call, DataError)
    finally:
        sys.setprofile(before)
    return count


@settings(max_examples=12)
@given(st.lists(st.sampled_from(MARKS), min_size=1, max_size=12).map("".join))
@example("# a\n")
@example("- a\n")
@example("<div>" + "<!-- " * 20)
@example("[" * 50)
def test_twice_the_text_takes_twice_the_steps(unit: str):
    """For blocks; within a paragraph, whose length is limited, it may be more."""
    once, twice = (steps(lambda n=n: parse(f"{unit}\n\nx.\n\n" * n)) for n in (100, 200))
    assert twice <= 2.1 * once + 1_000
