"""Texts as found in practice: exactly what a reader of the rendered page sees is shown."""

import pytest

from conduct.text.code import parse
from tests.support.passages import by_section, texts


@pytest.mark.parametrize(
    ("markdown", "shown"),
    [
        # GitHub
        ("> [!IMPORTANT]\n> Ask before you record.", ["Ask before you record."]),
        ("> [!warning]- Recording\n> Ask first.", ["Recording\nAsk first."]),
        ("- [x] I ask\n- [ ] I record\n- [X] Both.", ["I ask", "I record", "Both."]),
        ("We welcome ~~members~~ everybody and ~old~ new.", ["We welcome everybody and new."]),
        ("<del>No dogs.</del> Dogs are <s>not</s> welcome.", ["Dogs are welcome."]),
        ("Ask first.[^1] Always.\n\nThen record.\n\n[^1]: The [host](x) counts.",
         ["Ask first. Always.", "The host counts.", "Then record."]),
        ("Nothing refers to it.\n\n[^1]: Nobody sees this.", ["Nothing refers to it."]),
        # MyST, Docusaurus, Pandoc, VitePress, MkDocs
        (":::{warning}\nNobody is filmed.\n:::", ["Nobody is filmed."]),
        (":::note\nNobody is filmed.\n:::\n\nAnd more.", ["Nobody is filmed.", "And more."]),
        (":::tip[Films]\nNobody is filmed.\n:::", ["Films\nNobody is filmed."]),
        ("::: {.callout-note title=\"Films\"}\nNobody is filmed.\n:::", ["Films\nNobody is filmed."]),
        ("::: details Films & photos\nNobody is filmed.\n:::", ["Films & photos\nNobody is filmed."]),
        ("::::{note}\n:::{tip}\nInner.\n:::\nOuter.\n::::", ["Inner.", "Outer."]),
        ("```{admonition} The **guests**\n:class: tip\nThey choose.\n```", ["The guests\nThey choose."]),
        ("```{toctree}\nother\n```\n\nText.", ["Text."]),
        ("```{code-block} text\nbe  kind\n```", ["be  kind"]),
        ("!!! warning\n    Nobody is filmed.", ["Nobody is filmed."]),
        ("!!! warning \"Films\"\n    Nobody is filmed.", ["Films\nNobody is filmed."]),
        ("??? note \"Films\"\n    Nobody is filmed.", ["Films\nNobody is filmed."]),
        ("% ask Kim\n\nText.", ["Text."]),
        ("More than half, or 50\n% of us, agree.", ["More than half, or 50 % of us, agree."]),
        ("(rule-1)=\n\nText.\n\n+++\n\nMore.", ["Text.", "More."]),
        ("Films\n: Ask first.\n\nPhotos\n: Ask, too.\n", ["Films\nAsk first.", "Photos\nAsk, too."]),
        # Jekyll, Jinja, Hugo, Kramdown
        ("Be kind.\n{: .lead}", ["Be kind."]),
        ("Be *kind*{: .lead}, all [of](x){:target=\"_blank\"} you.", ["Be kind, all of you."]),
        ("* TOC\n{:toc}\n\nText.", ["Text."]),
        ("[TOC]\n\n[[_TOC_]]\n\nText.", ["Text."]),
        ("{% include a.html x=\"y\" %}\n\nText {{ site.name }}here.", ["Text here."]),
        ("{% comment %}\nNo.\n{% endcomment %}\n\n{# neither #}\n\nText.\n\n{{< toc >}}", ["Text."]),
        ("{% if x %}\nOne.\n{% endif %}\nTwo {% without end.", ["One.", "Two {% without end."]),
        ("<!-- no -->\n\nText. <!-- no -->More.", ["Text. More."]),
        # HTML
        ("<p hidden>No.</p><p style=\"display: none\">No.</p><p>Yes.</p>", ["Yes."]),
        ("<ul><li>Be kind.<li>Be fair.</ul>", ["Be kind.", "Be fair."]),
        ("We ask you to:\n<ol><li>Knock.</li><li>Wait.</li></ol>", ["We ask you to:\nKnock.", "We ask you to:\nWait."]),
        ("<table><tr><th>Rule<th>Why<tr><td>Knock<td>It is polite</table>", ["Rule\nKnock\nWhy\nIt is polite"]),
    ],
)  # fmt: skip
def test_marks_that_no_reader_sees_are_not_shown(markdown: str, shown: list[str]):
    """Marks of the site's generator, and text that is struck through, are not quoted; other words are unchanged."""
    assert texts(markdown) == shown


@pytest.mark.parametrize(
    ("markdown", "headings"),
    [
        ("## Be kind {#kind .rule}\n\nText.", ["Be kind"]),
        ("## Be kind {: .rule}\n\nText.", ["Be kind"]),
        ("##\u00a0Be kind\n\nText.", ["Be kind"]),
        ("##\u3000Be kind\n\nText.", ["Be kind"]),
        ("<h2>Be &amp; stay <em>kind</em></h2>\n\nText.", ["Be & stay kind"]),
        ("Be kind.\nScope\n-----\n\nText.", ["Preamble", "Scope"]),
        ("A paragraph that ends.\n---\n\nText.", ["Preamble"]),
    ],
)
def test_headings_are_what_a_reader_takes_for_one(markdown: str, headings: list[str]):
    """Without the generator's marks, with any space after the #, and no paragraph above a line."""
    assert [section.title for section in parse(markdown).sections] == headings


def test_entities_in_a_title_of_the_front_matter_are_characters():
    """A generator writes the title into HTML unchanged."""
    assert parse("---\ntitle: Rules &middot; Tea &amp; cake\n---\nText.").title == "Rules · Tea & cake"


@pytest.mark.parametrize(
    ("markdown", "shown"),
    [
        ("<details><summary>Photos</summary>\n\nAsk first.\n\nAsk twice.\n\n</details>\n\nMore.",
         ["Photos\nAsk first.", "Photos\nAsk twice.", "More."]),
        ("<details>\n<summary><b>Photos</b></summary>\n\n- Ask first.\n- Wait.\n\n</details>",
         ["Photos\nAsk first.", "Photos\nWait."]),
        ("<dl><dt>Dogs</dt><dd>On a lead.</dd><dt>Cats<dt>Birds<dd>At home.</dl>",
         ["Dogs\nOn a lead.", "Cats\nBirds\nAt home."]),
        ("We allow:\n\n<dl><dt>Dogs</dt><dd>On a lead.</dd><dt>Cats</dt><dd>At home.</dd></dl>",
         ["We allow:\nDogs\nOn a lead.", "We allow:\nCats\nAt home."]),
        ("Dogs\n: On a lead.\n: At home.\n", ["Dogs\nOn a lead.", "Dogs\nAt home."]),
        ("<details><summary>Photos</summary></details>", ["Photos"]),
    ],
)  # fmt: skip
def test_a_summary_or_a_term_introduces_its_text(markdown: str, shown: list[str]):
    """ "Ask first." alone says nothing; a summary alone is no rule, unless there is nothing else."""
    assert texts(markdown) == shown


def test_rules_under_bold_titles_have_sections_of_their_names():
    """In a text without headings; a bold line alone becomes only a heading, a bold beginning also stays in its
    passage."""
    code = parse(
        "# Garden Rules\n\nWelcome.\n\n**Share water.** Take turns.\n\nThe first goes first.\n\n"
        "**Dogs**\n\nOn a lead.\n"
    )
    assert by_section(code) == [
        ("Preamble", ["Welcome."]),
        ("Share water", ["Share water. Take turns.", "The first goes first."]),
        ("Dogs", ["On a lead."]),
    ]
    assert [passage.id for passage in code.passages][1:] == ["share-water-1", "share-water-2", "dogs-1"]


def test_a_list_of_rules_with_bold_titles_has_sections():
    """Also if a rule is only its title; it is not an entry of a table of contents."""
    code = parse("Welcome.\n\n- **Be kind.**\n- **Be fair.** This means:\n  - Share.\n  - Listen.\n\nMore.\n")
    assert by_section(code) == [
        ("Preamble", ["Welcome."]),
        ("Be kind", ["Be kind."]),
        ("Be fair", ["Be fair. This means:", "This means:\nShare.", "This means:\nListen.", "More."]),
    ]
    assert not any(passage.boilerplate for passage in code.passages)


@pytest.mark.parametrize(
    "markdown",
    [
        "## Rules\n\n**Share water.** Take turns.\n\n**Dogs.** On a lead.",
        "**Share water.** Take turns.\n\nDogs are welcome.",
        "**Note:** One.\n\n**Note:** Two.",
        "We **must** share.\n\n**All** of us.",
    ],
)
def test_bold_words_are_no_headings_elsewhere(markdown: str):
    """Under real headings, alone, repeated, or within a sentence."""
    assert len(parse(markdown).sections) == 1


def test_a_heading_glued_to_the_line_above_is_a_heading():
    """In pasted text: the line ends in a title although the next word would have fitted."""
    code = parse(
        "Welcome to the gardens and their services. Overview\nThis text is for all who garden here.\n\n"
        "Take turns at the pump, where the first who came goes first, and the last one goes last."
    )
    assert by_section(code) == [
        ("Preamble", ["Welcome to the gardens and their services."]),
        ("Overview", ["This text is for all who garden here.",
                      "Take turns at the pump, where the first who came goes first, and the last one goes last."]),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "paragraph",
    [
        "We thank all who work here for the people. Python\nSoftware Foundation members will help you to learn.",
        "We thank all who work here. The\nPython community is kind to all.",
        "Be kind.\nBe fair to all who are here.",
        "Jane Doe\nMain Street",
    ],
)
def test_a_wrapped_line_is_no_heading(paragraph: str):
    """If the next word would not have fitted, or the end of the line is not a title, or no sentence follows."""
    assert len(parse(paragraph).sections) == 1


def test_a_long_paragraph_is_cut_at_sentences():
    """Nothing is lost, and the text is not refused."""
    sentences = [f"Rule {number} says that we are kind to each other in so many ways." for number in range(1, 301)]
    found = parse("## Rules\n\n" + " ".join(sentences)).passages
    assert len(found) > 5
    assert " ".join(passage.text for passage in found) == " ".join(sentences)
    assert all(passage.text.endswith("ways.") and len(passage.text) <= 3_000 for passage in found)
    assert [sentence for passage in found for sentence in passage.sentences] == sentences
    assert "".join(texts("x" * 10_001)) == "x" * 10_001
    assert " ".join(texts("word " * 20_000)) == ("word " * 20_000).strip()
