"""Sentences for people as template and values, so that the whole sentence can be translated."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class LanguageNames:
    """Language codes as a value of a message; each reader sees the names in their own language."""

    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Message:
    """An English sentence with {placeholders}, which is also the key of its translations, and their values.

    A value is a text, a whole number, a date or LanguageNames, formatted for the language ("1,000", "1.000", "1 000").
    """

    template: str
    values: Mapping[str, object] = field(default_factory=dict)

    def __str__(self) -> str:
        """The sentence in English."""
        return render(self, "en")


def render(message: Message, language: str, template: str | None = None) -> str:
    """`message` in `language`, whose translation of the template is `template` (default: the English one)."""
    text = message.template if template is None else template
    # A sentence without values is not formatted, since it may quote braces.
    if not message.values:
        return text
    return text.format_map({name: _form(value, language) for name, value in message.values.items()})


def _form(value: object, language: str) -> str:
    if isinstance(value, int) and language == "en":
        return f"{value:,}"
    if isinstance(value, date) and language == "en":
        return f"{_MONTHS[value.month - 1]} {value.day}, {value.year}"
    if isinstance(value, str):
        return value
    # Imported here, since loading babel takes a moment.
    from babel import Locale
    from babel.dates import format_date
    from babel.lists import format_list
    from babel.numbers import format_decimal

    if isinstance(value, LanguageNames):
        names = Locale.parse(language).languages
        return format_list(sorted(names.get(code, code) for code in value.codes), "or", locale=language)
    if isinstance(value, date):
        return format_date(value, "long", locale=language)
    return format_decimal(value, locale=language)
