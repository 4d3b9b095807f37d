"""Seven languages that say the same."""

import json
import re
from pathlib import Path

import pytest

from conduct import errors
from conduct.answering import answer, engine, language
from conduct.answering.validation import clean_question
from conduct.errors import QuestionError
from conduct.model import remote
from conduct.web import page, render
from conduct.web.translations import LANGUAGES, _pattern, preferred, words

CONDUCT = Path(answer.__file__).parent
TRANSLATED = LANGUAGES[1:]


def used() -> set[str]:
    """Every English text that a template or a module gives to be translated."""
    found = {render.GETTING_READY, *page.BROWSER_WORDS}
    for template in (CONDUCT / "templates").glob("*.html"):
        found |= set(re.findall(r'\bw(?:\.around)?\("([^"]+)"', template.read_text(encoding="utf-8")))
    return found


def refusal(text: str) -> str:
    """What a question is refused with."""
    with pytest.raises(QuestionError) as refused:
        clean_question(text)
    return str(refused.value)


def spoken() -> list[str]:
    """Sentences that the program says in English, with values filled in."""
    return [
        *answer.MESSAGES.values(),
        answer.CUT_NOTICE,
        language.NOTICE.format(languages="English"),
        engine.NOT_READY,
        remote.AWAY,
        errors.UNEXPECTED,
        refusal(""),
        refusal("x" * 1001),
    ]


@pytest.mark.parametrize("name", TRANSLATED)
def test_nothing_is_left_in_english_and_nothing_is_left_over(name: str):
    """The same keys in each file, all of them used, with the same placeholders."""
    table = json.loads((CONDUCT / "locales" / f"{name}.json").read_text(encoding="utf-8"))
    assert used() <= set(table)
    first = json.loads((CONDUCT / "locales" / f"{TRANSLATED[0]}.json").read_text(encoding="utf-8"))
    assert list(table) == list(first)
    for english, translated in table.items():
        assert sorted(re.findall(r"\{\w+\}", translated)) == sorted(re.findall(r"\{\w+\}", english)), english
        assert translated.strip()
        assert translated != english or english == "Passages"  # which is French, too
        assert english in used() or any(_pattern(english).fullmatch(sentence) for sentence in spoken()), english


@pytest.mark.parametrize("name", TRANSLATED)
def test_what_the_program_says_is_retold(name: str):
    """Messages, notices and refusals, the values kept."""
    for sentence in spoken():
        said = words(name).retell(sentence) if sentence.endswith(".") else words(name)(sentence)
        assert said != sentence, sentence
    assert "1,001" in words(name).retell(refusal("x" * 1001))


def test_two_sentences_in_one_notice_are_both_retold():
    """And one that is unknown stays as it is."""
    both = f"{language.NOTICE.format(languages='English')} {answer.CUT_NOTICE}"
    french = words("fr").retell(both)
    assert french.startswith("Cette question ne semble pas être dans une langue que le modèle lit")
    assert french.endswith("seul son début a été comparé au code.")
    assert words("fr").retell("Three of four.") == "Three of four."
    assert words("fr").retell("") == ""


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
