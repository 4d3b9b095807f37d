"""Translates the interface into the visitor's language, never the text of the code. Pure.

The English sentence is the key, as in gettext; without a translation it is shown in English. If a translation depends
on a number, its value is {"<the number's placeholder>": {"<plural category of CLDR>": ...}}.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from conduct import messages
from conduct.messages import Message

ENGLISH = "en"
LANGUAGES = (ENGLISH, "es", "fr", "pt", "de", "id", "hi", "ar", "zh", "ja", "ru")
_RIGHT_TO_LEFT = ("ar",)


@dataclass(frozen=True, slots=True)
class Translator:
    """Translates into one language; call it with an English sentence and the values of its {placeholders}."""

    language: str
    table: Mapping[str, str | Mapping[str, Mapping[str, str]]]

    def __call__(self, english: str, **values: object) -> str:
        """`english` in this language."""
        return self.say(Message(english, values))

    def say(self, message: Message) -> str:
        """`message` in this language, with numbers, dates and names of languages in its own form."""
        return messages.render(message, self.language, self._template(message))

    def number(self, value: int) -> str:
        """A whole number in the language's own form."""
        return messages.render(Message("{number}", {"number": value}), self.language)

    def around(self, english: str) -> tuple[str, str]:
        """The text before and after the only {placeholder}, for a value that is markup."""
        before, after = re.split(r"\{\w+\}", self(english))
        return before, after

    def _template(self, message: Message) -> str:
        translated = self.table.get(message.template, message.template)
        if isinstance(translated, str):
            return translated
        # Imported here, since few sentences have several forms, and loading babel takes a moment.
        from babel import Locale

        [(name, forms)] = translated.items()
        return forms.get(Locale.parse(self.language).plural_form(message.values[name]), forms["other"])

    @property
    def direction(self) -> str:
        """`ltr` or `rtl`."""
        return "rtl" if self.language in _RIGHT_TO_LEFT else "ltr"


IN_ENGLISH = Translator(ENGLISH, {})


@cache
def translator_for(language: str) -> Translator:
    """The translator into one of LANGUAGES."""
    if language == ENGLISH:
        return IN_ENGLISH
    return Translator(language, json.loads((files("conduct.web") / "locales" / f"{language}.json").read_text("utf-8")))


def preferred_translator(accept_language: str | None) -> Translator:
    """The translator for an `Accept-Language` header. Its first language counts, as it does for Gradio's own words."""
    wanted = []
    for place, part in enumerate((accept_language or "")[:200].split(",")):
        tag, _, quality = part.strip().partition(";")
        weight = re.fullmatch(r"\s*q=([01](?:\.\d{1,3})?)\s*", quality)
        if tag:
            wanted.append((-float(weight[1]) if weight else -1.0, place, tag.split("-")[0].lower()))
    first = min(wanted)[2] if wanted else ENGLISH
    return translator_for(first if first in LANGUAGES else ENGLISH)
