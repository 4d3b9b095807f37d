"""The interface's own words in the visitor's language. The code's text is never translated. Pure.

The English sentence is the key, as in gettext: what has no translation shows in English.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

ENGLISH = "en"
LANGUAGES = (ENGLISH, "es", "fr", "pt", "hi", "ar", "zh")
_RIGHT_TO_LEFT = ("ar",)


@dataclass(frozen=True, slots=True)
class Words:
    """One language; call it with an English sentence, and with the values of its {placeholders}."""

    language: str
    table: Mapping[str, str]

    def __call__(self, english: str, **values: object) -> str:
        """`english` in this language."""
        text = self.table.get(english, english)
        return text.format_map(values) if values else text

    def retell(self, said: str) -> str:
        """Sentences that the program said in English, values already filled in; unknown ones stay as they are."""
        retold = []
        while said:
            for english, translated in self.table.items():
                if english.endswith(".") and (found := _pattern(english).match(said)):
                    retold.append(translated.format_map(found.groupdict()))
                    said = said[found.end() :]
                    break
            else:
                return " ".join([*retold, said])
        return " ".join(retold)

    def around(self, english: str) -> tuple[str, str]:
        """What stands before and after the only {placeholder}, for a value with markup of its own."""
        before, after = re.split(r"\{\w+\}", self(english))
        return before, after

    @property
    def direction(self) -> str:
        """`ltr` or `rtl`."""
        return "rtl" if self.language in _RIGHT_TO_LEFT else "ltr"


IN_ENGLISH = Words(ENGLISH, {})


@cache
def words(language: str) -> Words:
    """The words of one of LANGUAGES."""
    if language == ENGLISH:
        return IN_ENGLISH
    return Words(language, json.loads((files("conduct.web") / "locales" / f"{language}.json").read_text("utf-8")))


def preferred(accept_language: str | None) -> Words:
    """The words for an `Accept-Language` header. Its first language counts: Gradio's own words follow it, too."""
    wanted = []
    for place, part in enumerate((accept_language or "")[:200].split(",")):
        tag, _, quality = part.strip().partition(";")
        weight = re.fullmatch(r"\s*q=([01](?:\.\d{1,3})?)\s*", quality)
        if tag:
            wanted.append((-float(weight[1]) if weight else -1.0, place, tag.split("-")[0].lower()))
    first = min(wanted)[2] if wanted else ENGLISH
    return words(first if first in LANGUAGES else ENGLISH)


@cache
def _pattern(english: str) -> re.Pattern:
    parts = re.split(r"\{(\w+)\}", english)
    named = (f"(?P<{part}>.+?)" if n % 2 else re.escape(part) for n, part in enumerate(parts))
    return re.compile("".join(named) + r"(?:\s+|$)", re.DOTALL)
