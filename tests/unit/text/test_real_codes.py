"""Real codes of conduct: tests/codes, also after changes by editors."""

from dataclasses import replace
from pathlib import Path

import pytest

from conduct.text.code import Code, parse

CODES = Path(__file__).parents[2] / "codes"


def read(name: str) -> Code:
    """A code of tests/codes."""
    return parse((CODES / f"{name}.md").read_text(encoding="utf-8"))


def boilerplate(code: Code) -> list[str]:
    """Ids of the passages about the text itself."""
    return [passage.id for passage in code.passages if passage.boilerplate]


def test_the_contributor_covenant_2_1():
    """The most used code: every paragraph and list item, the nested sections, the attribution."""
    code = read("contributor_covenant_2_1")
    assert code.title == "Contributor Covenant Code of Conduct"
    assert [(section.level, section.title, len(section.passages)) for section in code.sections] == [
        (2, "Our Pledge", 2),
        (2, "Our Standards", 10),
        (2, "Enforcement Responsibilities", 2),
        (2, "Scope", 1),
        (2, "Enforcement", 2),
        (2, "Enforcement Guidelines", 1),
        (3, "1. Correction", 1),
        (3, "2. Warning", 1),
        (3, "3. Temporary Ban", 1),
        (3, "4. Permanent Ban", 1),
        (2, "Attribution", 3),
    ]
    texts = {passage.id: passage.text for passage in code.passages}
    assert texts["our-standards-9"] == (
        "Examples of unacceptable behavior include:\nPublishing others' private information, such as a physical or "
        "email address, without their explicit permission"
    )
    assert texts["enforcement-1"].endswith("enforcement at [INSERT CONTACT METHOD]. All complaints will be reviewed "
                                           "and investigated promptly and fairly.")  # fmt: skip
    impact, consequence = texts["3-temporary-ban-1"].split("\n")
    assert impact.startswith("Community Impact: A serious violation of community standards")
    assert consequence.startswith("Consequence: A temporary ban from any sort of interaction")
    assert texts["attribution-2"] == (
        "Community Impact Guidelines were inspired by Mozilla's code of conduct enforcement ladder."
    )
    assert boilerplate(code) == ["attribution-1", "attribution-2", "attribution-3"]


def test_the_shape_of_the_contributor_covenant_3_0():
    """TOML front matter, numbered lists, lists in lists: a step carries its title and its consequence."""
    code = read("covenant_3_shape")
    assert code.title == "River Valley Makers"
    texts = {passage.id: passage.text for passage in code.passages}
    assert texts["what-we-encourage-3"] == (
        "With that in mind we agree to act with care, including:\nSpeaking kindly and honestly."
    )
    assert texts["what-we-restrict-2"] == (
        "Harassment. Going on with personal attention after somebody asked for it to stop."
    )
    assert texts["repairing-harm-2"] == (
        "Warning\nEvent: A single incident.\nConsequence: A private, written warning.\nRepair: An apology, for example."
    )
    assert texts["repairing-harm-3"] == (
        "Suspension\nEvent: Several incidents, or one that is serious.\n"
        "Consequence: No access to the workshop for a month."
    )
    # Giving credit for shown work is conduct; who wrote this text is not.
    assert boilerplate(code) == ["attribution-1", "attribution-2"]


AS_FOUND = """\
preamble-1: Contributor Covenant
tea-club-code-of-conduct-1: Be kind
tea-club-code-of-conduct-2: House rules
tea-club-code-of-conduct-3: This holds in all our rooms & chats, see https://tea.example.|It has one aim: good company*.
be-kind-1: We welcome everybody.|Really everybody, a cup of tea included.
be-kind-2: Listen|to guests
be-kind-3: Listen|to hosts, especially:|the new ones|the quiet ones
be-kind-4: Ask before you|take a photo
be-kind-5: People who are hurt come first.
be-kind-6: Believe them
house-rules-1: Rule|No shouting|Why|It frightens people
house-rules-2: Rule|No @everyone
house-rules-3: What about dogs & cats?|Dogs are welcome.
reports-1: Write to the care team.|They answer.
reports-2: What happens next|We listen
reports-3: What happens next|We act
be-kind-2-1: A second heading of that name.
section-1: Tea is served at five.
attribution-1: Adapted from the Citizen Code of Conduct under CC BY-SA 3.0.
attribution-2: Thanks to all who helped.
attribution-3: Last updated: 3 May 2025
"""


def test_all_that_markdown_and_html_can_do():
    """Badges, Setext and HTML headings, links, lists, tables, quotes, emoji: exactly what a reader sees."""
    code = read("as_found")
    listed = "".join(f"{passage.id}: {passage.text}\n".replace("\n", "|")[:-1] + "\n" for passage in code.passages)
    assert listed == AS_FOUND
    assert code.title == "Tea Club Code of Conduct"
    assert [(section.level, section.title) for section in code.sections] == [
        (0, "Preamble"),
        (1, "Tea Club Code of Conduct"),
        (2, "Be kind"),
        (3, "House rules 🏠"),
        (3, "Reports"),
        (2, "Be kind ❤️"),
        (2, "🍵"),
        (2, "Attribution"),
    ]
    assert boilerplate(code) == [
        "preamble-1",
        "tea-club-code-of-conduct-1",
        "tea-club-code-of-conduct-2",
        "attribution-1",
        "attribution-2",
        "attribution-3",
    ]


def test_no_headings_at_all():
    """Everything is the preamble; the first line is the title and answers no question."""
    code = read("no_headings")
    assert code.title == "Code of Conduct of the Night Walkers"
    assert [(passage.id, len(passage.sentences)) for passage in code.passages] == [
        ("preamble-1", 1),
        ("preamble-2", 2),
        ("preamble-3", 1),
        ("preamble-4", 1),
    ]
    assert boilerplate(code) == ["preamble-1"]


@pytest.mark.parametrize(
    ("name", "title", "pledge", "licence", "item", "sentences"),
    [
        ("hindi", "हमारी आचार संहिता", "हमारा-वचन", "श्रेय", "अस्वीकार्य व्यवहार:\nधमकी देना", 2),
        ("chinese", "茶社行为准则", "我们的承诺", "许可证", "不可接受的行为包括：\n威胁他人", 2),
        ("arabic", "مدونة قواعد السلوك", "عهدنا", "الترخيص", "سلوك غير مقبول:\nالتهديد بالعنف", 3),
    ],
)  # fmt: skip
def test_other_scripts(name: str, title: str, pledge: str, licence: str, item: str, sentences: int):
    """Ids, introductions, sentences and licences work as in Latin script."""
    code = read(name)
    assert code.title == title
    assert [passage.id for passage in code.passages] == [*(f"{pledge}-{n}" for n in range(1, 4)), f"{licence}-1"]
    assert boilerplate(code) == [f"{licence}-1"]
    assert code.passages[1].text == item
    assert len(code.passages[0].sentences) == sentences


@pytest.mark.parametrize("path", sorted(path for path in CODES.glob("*.md") if path.name != "README.md"))
def test_windows_editors_change_nothing(path: Path):
    """A byte-order mark and line ends of two characters, or of an old Mac."""
    text = path.read_text(encoding="utf-8")
    code = parse(text)
    assert parse("\ufeff" + text.replace("\n", "\r\n")) == code
    assert parse(text.replace("\n", "\r")) == code
    assert len({passage.id for passage in code.passages}) == len(code.passages)
    for passage in code.passages:
        assert all(sentence in passage.text for sentence in passage.sentences)


def test_three_hundred_paragraphs():
    """A long text keeps its order, and its ids when it grows."""
    paragraphs = [f"Rule {number} says to be kind in {number} ways." for number in range(1, 301)]
    code = parse("# Long\n\n## Rules\n\n" + "\n\n".join(paragraphs))
    assert [passage.text for passage in code.passages] == paragraphs
    assert [passage.id for passage in code.passages] == [f"rules-{number}" for number in range(1, 301)]
    longer = parse("# Long\n\n## Rules\n\n" + "\n\n".join(paragraphs) + "\n\n## Rules\n\nMore.")
    assert longer.passages[:300] == code.passages
    assert longer.passages[300].id == "rules-2-1"


def test_a_code_that_only_points_to_another_is_all_that_it_says():
    """If all passages are boilerplate, none is."""
    code = parse("We follow the [Contributor Covenant](https://www.contributor-covenant.org).")
    assert boilerplate(code) == []
    assert code.passages == (replace(code.passages[0], text="We follow the Contributor Covenant."),)
