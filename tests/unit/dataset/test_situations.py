"""Situations and questions, read from JSON lines."""

import json
from pathlib import Path

import pytest

from conduct.answering.dataset_revision import DatasetRevision
from conduct.dataset.situations import Judgement, Situation, read_questions, read_situations
from conduct.errors import DataError


def write(path: Path, *rows: object) -> Path:
    """Write each row as a line of JSON, or unchanged if it is a text."""
    path.write_text("".join(f"{row if isinstance(row, str) else json.dumps(row)}\n" for row in rows), encoding="utf-8")
    return path


def test_a_situation_names_its_passages_with_grades(tmp_path: Path):
    """2 is shown first, 1 is shown also; without passages the code is silent."""
    rows = [{"text": " hi ", "passages": {"a-1": 2, "b-1": 1}, "theme": "t"}, {"text": "pizza", "passages": {}}]
    bank = read_situations(write(tmp_path / "s.jsonl", *rows, ""), ["a-1", "b-1"])
    assert bank.situations == (
        Situation("hi", (Judgement("a-1", 2), Judgement("b-1", 1)), "t"),
        Situation("pizza", ()),
    )
    assert bank.situations[0].first == {"a-1"}
    assert bank.situations[0].shown == {"a-1", "b-1"}
    assert not bank.situations[1].in_scope


def test_a_field_says_which_situations_are_never_shown(tmp_path: Path):
    """Only `false`; all other lines may be shown."""
    rows = [
        {"text": text, "passages": {}, **more}
        for text, more in (("a", {"show": False}), ("b", {"show": True}), ("c", {}))
    ]
    bank = read_situations(write(tmp_path / "s.jsonl", *rows), [])
    assert [situation.showable for situation in bank.situations] == [False, True, True]


def test_situations_of_passages_that_are_gone_are_dropped_and_counted(tmp_path: Path):
    """A new text may lack a passage that situations name."""
    bank = read_situations(write(tmp_path / "s.jsonl", {"text": "x", "passages": {"gone-1": 2}}), ["a-1"])
    assert (bank.situations, bank.dropped) == ((), 1)


def test_a_missing_file_is_an_empty_bank(tmp_path: Path):
    """A repository with only a text works."""
    assert read_situations(tmp_path / "none.jsonl", []).situations == ()


@pytest.mark.parametrize(
    "line",
    ["{", "[1]", '{"text": "x"}', '{"passages": {}}', '{"text": "x", "passages": {"a-1": 3}}', "[" * 10_000,
     '{"text": "x", "passages": {"a-1": true}}', '{"text": " ", "passages": {}}'],
)  # fmt: skip
def test_a_malformed_line_is_named(tmp_path: Path, line: str):
    """The sentence gives the file, the line, what was expected and what to do."""
    path = write(tmp_path / "s.jsonl", {"text": "x", "passages": {}}, line)
    with pytest.raises(DataError, match=r"^s\.jsonl line 2 must be like .* fix that line\.$"):
        read_situations(path, ["a-1"])


@pytest.mark.parametrize(
    ("passages", "said"),
    [
        ('{"a-1": 2, "b-1": 3, "c-1": 1}', "the grade of 'b-1' is 3"),
        ('{"b-1": 1, "a-1": "2"}', "the grade of 'a-1' is \"2\""),
        ('{"b-1": 1, "a-1": true}', "the grade of 'a-1' is true"),
        ('{"a-1": 1, "b-1": null}', "the grade of 'b-1' is null"),
    ],
)
def test_the_grade_that_is_wrong_is_the_one_that_is_named(tmp_path: Path, passages: str, said: str):
    """With its passage, as it stands in the file."""
    path = write(tmp_path / "s.jsonl", f'{{"text": "x", "passages": {passages}}}')
    with pytest.raises(DataError) as error:
        read_situations(path, ["a-1"])
    assert str(error.value).endswith(f"with grades 1 or 2, but {said}: fix that line.")


def test_too_many_lines_are_refused(tmp_path: Path):
    """A bank from the Hub cannot fill the memory."""
    path = tmp_path / "s.jsonl"
    path.write_text('{"text": "x", "passages": {}}\n' * 50_001)
    with pytest.raises(DataError, match="may have 50,000 lines"):
        read_situations(path, [])


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ('{"text": "' + "x" * 20_000, r"line 1 has more than 20,000 characters: shorten it\.$"),
        ('{"text": "' + "x" * 1_001 + '", "passages": {}}', r"has a text of 1,001 characters, 1,000 at most are read"),
        (r'{"text": "a \ud800 b", "passages": {}}', "has half a character"),
    ],
)
def test_texts_that_no_model_can_read_are_refused(tmp_path: Path, content: str, reason: str):
    """Each with its line."""
    with pytest.raises(DataError, match=reason):
        read_situations(write(tmp_path / "s.jsonl", content), [])


def test_a_byte_order_mark_changes_nothing(tmp_path: Path):
    """Some editors write one before the first line."""
    path = tmp_path / "s.jsonl"
    path.write_text('\ufeff{"text": "x", "passages": {}}\r\n', encoding="utf-8")
    assert read_situations(path, []).situations == (Situation("x", ()),)


def test_questions_have_a_split(tmp_path: Path):
    """Questions for fitting are kept apart from those for measuring."""
    rows = [{"text": "a", "passages": {"p-1": 2}, "split": "dev"}, {"text": "b", "passages": {}}]
    questions = read_questions(write(tmp_path / "q.jsonl", *rows), ["p-1"])
    assert [question.split for question in questions] == ["dev", "test"]


def test_no_question_stands_in_the_bundled_bank(dataset: DatasetRevision):
    """Otherwise an evaluation would measure nothing."""
    known = {" ".join(situation.text.lower().split()) for situation in dataset.bank.situations}
    assert not known & {" ".join(question.text.lower().split()) for question in dataset.read_questions()}
    assert dataset.bank.dropped == 0
