"""Lists: introductions, sentences around them, names only, steps of a ladder."""

import pytest

from conduct.text.code import parse
from tests.support.passages import texts


@pytest.mark.parametrize(
    "before",
    ["**Contact**: mods@example.org", "Version: 2", "Write to mods@example.org", "See https://a.example",
     "![A plan](a.png)", "www.a.example", "Ask us."],
)  # fmt: skip
def test_what_only_stands_above_a_list_does_not_introduce_it(before: str):
    """Contact lines, pictures and labels with values are not repeated before each rule."""
    assert texts(f"{before}\n\n- Put tools back.\n- Sweep.\n")[1:] == ["Put tools back.", "Sweep."]


@pytest.mark.parametrize("before", ["We ask you to:", "Tools", "**Tools**", "Remember these two:", "In the workshop"])
def test_a_label_or_a_colon_introduces_a_list(before: str):
    """It is not a passage itself: each item has it."""
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
    """Only its beginning, its items and its end together state the rule."""
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
    """If nothing shows that the sentence continues."""
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
    """Each alone says nothing, and together they would crowd out rules."""
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
    """If they have a verb or a full stop, or it cannot be decided."""
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
    """A longer sentence with a gap is one: it says that there is somebody to write to."""
    reports = "Abuse may be reported to the leaders who are responsible for enforcement at [INSERT CONTACT METHOD]."
    assert texts(f"[YOUR CONTACT HERE]\n\nWrite to [MODERATORS' ADDRESS HERE].\n\n{reports}\n\nMark it [NSFW].") == [
        reports,
        "Mark it [NSFW].",
    ]
