"""How well grave questions are recognized, on labelled texts in eleven languages."""

import json
from pathlib import Path

import pytest

from conduct.answering.answer import MIN_EXAMPLE_COSINE
from conduct.answering.care import GRAVE, SELFHARM, asks_for_patience, care_for
from conduct.answering.dataset_revision import DatasetRevision

DATA = Path(__file__).parents[3] / "training_data" / "care"


def rows(name: str) -> list[dict]:
    """The labelled texts of a file, both halves."""
    return [json.loads(line) for line in (DATA / name).read_text(encoding="utf-8").splitlines()]


def test_no_grave_situation_of_the_bank_is_ever_shown(dataset: DatasetRevision):
    """Their lines say so, whatever the app recognizes."""
    grave = [situation for situation in dataset.bank.situations if care_for(situation.text) is not None]
    assert len(grave) > 500
    assert [situation.text for situation in grave if situation.showable] == []


def share(found: list[bool]) -> float:
    """The share that is true."""
    return sum(found) / len(found)


def texts(split: str, grave: bool) -> list[tuple[str, str]]:
    """(text, kind) in all languages."""
    labelled = [row | {"grave": True} for row in rows("grave/english.jsonl")]
    labelled += [row | {"grave": False} for row in rows("grave/negatives.jsonl")]
    labelled += rows("grave/languages.jsonl") + rows("grave/selfharm.jsonl")
    return [(row["text"], row.get("kind", "")) for row in labelled if row["split"] == split and row["grave"] is grave]


@pytest.mark.parametrize(("split", "grave", "selfharm", "harmless"), [("dev", 1.0, 1.0, 0.0)])
def test_grave_questions_are_taken_for_grave(split: str, grave: float, selfharm: float, harmless: float):
    """The patterns were written on the dev half; the other half was used once, and says what to expect."""
    found = texts(split, grave=True)
    assert share([care_for(text) is not None for text, _ in found]) >= grave
    assert share([care_for(text) == SELFHARM for text, kind in found if kind == SELFHARM]) >= selfharm
    assert share([care_for(text) is not None for text, _ in texts(split, grave=False)]) <= harmless


@pytest.mark.parametrize("language", ["en", "es", "fr", "pt", "de", "id", "hi", "ar", "zh", "ja", "ru"])
@pytest.mark.parametrize("split", ["dev", "test"])
def test_who_may_want_to_die_is_recognised_in_each_language(language: str, split: str):
    """Eight kinds of wording, each in the test half of about half of the languages; their writer knew both halves."""
    found = [row["text"] for row in rows("grave/selfharm.jsonl") if (row["lang"], row["split"]) == (language, split)]
    assert len(found) == 4
    assert [text for text in found if care_for(text) != SELFHARM] == []


@pytest.mark.parametrize("grave", [True, False])
@pytest.mark.parametrize("language", ["de", "id", "ja", "ru"])
def test_grave_questions_and_harmless_ones_that_are_near(language: str, grave: bool):
    """Six of each: touch, addresses, fear, hate, images, a perpetrator; and talks, bugs, jokes, cats."""
    near = [row["text"] for row in rows("grave/near.jsonl") if (row["lang"], row["grave"]) == (language, grave)]
    assert len(near) == 6
    assert [text for text in near if (care_for(text) is not None) != grave] == []


def test_oblique_words_for_the_wish_to_die_and_harmless_ones_with_grave_words():
    """A roof, a letter, others who would be better off; and a farewell mail, a process, a kitchen knife."""
    labelled = rows("grave/oblique.jsonl")
    assert [row["text"] for row in labelled if care_for(row["text"]) != row["care"]] == []
    assert len({row["lang"] for row in labelled if row["care"] == SELFHARM}) == 11


def test_what_a_code_is_silent_on_is_hardly_ever_taken_for_grave():
    """9,000 everyday lines in ten languages; the patterns were corrected on a third of them, the others came later."""
    lines = (DATA.parent / "parallel.jsonl").read_text(encoding="utf-8").splitlines()
    silent = [row["text"] for row in map(json.loads, lines) if not row["passages"]]
    assert len(silent) > 9_000
    assert share([care_for(text) is not None for text in silent]) <= 0.016


@pytest.mark.parametrize(
    ("text", "care"),
    [
        ("I WANT TO DIE!!!", SELFHARM),
        ("i dont wanna live anymore", SELFHARM),
        ("Quiero morirme", SELFHARM),
        ("я хочу умереть", SELFHARM),
        ("死にたい", SELFHARM),
        ("أريد أن أموت", SELFHARM),
        ("ich will nicht mehr leben", SELFHARM),
        ("aku mau mati aja", SELFHARM),
        ("nobody would notice if I was gone from the call for five minutes", None),
        ("my laptop goes to sleep and I have to press a key", None),
        ("tonight is her last night at the conference, may we throw a party", None),
        ("I burned my arm on the soldering iron at the workshop", None),
        ("He touched me", GRAVE),
        ("this meeting kills me", None),
        ("kill the process on port 7860", None),
        ("that talk touched me", None),
        ("They laugh at his accent", None),
        ("", None),
    ],
)
def test_cases_that_a_reader_can_check(text: str, care: str | None):
    """In capitals, without apostrophes, in other scripts."""
    assert care_for(text) == care


def test_which_passages_ask_for_patience():
    """Passages that a person who was hurt must not read first."""
    assert asks_for_patience("Give each other the benefit of the doubt.")
    assert asks_for_patience("There may sometimes be hiccups along the way.")
    assert not asks_for_patience("We do not tolerate inappropriate conduct.")


@pytest.mark.parametrize(
    ("asks", "does_not"),
    [
        ("Assume good intent.", "Patients' data stay private."),
        ("Dense unos a otros el beneficio de la duda.", "No toleramos el acoso."),
        ("Accordez aux autres le bénéfice du doute.", "Nous ne tolérons pas le harcèlement."),
        ("Dê aos outros o benefício da dúvida.", "Não toleramos assédio."),
        ("Habt Geduld miteinander.", "Wir dulden keine Belästigung."),
        ("Selalu berprasangka baik kepada orang lain.", "Pelecehan tidak ditoleransi."),
        ("एक-दूसरे के साथ धैर्य रखें।", "उत्पीड़न बर्दाश्त नहीं किया जाएगा।"),
        ("افترضوا حسن النية.", "لا نتسامح مع التحرش."),
        ("请以善意揣测他人。", "我们不容忍骚扰。"),
        ("互いに善意を前提としましょう。", "ハラスメントは許しません。"),
        ("Проявляйте терпение друг к другу.", "Мы не терпим травлю."),
    ],
)
def test_patience_is_asked_for_in_any_language(asks: str, does_not: str):
    """Codes of other communities are not only in English."""
    assert asks_for_patience(asks)
    assert not asks_for_patience(does_not)


@pytest.mark.parametrize("split", ["dev", "test"])
def test_of_the_examples_that_are_near_enough_to_be_shown_none_hurts(split: str):
    """They were labelled twice, the second time blind; the worse label counts."""
    shown = [
        row for row in rows("examples.jsonl")
        if row["split"] == split and row["nearness"] >= MIN_EXAMPLE_COSINE and not row["never"]
    ]  # fmt: skip
    assert len(shown) >= 50
    assert not [row for row in shown if "hurts" in (row["first"], row["second"])]
