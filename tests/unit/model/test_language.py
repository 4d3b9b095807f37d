"""Languages that the model reads, and those that it does not."""

from pathlib import Path

import pytest

from conduct.answering.dataset_revision import DatasetRevision
from conduct.answering.engine import Engine
from conduct.answering.language import ANY, languages_of, notice
from conduct.hub.snapshot import Snapshot

ENGLISH = frozenset({"en"})
READ = (
    "¿Está bien reírse del acento de alguien?",
    "Puis-je rire de son accent s'il rit aussi ?",
    "Posso rir do sotaque dele se ele também ri?",
    "Darf ich über seinen Akzent lachen, wenn er mitlacht?",
    "Bolehkah saya menertawakan logatnya kalau dia ikut tertawa?",
    "क्या उसके लहजे पर हंसना ठीक है?",
    "هل من المقبول أن أضحك على لهجته؟",
    "我可以笑他的口音吗？",
    "彼の訛りを笑ってもいいですか？",
    "Можно ли смеяться над его акцентом?",
)
FOREIGN = (
    "Czy mogę śmiać się z jego akcentu, jeśli on też się śmieje?",
    "Aksanına gülebilir miyim, o da gülüyorsa?",
    "그 사람의 억양을 비웃어도 되나요?",
    "Μπορώ να γελάσω με την προφορά του;",
    "האם מותר לי לצחוק על המבטא שלו?",
)


@pytest.mark.parametrize("question", FOREIGN)
def test_another_language_gets_a_notice_and_never_a_flat_no(engine: Engine, question: str):
    """The model cannot call silent what it cannot read."""
    answer = engine.ask(question)
    assert "does not seem to be in a language that the model reads" in answer.notice
    assert "English" in answer.notice
    assert answer.notice.endswith(", if you can.")
    assert answer.coverage in ("covered", "unclear")


@pytest.mark.parametrize("question", READ)
def test_the_ten_other_languages_that_it_learnt_get_no_notice(model: Snapshot, question: str):
    """They stand on its card."""
    assert notice(question, languages_of(model.folder)) is None


def test_fewer_than_one_in_a_thousand_english_texts_get_the_notice(edition: DatasetRevision):
    """Over the whole bank, with its slang, typos and fragments; of those with five words at most, one in a hundred."""
    texts = [situation.text for situation in edition.bank.situations]
    for some, most in ((texts, 0.001), ([text for text in texts if len(text.split()) <= 5], 0.01)):
        assert sum(notice(text, ENGLISH) is not None for text in some) < len(some) * most


@pytest.mark.parametrize(
    ("card", "languages"),
    [
        ("---\nlanguage: en\n---\n", {"en"}),
        ("---\nlanguage:\n- de\n- fr\n---\n", {"de", "fr"}),
        ("---\nlanguage:\n- en\n- multilingual\n---\n", set(ANY)),
        ("---\ntags: []\n---\n", set()),
        ("no card", set()),
        ("---\nlanguage: [\n---\n", set()),
    ],
)
def test_languages_stand_on_the_models_card(tmp_path: Path, card: str, languages: set[str]):
    """A card that names none, or is broken, names none."""
    (tmp_path / "README.md").write_text(card)
    assert languages_of(tmp_path) == languages


@pytest.mark.parametrize("languages", [ANY, frozenset(), frozenset({"en", "de"})])
def test_a_model_that_reads_the_language_gives_no_notice(languages: frozenset[str]):
    """A multilingual model, one that names nothing, and one that names German."""
    assert notice("Darf ich über seinen Akzent lachen, wenn er mitlacht?", languages) is None
