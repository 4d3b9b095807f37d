"""Eleven languages that say the same."""

import json
import re
from datetime import date
from pathlib import Path

import pytest
from babel import Locale

from conduct import errors
from conduct.answering import answer, engine, language, validation
from conduct.answering.validation import clean_question
from conduct.api import service
from conduct.errors import QuestionError
from conduct.messages import LanguageNames, Message
from conduct.model import remote
from conduct.web import embed, long_question, page, render, translations, wording
from conduct.web.translations import LANGUAGES, preferred_translator, translator_for

WEB = Path(translations.__file__).parent
TRANSLATED = LANGUAGES[1:]
# Words that are not translated: parts of addresses, and names.
NAMES = {
    "light", "dark", "auto", "html", "hugging", "face", "python", "hub", "markdown", "forwarded", "prefix", "pull",
    "request", "meetup", "proxy",
}  # fmt: skip
# Words that a language shares with English.
SHARED = {
    "es": {"describe", "local", "original", "panel"},
    "fr": {
        "accent", "code", "comment", "local", "machine", "mail", "minute", "original", "page", "panel", "passage",
        "passages", "question", "questions", "situation", "situations", "suggestions", "train",
    },
    "pt": {"decide", "link", "local", "mail", "original"},
    "de": {"code", "form", "link", "mail", "such", "minute", "okay", "original", "situation", "text"},
    "id": {"model", "panel", "program"},
}  # fmt: skip
VALUES = {
    "limit": 1000, "length": 1001, "waiting": 256, "seconds": 12, "received": "7", "number": 2, "total": 3,
    "languages": LanguageNames(("en",)), "text": "7", "model": "7", "dataset": "7", "situation": "7",
    "helpline": "7", "words": "7", "date": date(2026, 11, 22),
}  # fmt: skip


def shown() -> set[str]:
    """Every English text that a template or a script has translated."""
    found = {render.GETTING_READY, *page.BROWSER_WORDS, wording.MISPLACED, wording.FOR_EXAMPLE, *wording.EXAMPLES}
    for template in (WEB / "templates").glob("*.html"):
        found |= set(re.findall(r'\bt(?:\.around)?\("([^"]+)"', template.read_text(encoding="utf-8")))
    return found


def said() -> set[str]:
    """Every sentence for visitors in the code."""
    return {
        *answer.MESSAGES.values(),
        answer.GRAVE_MESSAGE,
        answer.SELFHARM_NOTICE,
        answer.WHAT_NEXT,
        answer.HOW_TO_ASK,
        long_question.READ_IN_PART,
        answer.CUT_NOTICE,
        language.NOTICE,
        language.TEXT_NOTICE,
        engine.NOT_READY,
        engine.NO_TEXT,
        remote.AWAY,
        errors.UNEXPECTED,
        validation.EMPTY,
        validation.TOO_LONG,
        validation.BINARY,
        validation.ONLY_QUOTES,
        validation.ONLY_NAMES,
        answer.READ_AS_DRAFT,
        embed.NO_FORM,
        embed.WRONG_THEME,
        embed.WRONG_LIMIT,
        service.BUSY,
        service.BUSY_ONE,
    }


def forms(translated: str | dict) -> list[str]:
    """A translation, or all forms of one that depends on a number."""
    return [translated] if isinstance(translated, str) else [form for by in translated.values() for form in by.values()]


@pytest.mark.parametrize("name", TRANSLATED)
def test_nothing_is_left_in_english_and_nothing_is_left_over(name: str):
    """The same keys in each file, all of them used, with the same placeholders."""
    table = json.loads((WEB / "locales" / f"{name}.json").read_text(encoding="utf-8"))
    assert set(table) == shown() | said()
    first = json.loads((WEB / "locales" / f"{TRANSLATED[0]}.json").read_text(encoding="utf-8"))
    assert list(table) == list(first)
    for english, translated in table.items():
        for form in forms(translated):
            assert sorted(re.findall(r"\{\w+\}", form)) == sorted(re.findall(r"\{\w+\}", english)), english


@pytest.mark.parametrize("name", TRANSLATED)
def test_a_rendered_sentence_has_no_english_word_left(name: str):
    """Including values: numbers and names of languages have the form of the language."""
    english_words = {word for text in shown() | said() for word in re.findall(r"[a-z]{4,}", text.lower())}
    for english in shown() | said():
        needed = {key: VALUES[key] for key in re.findall(r"\{(\w+)\}", english)}
        rendered = translator_for(name).say(Message(english, needed))
        left = set(re.findall(r"(?<![^\W\d_])[a-z]{4,}(?![^\W\d_])", rendered.lower())) & english_words - NAMES
        assert left <= SHARED.get(name, set()), rendered
        assert "English" not in rendered
    separator = {
        "es": ".", "fr": "\u202f", "pt": ".", "de": ".", "id": ".", "hi": ",", "ar": ",", "zh": ",", "ja": ",",
        "ru": "\xa0",
    }[name]  # fmt: skip
    assert f"10{separator}001" in translator_for(name).say(refusal("x" * 10_001))


def refusal(text: str) -> Message:
    """The error for a question."""
    with pytest.raises(QuestionError) as refused:
        clean_question(text)
    return refused.value.message


def test_the_notice_about_languages_names_them_in_the_readers_own():
    """Also if there are two."""
    notice = Message(language.NOTICE, {"languages": LanguageNames(("de", "en"))})
    assert "que se midieron (alemán o inglés), así que" in translator_for("es").say(notice)
    assert "languages that were measured (English or German), so" in str(notice)


@pytest.mark.parametrize(
    ("name", "seconds", "said"),
    [
        ("ru", 1, "через 1 секунду."),
        ("ru", 2, "через 2 секунды."),
        ("ru", 5, "через 5 секунд."),
        ("ru", 12, "через 12 секунд."),
        ("ru", 21, "через 21 секунду."),
        ("ru", 60, "через 60 секунд."),
        ("ar", 3, "بعد 3 ثوانٍ."),
        ("ar", 12, "بعد 12 ثانية."),
        ("de", 2, "in 2 Sekunden noch einmal."),
        ("ja", 2, "2秒後にもう一度質問してください。"),
    ],
)
def test_a_number_has_its_plural_form(name: str, seconds: int, said: str):
    """As many forms as a language has, by CLDR's categories."""
    message = Message(service.BUSY, {"limit": 256, "waiting": 256, "seconds": seconds})
    assert translator_for(name).say(message).endswith(said)


def test_a_sentence_that_chats_and_terminals_are_shown_too_is_the_pages_own():
    """Word for word, since it is a key of the translations."""
    assert answer.MISSING_LIST in shown()


@pytest.mark.parametrize("name", TRANSLATED)
def test_every_plural_form_is_there(name: str):
    """A sentence that has several forms has each that whole numbers need in that language, and `other`."""
    wanted = {Locale.parse(name).plural_form(number) for number in range(2, 61)} | {"other"}
    for translated in translator_for(name).table.values():
        for by in translated.values() if not isinstance(translated, str) else ():
            assert set(by) == wanted


@pytest.mark.parametrize(
    ("header", "name"),
    [
        (None, "en"),
        ("", "en"),
        ("fr-CH, fr;q=0.9, en;q=0.8", "fr"),
        ("en;q=0.5, ar", "ar"),
        ("zh-CN", "zh"),
        ("de-AT, fr;q=0.9", "de"),
        ("id-ID,id;q=0.9,en;q=0.8", "id"),
        ("ja", "ja"),
        ("ru-RU", "ru"),
        ("nl, fr;q=0.9", "en"),
        ("*", "en"),
        (";;q=,,=", "en"),
    ],
)
def test_the_first_language_of_a_browser_counts(header: str | None, name: str):
    """As it does for Gradio's own words, so that a page speaks one language."""
    assert preferred_translator(header).language == name
