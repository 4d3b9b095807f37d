"""`check`: shows how the app reads a text before anybody publishes it."""

import json
from pathlib import Path

import pytest

from conduct.cli import parser as command
from conduct.hub.find_dataset import BUNDLED_DATA

TEXT = """---
title: Ours
language: en
complete: false
---

## Talks

<!-- not yet
agreed -->
Let everybody finish. Ask before you take photographs.

Nobody may be mocked.

## Attribution

This code is adapted from the [Contributor Covenant](https://example.invalid/cc), version 2.1.
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with GitHub's name for the text."""
    (tmp_path / "CODE_OF_CONDUCT.md").write_text(TEXT)
    return tmp_path


def check(capsys: pytest.CaptureFixture, place: Path) -> tuple[int, str, str]:
    """Exit code, output, standard error."""
    code = command.main(["check", str(place)])
    printed = capsys.readouterr()
    return code, printed.out, printed.err


def test_passages_are_a_tree_with_their_ids(capsys, folder: Path):
    """A * marks passages about the text itself."""
    code, out, err = check(capsys, folder)
    assert (code, err) == (0, "")
    tree, summary = out.split("\n\n")
    assert tree.splitlines() == [
        "Ours  (language: en, not complete)",
        "  Talks",
        "    talks-1  Let everybody finish. Ask before you take photographs.",
        "    talks-2  Nobody may be mocked.",
        "  Attribution",
        "   *attribution-1  This code is adapted from the Contributor Covenant, version 2.1.",
    ]
    assert summary.splitlines()[-1] == "This text can be used."


def test_an_item_of_a_list_is_shown_with_its_own_words(capsys, tmp_path: Path):
    """Without the introduction, which all items share."""
    (tmp_path / "code_of_conduct.md").write_text("## Ours\n\nWe do not accept:\n\n- Threatening people\n- Mocking\n")
    assert "  ... Threatening people\n" in check(capsys, tmp_path)[1]


def test_a_step_and_what_a_summary_opens_are_shown_with_their_titles(capsys, tmp_path: Path):
    """Each has its own title, which is in the passage: nothing is left out."""
    (tmp_path / "code_of_conduct.md").write_text(
        "## What follows\n\n1. Reminder\n\n   **Consequence**: we write to you.\n\n2. Pause\n\n   **Consequence**: you "
        "wait.\n\n<details><summary>Photos</summary>\n\nAsk first.\n\n</details>\n"
    )
    _, out, _ = check(capsys, tmp_path)
    assert "-1  Reminder / Consequence: we write to you.\n" in out
    assert "-3  Photos / Ask first.\n" in out
    assert "In no passage" not in out


def test_what_no_passage_holds_is_listed_with_its_line(capsys, folder: Path):
    """Here a hidden comment; the address of a link is not a word of the text."""
    _, out, _ = check(capsys, folder)
    assert "In no passage, so never found or shown:\n  line 9: <!-- not yet\n  line 10: agreed -->\n" in out
    assert "example.invalid" not in out


def test_the_limits_stand_beside_what_is_there(capsys, folder: Path):
    """So that nobody is surprised by a limit."""
    _, out, _ = check(capsys, folder)
    assert f"CODE_OF_CONDUCT.md: {len(TEXT)} of 200,000 characters, 5 of 3,000 headings and passages, " in out
    assert "situations.jsonl: 0 of 50,000 situations.\n" in out


def test_sentences_that_could_not_be_cut_are_named(capsys, folder: Path):
    """A passage without a full stop is marked as a whole."""
    with (folder / "CODE_OF_CONDUCT.md").open("a") as file:
        file.write("\n## Long\n\n" + "and you may not " * 40 + "\n")
    _, out, _ = check(capsys, folder)
    assert "Sentences of more than 500 characters" in out
    assert "\n  long-1: and you may not and you may not" in out


def test_situations_that_lead_nowhere_are_counted_and_their_passages_named(capsys, folder: Path):
    """If the text was changed after its situations were written."""
    rows = [{"talks-1": 2}, {"talks-9": 2}, {"talks-9": 1, "gone-1": 2}]
    lines = [json.dumps({"text": "He interrupts", "passages": row}) for row in rows]
    (folder / "situations.jsonl").write_text("\n".join(lines))
    code, out, _ = check(capsys, folder)
    assert code == 0
    assert "situations.jsonl: 1 of 50,000 situations.\n" in out
    assert "2 situations are left out, for they name passages that the text does not have: gone-1, talks-9.\n" in out


def test_questions_of_another_shape_are_said_and_harm_nothing(capsys, folder: Path):
    """Only evaluation reads them."""
    (folder / "questions.jsonl").write_text("{}\n")
    code, out, _ = check(capsys, folder)
    assert (code, "Evaluation will not work: questions.jsonl line 1 must be like" in out) == (0, True)


def test_an_old_encoding_is_said(capsys, tmp_path: Path):
    """A file can be given in place of a folder."""
    path = tmp_path / "code.txt"
    path.write_bytes("No “jokes” about accents.".encode("cp1252"))
    code, out, _ = check(capsys, path)
    assert (code, "code.txt is not UTF-8 and was read as Windows-1252: save it as UTF-8.\n" in out) == (0, True)


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("code_of_conduct.md", "# Nothing but a title\n", "The code of conduct has no paragraph to show"),
        ("code_of_conduct.rst", "Be kind.", "code_of_conduct.rst is not Markdown"),
        ("notes.md", "Be kind.", "There is no code_of_conduct.md"),
    ],
)
def test_a_text_that_cannot_be_used_ends_with_3(capsys, tmp_path: Path, name: str, content: str, reason: str):
    """In one sentence."""
    (tmp_path / name).write_text(content)
    code, out, err = check(capsys, tmp_path)
    assert (code, out, err.startswith(reason), err.count("\n")) == (3, "", True, 1)


def test_situations_that_cannot_be_read_end_with_3_after_the_tree(capsys, folder: Path):
    """The app would refuse the folder."""
    (folder / "situations.jsonl").write_text("{}\n")
    code, out, err = check(capsys, folder)
    assert code == 3
    assert "talks-1" in out
    assert err.startswith("situations.jsonl line 1 must be like")


def test_a_place_that_is_none_ends_with_3(capsys, tmp_path: Path):
    """A mistyped path."""
    code, _, err = check(capsys, tmp_path / "none")
    assert (code, err) == (
        3,
        f"FOLDER must be a folder with a text, or the text itself, but there is no {tmp_path}/none.\n",
    )


def test_a_text_cannot_move_the_cursor(capsys, tmp_path: Path):
    """It may come from anybody."""
    (tmp_path / "code_of_conduct.md").write_text("## A\x1b[2Jb\n\nBe \x1b[31mkind.\n")
    _, out, _ = check(capsys, tmp_path)
    assert "\x1b" not in out


def test_the_bundled_text_is_whole(capsys):
    """Each of its lines is in a passage, and each situation leads to one."""
    code, out, _ = check(capsys, BUNDLED_DATA)
    assert code == 0
    assert "In no passage" not in out
    assert "left out" not in out
    assert "Evaluation will not work" not in out
