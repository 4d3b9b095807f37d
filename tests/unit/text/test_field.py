"""Texts as people have them: what a reader of the rendered page sees is what is shown, and nothing else."""

import pytest

from conduct.text.code import Code, parse
from tests.unit.text.test_fuzz_text import check_code


def texts(markdown: str) -> list[str]:
    """The passages of a text."""
    code = parse(markdown)
    check_code(code)
    return [passage.text for passage in code.passages]


def by_section(code: Code) -> list[tuple[str, list[str]]]:
    """Headings and the passages under them."""
    return [(section.title, [passage.text for passage in section.passages]) for section in code.sections]


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
    """What belongs to the site's generator, and what is struck through, is not quoted; words stay word for word."""
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
    """Without the generator's marks, whatever space follows the #, and none that is a paragraph above a line."""
    assert [section.title for section in parse(markdown).sections] == headings


def test_entities_in_a_title_of_the_front_matter_are_characters():
    """A site's generator writes the title into HTML as it is."""
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
    """ "Ask first." alone says nothing; a summary alone is no rule, unless it is all there is."""
    assert texts(markdown) == shown


@pytest.mark.parametrize(
    "before",
    ["**Contact**: mods@example.org", "Version: 2", "Write to mods@example.org", "See https://a.example",
     "![A plan](a.png)", "www.a.example", "Ask us."],
)  # fmt: skip
def test_what_only_stands_above_a_list_does_not_introduce_it(before: str):
    """Contact lines, pictures and labels with their values are not repeated before each rule."""
    assert texts(f"{before}\n\n- Put tools back.\n- Sweep.\n")[1:] == ["Put tools back.", "Sweep."]


@pytest.mark.parametrize("before", ["We ask you to:", "Tools", "**Tools**", "Remember these two:", "In the workshop"])
def test_a_label_or_a_colon_introduces_a_list(before: str):
    """And is no passage of its own: each item has it."""
    shown = before.strip("*")
    assert texts(f"{before}\n\n- Put tools back.\n- Sweep.\n") == [f"{shown}\nPut tools back.", f"{shown}\nSweep."]


@pytest.mark.parametrize(
    ("markdown", "shown", "sentences"),
    [
        ("Be kind. Remarks about\n\n- faith\n- size\n\nare not welcome. Jokes, too.",
         ["Be kind. Remarks about\nfaith\nsize\nare not welcome. Jokes, too."],
         ("Be kind.", "Remarks about\nfaith\nsize\nare not welcome.", "Jokes, too.")),
        ("Language related to:\n\n* faith\n* body size\n\nis not acceptable",
         ["Language related to:\nfaith\nbody size\nis not acceptable"],
         ("Language related to:\nfaith\nbody size\nis not acceptable",)),
        ("- Guests,\n- hosts, and\n- speakers\n\nkeep to this code.",
         ["Guests,\nhosts, and\nspeakers\nkeep to this code."],
         ("Guests,\nhosts, and\nspeakers\nkeep to this code.",)),
        ("- If you\n\n  - push or\n  - shout\n\n  you leave.", ["If you\npush or\nshout\nyou leave."],
         ("If you\npush or\nshout\nyou leave.",)),
    ],
)  # fmt: skip
def test_a_sentence_around_a_list_is_one_rule(markdown: str, shown: list[str], sentences: tuple[str, ...]):
    """Its beginning, its items and its end say only together what is ruled."""
    assert texts(markdown) == shown
    assert parse(markdown).passages[0].sentences == sentences


@pytest.mark.parametrize(
    ("markdown", "count"),
    [
        ("We ask you:\n\n- Be kind.\n- Be fair.\n\nOthers do, too.", 3),
        ("we ask:\n\n- be kind\n- be fair\n\nwe mean it.", 3),
        ("Be kind.\n\n- Share.\n- Listen.\n\niPhones stay off.", 4),
    ],
)
def test_what_follows_a_list_is_a_passage_of_its_own(markdown: str, count: int):
    """Where nothing says that the sentence goes on."""
    assert len(texts(markdown)) == count


@pytest.mark.parametrize(
    ("markdown", "shown"),
    [
        ("This applies to:\n\n- staff\n- poster presenters\n- people invited to meetings or summits",
         ["This applies to:\nstaff\nposter presenters\npeople invited to meetings or summits"]),
        ("We mean it. This applies in:\n\n- the hall\n- vendor tabling areas, and all spaces that connect them\n",
         ["We mean it. This applies in:",
          "This applies in:\nthe hall\nvendor tabling areas, and all spaces that connect them"]),
        ("No se admiten:\n\n- insultos\n- amenazas\n", ["No se admiten:\ninsultos\namenazas"]),
        ("- Warning\n- Temporary ban\n- Permanent ban\n", ["Warning\nTemporary ban\nPermanent ban"]),
    ],
)  # fmt: skip
def test_mere_names_are_one_passage_with_their_introduction(markdown: str, shown: list[str]):
    """Each alone says nothing, and together they crowd out rules."""
    assert texts(markdown) == shown


@pytest.mark.parametrize(
    "items",
    [
        ("Shouting", "Excessive swearing"),
        ("Be kind", "Share tools"),
        ("You may sing", "You may dance"),
        ("Threats.", "Insults."),
        (
            "The use of sexualized language or imagery",
            "Trolling and personal attacks",
            "Publishing addresses of others",
        ),
        ("धमकी", "अपमान"),
    ],
)
def test_items_that_are_rules_are_passages(items: tuple[str, ...]):
    """Where there is a verb, a full stop, or no way to tell."""
    body = "".join(f"- {item}\n" for item in items)
    language = "hi" if items[0] == "धमकी" else "en"
    assert texts(f"---\nlang: {language}\n---\nRules:\n\n{body}") == [f"Rules:\n{item}" for item in items]


STEP = "Impact: An insult.\nConsequence: A warning, in private."


@pytest.mark.parametrize(
    ("markdown", "shown"),
    [
        ("### 1. Correction\n\n**Impact**: An insult.\n\n**Consequence**: A warning, in private.\n\nMore.",
         [STEP, "More."]),
        ("Correction\n\n**Impact**: An insult.\n\n**Consequence**: A warning, in private.", [f"Correction\n{STEP}"]),
        ("1. Correction\n   1. Impact: An insult.\n   2. Consequence: A warning, in private.", [f"Correction\n{STEP}"]),
        ("1. Correction\n\n   **Impact**: An insult.\n\n   **Consequence**: A warning, in private.",
         [f"Correction\n{STEP}"]),
        ("| Step | Consequence |\n|---|---|\n| Permanent ban | You leave |",
         ["Step\nPermanent ban\nConsequence\nYou leave"]),
        ("**Impact**: One.\n\n**Consequence**: Two.\n\n**Impact**: Three.\n\n**Consequence**: Four.",
         ["Impact: One.\nConsequence: Two.", "Impact: Three.\nConsequence: Four."]),
        ("**Kindness**: We listen.\n\n**Fairness**: We share.", ["Kindness: We listen.", "Fairness: We share."]),
    ],
)  # fmt: skip
def test_a_step_of_a_ladder_carries_its_title_and_its_consequence(markdown: str, shown: list[str]):
    """ "Permanent ban" alone is no answer; labels without a consequence are no ladder."""
    assert texts(f"## Enforcement\n\n{markdown}") == shown


def test_gaps_that_nobody_filled_in_are_no_passages():
    """A longer sentence with a gap in it is one: it says that there is somebody to write to."""
    reports = "Abuse may be reported to the leaders who are responsible for enforcement at [INSERT CONTACT METHOD]."
    assert texts(f"[YOUR CONTACT HERE]\n\nWrite to [MODERATORS' ADDRESS HERE].\n\n{reports}\n\nMark it [NSFW].") == [
        reports,
        "Mark it [NSFW].",
    ]


def test_rules_under_bold_titles_have_sections_of_their_names():
    """In a text without headings; a bold line alone above its text is a heading only, a bold beginning both."""
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
    """Also where a rule is its title and no more; it is no entry of a table of contents."""
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
    """Under headings of the text's own, alone, repeated, or within a sentence."""
    assert len(parse(markdown).sections) == 1


def test_a_heading_glued_to_the_line_above_is_a_heading():
    """Pasted text: the line ends in a title although the next word would have had room on it."""
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
    """Where the next word would not have fitted, or the end of the line is no title, or no sentence follows."""
    assert len(parse(paragraph).sections) == 1


def test_a_long_paragraph_is_cut_at_sentences():
    """Nothing of it is lost, and the text is not refused."""
    sentences = [f"Rule {number} says that we are kind to each other in so many ways." for number in range(1, 301)]
    found = parse("## Rules\n\n" + " ".join(sentences)).passages
    assert len(found) > 5
    assert " ".join(passage.text for passage in found) == " ".join(sentences)
    assert all(passage.text.endswith("ways.") and len(passage.text) <= 3_000 for passage in found)
    assert [sentence for passage in found for sentence in passage.sentences] == sentences
    assert "".join(texts("x" * 10_001)) == "x" * 10_001
    assert " ".join(texts("word " * 20_000)) == ("word " * 20_000).strip()
