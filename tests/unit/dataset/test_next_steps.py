"""Next steps: a small file that each community can write for itself."""

import json
from pathlib import Path

import pytest

from conduct.answering.dataset_revision import DatasetRevision
from conduct.dataset.next_steps import CONTACT, Step, in_language, read_next_steps
from conduct.errors import DataError
from conduct.hub.find_dataset import BUNDLED_DATA
from conduct.hub.snapshot import Snapshot
from conduct.web.translations import LANGUAGES


def steps(folder: Path, content: object) -> tuple[Step, ...] | None:
    """The steps in a file with `content`."""
    path = folder / "next_steps.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return read_next_steps(path)


def test_a_text_may_have_one_language_or_many(tmp_path: Path):
    """The reader's language is used, else English, else the first one."""
    rows = [{"for": ["covered"], "text": "Frag Ada."}, {"for": ["grave"], "text": {"en": "Ask.", "es": "Pregunta."}}]
    one, two = steps(tmp_path, rows)
    assert in_language(one.texts, "fr") == "Frag Ada."
    assert [in_language(two.texts, language) for language in ("es", "fr")] == ["Pregunta.", "Ask."]


@pytest.mark.parametrize(
    ("content", "came"),
    [
        ("{", "it is no JSON in UTF-8"),
        ({}, "it is not a list"),
        ([1], "step 1 is not an object"),
        ([{"for": "covered", "text": "A"}], "the `for` of step 1 is not a list of"),
        ([{"for": ["other"], "text": "A"}], "the `for` of step 1 is not a list of"),
        ([{"for": ["covered"], "text": " "}], "step 1 has no text"),
        ([{"for": ["covered"], "text": "A", "url": "javascript:alert(1)"}], "the `url` of step 1 is no address"),
    ],
)
def test_a_wrong_file_is_refused_with_one_sentence(tmp_path: Path, content: object, came: str):
    """It says what is wrong, and in which step."""
    with pytest.raises(DataError) as refused:
        steps(tmp_path, content)
    assert came in str(refused.value)


def test_ours_are_translated_and_others_get_the_general_ones(tmp_path: Path):
    """Steps that name Hugging Face are only for its ambassadors; a community's own file replaces all of them."""
    ours = read_next_steps(BUNDLED_DATA / "next_steps.json")
    for step in ours:
        assert set(step.texts) == set(LANGUAGES)
        assert set(step.links) == (set(LANGUAGES) if step.url else set())
        assert len({CONTACT in text for text in step.texts.values()}) == 1
    assert {when for step in ours for when in step.when} == {"covered", "unclear", "not_covered", "grave", "selfharm"}
    (tmp_path / "code_of_conduct.md").write_text("Be kind.", encoding="utf-8")
    general = DatasetRevision.read(Snapshot(tmp_path, "x", "y")).next_steps
    assert 0 < len(general) < len(ours)
    assert not any("Hugging Face" in text for step in general for text in step.texts.values())
    steps(tmp_path, [{"for": ["covered"], "text": "Ask Ada."}])
    assert [step.texts for step in DatasetRevision.read(Snapshot(tmp_path, "x", "y")).next_steps] == [{"": "Ask Ada."}]
