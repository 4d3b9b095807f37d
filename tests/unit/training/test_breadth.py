"""Figures for other languages and codes, and for grave questions, on results made by hand."""

import json
from pathlib import Path

import pytest

from conduct.answering.answerer import Answerer
from conduct.answering.dataset_revision import DatasetRevision
from conduct.dataset.files import SITUATIONS_FILE, TEXT_FILE
from conduct.dataset.situations import Judgement, Question
from conduct.errors import DataError
from conduct.hub.snapshot import Snapshot
from conduct.ranking.calibration import Bands
from conduct.ranking.index import Match, SearchResult
from conduct.text.code import Passage
from conduct.training import breadth, care, report
from conduct.training.breadth import OURS, Asked
from conduct.training.materials import CodeQuestion, SilentQuestion
from tests.fakes import WordEncoder
from tests.support import small_materials

PASSAGES = tuple(Passage(name, "", f"{name}. Two.", (f"{name}.", "Two, longer.")) for name in "abcd")
BANDS = Bands(0.7, 0.3)


def found(order: str, in_scope: float, marked: int = 0) -> SearchResult:
    """A result with passages in this order; in each the sentence `marked` is marked."""
    passages = [next(passage for passage in PASSAGES if passage.id == name) for name in order]
    matches = tuple(Match(passage, 1 / n, passage.sentences[marked], None) for n, passage in enumerate(passages, 1))
    return SearchResult(matches, in_scope, BANDS)


ASKED = [
    Asked(
        "es",
        (CodeQuestion("q", {"a": 2}, 0), CodeQuestion("q", {"b": 2, "a": 1}, 1)),
        (found("abcd", 0.9), found("acbd", 0.5)),
        (SilentQuestion("s", "far"), SilentQuestion("s", "near")),
        (found("abcd", 0.1), found("abcd", 0.8)),
        {"plain": (("b", "c", "d", "a"), ("b", "a", "c", "d"))},
    ),
    Asked(
        "de",
        (CodeQuestion("q", {"d": 2}, None),) * 2,
        (found("dabc", 0.9), found("abcd", 0.2)),
        (SilentQuestion("s", "far"),),
        (found("abcd", 0.5),),
        {"plain": (("a", "b", "c", "d"), ("d", "b", "c", "a"))},
    ),
]


def test_figures_over_all_groups_and_of_each():
    """Of four questions two are right at first, three among three; likewise for the other system."""
    measured = breadth.measure("Languages", ASKED)
    ours, plain = measured.systems
    assert (measured.title, measured.questions, ours.system, plain.system) == ("Languages", 4, OURS, "plain")
    assert (ours.hit1.value, ours.hit3.value) == (0.5, 0.75)
    assert (plain.hit1.value, plain.hit3.value) == (0.5, 0.5)
    assert (measured.covered.value, measured.not_covered.value) == (0.5, 0.25)
    assert [(row.kind, row.count, row.covered.value, row.not_covered.value) for row in measured.silent] == [
        ("far", 2, 0.0, 0.5),
        ("near", 1, 1.0, 0.0),
    ]
    assert [(group, figure.value) for group, figure in measured.by_group] == [("es", 0.5), ("de", 0.5)]
    # The first sentence is marked in both, and asked for in one; the second is always the longer.
    assert (measured.marked.value, measured.longest.value) == (0.5, 0.5)
    assert breadth.measure("No marks", ASKED[1:]).marked is None


def test_the_figures_are_said_in_tables():
    """Each with its interval."""
    measured = breadth.measure("Languages", ASKED)
    lines = report.breadth_as_markdown(measured).splitlines()
    assert "Languages: 4 questions in scope." in lines
    assert f"| {OURS} | {measured.systems[0].hit1} | {measured.systems[0].hit3} |" in lines
    assert f"| silent: far | 2 | {measured.silent[0].covered} | {measured.silent[0].not_covered} |" in lines
    assert "hit@1: es 0.50, de 0.50." in lines
    assert lines[-1] == f"The sentence marked is right: {measured.marked}; always the longest: {measured.longest}."


def test_a_code_and_languages_are_asked_their_questions(tmp_path: Path):
    """The closest pieces of other encoders beside what the app finds."""
    read, encoder = small_materials.materials(tmp_path / "m"), WordEncoder()
    code = next(code for code in read.codes if code.name == "z1")
    asked = breadth.ask_code(code, encoder, None, {"plain": encoder})
    assert (asked.group, len(asked.found), len(asked.silent_found)) == ("z1", 4, 2)
    assert asked.found[2].matches[0].passage.id == "a-2"
    assert asked.others["plain"][2][0] == "a-2"
    dataset = _dataset(tmp_path / "text")
    answerer = Answerer.make(dataset, lambda _: encoder, Snapshot(tmp_path, "words", "local"))
    languages = breadth.ask_languages(read, answerer.index, encoder, {})
    assert [(one.group, len(one.questions), len(one.silent)) for one in languages] == [("es", 1, 1), ("de", 1, 0)]
    # In their own language they have no word that this encoder knows.
    assert languages[1].others[breadth.IN_ENGLISH][0][0] == "chances-1"


def _dataset(folder: Path) -> DatasetRevision:
    folder.mkdir()
    (folder / TEXT_FILE).write_text(small_materials.TEXT)
    rows = [{"text": "an accent", "passages": {"words-1": 2}}, {"text": "a slot", "passages": {"chances-1": 2}},
            {"text": "pizza", "passages": {}}]  # fmt: skip
    (folder / SITUATIONS_FILE).write_text("".join(json.dumps(row) + "\n" for row in rows))
    return DatasetRevision.read(Snapshot(folder, "text", "local"))


def test_what_somebody_in_trouble_reads_is_counted(tmp_path: Path):
    """Only of the split; an example counts if it is near enough to be shown."""
    folder = tmp_path / "care"
    (folder / "grave").mkdir(parents=True)
    rows = {
        "grave/english.jsonl": [{"text": "I want to die", "split": "dev"}, {"text": "pizza", "split": "test"}],
        "grave/negatives.jsonl": [{"text": "pizza", "split": "dev"}, {"text": "an accent", "split": "dev"}],
        "grave/languages.jsonl": [{"text": "pizza, please", "split": "dev", "grave": False}],
        "examples.jsonl": [
            {
                "question": "an accent",
                "example": "accent",
                "first": "helps",
                "third": "hurts",
                "split": "dev",
                "never": False,
            },
            {
                "question": "an accent",
                "example": "pizza",
                "first": "hurts",
                "third": "hurts",
                "split": "dev",
                "never": False,
            },
            {
                "question": "an accent",
                "example": "accent",
                "first": "hurts",
                "third": "hurts",
                "split": "dev",
                "never": True,
            },
        ],
    }
    for name, lines in rows.items():
        (folder / name).write_text("".join(json.dumps(line) + "\n" for line in lines))
    answerer = Answerer.make(_dataset(tmp_path / "text"), lambda _: WordEncoder(), Snapshot(tmp_path, "words", "local"))
    questions = [Question("an accent, a slot", (Judgement("words-1", 2), Judgement("chances-1", 1)))]
    measured = care.measure(answerer, questions, "dev", folder)
    assert (measured.grave, measured.grave_silent.value) == (1, 0.0)
    assert measured.harmless_silent.value == pytest.approx(2 / 3)
    assert (measured.examples, measured.examples_hurt) == (1, 1)
    assert [(hand, figure.value) for hand, figure in measured.examples_help] == [("first", 1.0), ("third", 0.0)]
    assert "| of them, those that hurt, by either hand | 1 |" in report.care_as_markdown(measured)
    with pytest.raises(DataError, match=r"cannot be read \(FileNotFoundError\): see its README\.$"):
        care.measure(answerer, questions, "dev", tmp_path / "none")
