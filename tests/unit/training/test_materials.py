"""What the encoder learns from, read."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from conduct.errors import DataError
from conduct.text.code import Passage
from conduct.training import materials
from conduct.training.materials import FOLDER, HELD_OUT, CodeQuestion, SilentQuestion
from tests.support import small_materials
from tests.support.small_materials import ACCENT, JOKE, PIZZA


def test_each_file_is_read(tmp_path: Path):
    """With judgements as situations have them, and sentences by their number in the passage as it is now."""
    read = small_materials.materials(tmp_path / "m")
    assert [(row.language, row.english, row.situation.in_scope) for row in read.parallel] == [
        ("es", ACCENT, True), ("fr", ACCENT, True), ("de", PIZZA, False),
    ]  # fmt: skip
    assert read.parallel[0].situation.shown == {"words-1"}
    assert read.translations == {
        ACCENT: ["se burlan de un acento", "on se moque d'un accent"],
        PIZZA: ["wo gibt es gute pizza"],
    }
    # A line is skipped if the text no longer has its sentence or passage.
    assert read.sentences == {ACCENT: 0, JOKE: 1}
    assert {language: len(rows) for language, rows in read.blind.items()} == {"es": 2, "de": 1}
    assert read.in_english["ein slot"] == "a slot"


def test_a_written_code_is_its_passages_and_what_is_asked(tmp_path: Path):
    """Numbers of sentences are counted from 1 in the file, from 0 here."""
    code = next(c for c in small_materials.materials(tmp_path / "m").codes if c.name == "z1")
    assert code.passages[0] == Passage(
        "a-1", "A", "No accent is wrong. Nobody laughs.", ("No accent is wrong.", "Nobody laughs.")
    )
    assert code.questions[0] == CodeQuestion("z1: may I joke about his accent", {"a-1": 2, "b-1": 1}, 0)
    assert code.questions[0].first == "a-1"
    assert [question.sentence for question in code.questions] == [0, 1, None, 0]
    assert code.silent == (SilentQuestion("z1: pizza", "far"), SilentQuestion("z1: my taxes", "conduct"))


def test_questions_that_were_asked_of_other_codes_belong_to_the_code_that_was_asked(tmp_path: Path):
    """After its own, with what it says to them, or among the silent ones."""
    folder = small_materials.write(tmp_path / "m")
    codes = {c.name: c for c in materials.read(small_materials.code(), small_materials.bank(), folder).codes}
    assert codes["z2"].questions[-1] == CodeQuestion("z2: may he mock me", {"a-1": 2}, 1)
    assert codes["z2"].silent[-1] == SilentQuestion("z2: where do I park", "conduct")
    assert len(codes["z2"].questions) == len(codes["z1"].questions) + 1
    (folder / "asked_elsewhere.jsonl").unlink()
    again = {c.name: c for c in materials.read(small_materials.code(), small_materials.bank(), folder).codes}
    assert len(again["z2"].questions) == len(codes["z1"].questions)


def cut(path: Path) -> None:
    """Cut a line in half."""
    path.write_text(path.read_text()[:-20])


def without(key: str) -> Callable[[Path], None]:
    """Remove a field from a line or a file."""

    def change(path: Path) -> None:
        first = json.loads(path.read_text().splitlines()[0])
        del first[key]
        path.write_text(json.dumps(first))

    return change


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("parallel.jsonl", Path.unlink),
        ("parallel.jsonl", cut),
        ("parallel.jsonl", without("english")),
        ("sentences.jsonl", lambda path: path.write_text("[1, 2]")),
        ("sentences.jsonl", lambda path: path.write_bytes(b"\xff\xfe")),
        ("dev_languages.jsonl", lambda path: path.write_text('{"text": "a", "lang": "es", "passages": 3}')),
        ("codes/z1.json", cut),
        ("codes/z1.json", without("questions")),
        ("codes/z1.json", lambda path: path.write_text("null")),
    ],
)
def test_a_file_that_cannot_be_read_is_one_sentence(tmp_path: Path, name: str, change: Callable):
    """It says where to look; an hour of training does not begin."""
    folder = small_materials.write(tmp_path / "m")
    change(folder / name)
    with pytest.raises(DataError) as error:
        materials.read(small_materials.code(), small_materials.bank(), folder)
    sentence = str(error.value)
    assert sentence.startswith(f"{folder} cannot be read (")
    assert sentence.endswith("): see its README for its files.")
    assert "\n" not in sentence


def test_the_materials_of_the_project_hold_together(dataset):
    """Each text leads to passages of its code; the held-out codes exist, and no language is missing."""
    read = materials.read(dataset.code, dataset.bank)
    known, bank = {passage.id for passage in dataset.code.passages}, {s.text for s in dataset.bank.situations}
    assert {row.language for row in read.parallel} == set(read.blind) == {
        "es", "fr", "pt", "de", "id", "hi", "ar", "zh", "ja", "ru",
    }  # fmt: skip
    assert all(row.english in bank for row in read.parallel)
    assert all(row.situation.shown <= known for row in read.parallel)
    assert set(read.sentences) <= bank
    assert len(read.codes) == 174
    assert set(HELD_OUT) <= {code.name for code in read.codes}
    for code in read.codes:
        sentences = {passage.id: passage.sentences for passage in code.passages}
        for question in code.questions:
            assert set(question.grades) <= set(sentences)
            assert question.sentence is None or question.sentence < len(sentences[question.first])
    assert FOLDER.is_dir()


def test_a_real_code_is_read_with_its_labels_as_its_text_is_cut_now(tmp_path: Path):
    """If a passage's id has changed, the labelled words identify it."""
    folder = tmp_path / "someone"
    folder.mkdir()
    (folder / "code_of_conduct.md").write_text("## Words\n\nBe kind.\n\nNo accent is wrong, and none is laughed at.\n")
    rows = [
        {"question": "may I laugh", "in_scope": True, "gold": {"words-1": 2}, "register": "plain",
         "gold_text": {"words-1": "No accent is wrong, and none"}},
        {"question": "be kind?", "in_scope": True, "gold": {"words-1": 2}, "register": "plain"},
        {"question": "pizza", "in_scope": False, "gold": {}, "register": "far"},
    ]  # fmt: skip
    (folder / materials.REAL_QUESTIONS).write_text("".join(json.dumps(row) + "\n" for row in rows))
    (code,) = materials.read_real_codes(tmp_path)
    assert [question.grades for question in code.questions] == [{"words-2": 2}, {"words-1": 2}]
    assert code.silent == (SilentQuestion("pizza", "far"),)
    (folder / materials.REAL_QUESTIONS).write_text("{}")
    with pytest.raises(DataError, match=r"cannot be read \(KeyError\): see docs/evaluation\.md\.$"):
        materials.read_real_codes(tmp_path)
