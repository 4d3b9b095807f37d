"""Seven languages that say the same."""

import json
import re
from pathlib import Path

import pytest

from conduct import errors
from conduct.answering import answer, engine, language, validation
from conduct.answering.validation import clean_question
from conduct.api import service
from conduct.errors import QuestionError
from conduct.messages import LanguageNames, Message
from conduct.model import remote
from conduct.web import embed, long_question, page, render, translations
from conduct.web.translations import LANGUAGES, preferred, words

WEB = Path(translations.__file__).parent
TRANSLATED = LANGUAGES[1:]
# Names that no language translates: what is typed into an address, and our own.
NAMES = {"light", "dark", "auto", "html", "hugging", "face", "python", "hub", "markdown"}
# Words that a language shares with English.
SHARED = {
    "code", "comment", "decide", "describe", "link", "local", "machine", "mail", "minute", "original", "page",
    "passage", "passages", "question", "questions", "situation", "situations", "suggestions",
}  # fmt: skip
VALUES = {
    "most": 1000, "length": 1001, "waiting": 256, "seconds": 12, "came": "7", "number": 2, "total": 3,
    "languages": LanguageNames(("en",)), "text": "7", "model": "7", "dataset": "7", "situation": "7",
    "helpline": "7", "words": "7",
}  # fmt: skip


def shown() -> set[str]:
    """Every English text that a template or a script gives to be translated."""
    found = {render.GETTING_READY, *page.BROWSER_WORDS}
    for template in (WEB / "templates").glob("*.html"):
        found |= set(re.findall(r'\bw(?:\.around)?\("([^"]+)"', template.read_text(encoding="utf-8")))
    return found


def said() -> set[str]:
    """Every sentence that the program says to a visitor."""
    return {
        *answer.MESSAGES.values(),
        answer.GRAVE_MESSAGE,
        answer.SELFHARM_NOTICE,
        answer.WHAT_NEXT,
        answer.HOW_TO_ASK,
        long_question.READ_IN_PART,
        answer.CUT_NOTICE,
        language.NOTICE,
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


@pytest.mark.parametrize("name", TRANSLATED)
def test_nothing_is_left_in_english_and_nothing_is_left_over(name: str):
    """The same keys in each file, all of them used, with the same placeholders."""
    table = json.loads((WEB / "locales" / f"{name}.json").read_text(encoding="utf-8"))
    assert set(table) == shown() | said()
    first = json.loads((WEB / "locales" / f"{TRANSLATED[0]}.json").read_text(encoding="utf-8"))
    assert list(table) == list(first)
    for english, translated in table.items():
        assert sorted(re.findall(r"\{\w+\}", translated)) == sorted(re.findall(r"\{\w+\}", english)), english


@pytest.mark.parametrize("name", TRANSLATED)
def test_a_rendered_sentence_has_no_english_word_left(name: str):
    """Values included: numbers and names of languages have the language's own form."""
    english_words = {word for text in shown() | said() for word in re.findall(r"[a-z]{4,}", text.lower())}
    for english in shown() | said():
        needed = {key: VALUES[key] for key in re.findall(r"\{(\w+)\}", english)}
        rendered = words(name).say(Message(english, needed))
        left = set(re.findall(r"(?<![^\W\d_])[a-z]{4,}(?![^\W\d_])", rendered.lower())) & english_words - NAMES
        assert left <= SHARED, rendered
        assert "English" not in rendered
    separator = {"es": ".", "fr": "\u202f", "pt": ".", "hi": ",", "ar": ",", "zh": ","}[name]
    assert f"10{separator}001" in words(name).say(refusal("x" * 10_001))


def refusal(text: str) -> Message:
    """What a question is refused with."""
    with pytest.raises(QuestionError) as refused:
        clean_question(text)
    return refused.value.message


def test_the_notice_about_languages_names_them_in_the_readers_own():
    """Also two."""
    notice = Message(language.NOTICE, {"languages": LanguageNames(("de", "en"))})
    assert "pregunta en alemán o inglés, si puedes." in words("es").say(notice)
    assert "ask in English or German, if you can." in str(notice)


@pytest.mark.parametrize(
    ("header", "name"),
    [
        (None, "en"),
        ("", "en"),
        ("fr-CH, fr;q=0.9, en;q=0.8", "fr"),
        ("en;q=0.5, ar", "ar"),
        ("zh-CN", "zh"),
        ("de, fr;q=0.9", "en"),
        ("*", "en"),
        (";;q=,,=", "en"),
    ],
)
def test_the_first_language_of_a_browser_counts(header: str | None, name: str):
    """As it does for Gradio's own words, so that a page speaks one language."""
    assert preferred(header).language == name
