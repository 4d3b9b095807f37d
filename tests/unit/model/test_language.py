"""Languages that were measured, and those that were not."""

from pathlib import Path

import pytest

from conduct.answering.dataset_revision import DatasetRevision
from conduct.answering.engine import Engine
from conduct.answering.language import ANY, languages_of, notice

ENGLISH = frozenset({"en"})
MEASURED = (
    "¿Está bien reírse del acento de alguien?",
    "Est-ce que je peux me moquer de son accent ?",
    "Posso rir do sotaque dele se ele rir também?",
    "Darf ich über seinen Akzent lachen, wenn er mitlacht?",
    "Boleh gak aku bercanda soal logat dia?",
    "क्या उसके लहजे पर हंसना ठीक है?",
    "هل من المقبول أن أضحك على لهجته؟",
    "我可以笑他的口音吗？",
    "彼の訛りを笑ってもいいですか",
    "Можно ли смеяться над его акцентом?",
)
OTHERS = (
    "Czy mogę żartować z jego akcentu, jeśli on też się śmieje?",
    "Posso ridere del suo accento, se ride anche lui con noi?",
    "Onun aksanıyla dalga geçmem sorun olur mu, kendisi de gülüyor?",
    "그 사람의 억양을 놀려도 괜찮을까요?",
    "Tôi có được đùa về giọng nói của anh ấy không?",
)


@pytest.mark.parametrize("question", OTHERS)
def test_a_language_that_was_not_measured_gets_a_notice_and_never_a_flat_no(engine: Engine, question: str):
    """For such a question, the app cannot know that the code is silent."""
    answer = engine.ask(question)
    assert "does not seem to be in one of the languages that were measured (Arabic, " in answer.notice
    assert answer.coverage in ("covered", "unclear")


@pytest.mark.parametrize("question", MEASURED)
def test_a_language_that_was_measured_gets_none(engine: Engine, question: str):
    """The same joke in ten languages."""
    assert engine.ask(question).notice is None


def test_fewer_than_one_in_a_thousand_english_texts_get_the_notice(dataset: DatasetRevision):
    """In the whole bank, with slang, typos and fragments; of texts with at most five words, one in a hundred."""
    texts = [situation.text for situation in dataset.bank.situations]
    for some, limit in ((texts, 0.001), ([text for text in texts if len(text.split()) <= 5], 0.01)):
        assert sum(notice(text, ENGLISH) is not None for text in some) < len(some) * limit


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
    """A card that names none, or is broken, gives none."""
    (tmp_path / "README.md").write_text(card)
    assert languages_of(tmp_path) == languages


@pytest.mark.parametrize("languages", [ANY, frozenset(), frozenset({"en", "de"})])
def test_a_model_that_reads_the_language_gives_no_notice(languages: frozenset[str]):
    """A multilingual model, one that names no language, and one that names German."""
    assert notice("Darf ich über seinen Akzent lachen, wenn er mitlacht?", languages) is None
