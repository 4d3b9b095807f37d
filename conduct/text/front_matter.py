"""Reads front matter, between two lines of --- (YAML) or +++ (TOML): the plain values of its first level. Pure."""

import re
import tomllib

import yaml

from conduct.errors import DataError

# The YAML parser, in Python, reads only about 100 kB a second.
MAX_CHARACTERS = 20_000

_FENCED = re.compile(r"(---|\+\+\+)[ \t]*\n(?:(.*?)\n)??\1[ \t]*(?:\n|\Z)", re.DOTALL)

# A text, or a list of texts. No other types are guessed: a title such as 2024-99-99 stays a text.
Values = dict[str, str | list[str]]


def split(text: str, limit: int = MAX_CHARACTERS) -> tuple[Values, str]:
    """The values before `text`, and the text without them. Raises DataError if they cannot be read."""
    fenced = _FENCED.match(text)
    if not fenced:
        return {}, text
    content, rest = fenced[2] or "", text[fenced.end() :]
    if len(content) > limit:
        raise DataError(f"The front matter may have {limit:,} characters, this one has {len(content):,}: shorten it.")
    if fenced[1] == "+++":
        return _toml(content), rest
    loaded = _yaml(content)
    # Ordinary words between two horizontal rules are a part of the text.
    return ({}, text) if loaded is None else (loaded, rest)


def _yaml(content: str) -> Values | None:
    try:
        loaded = yaml.load(content, _Loader)  # noqa: S506 (makes texts, lists and dicts only)
    except (yaml.YAMLError, RecursionError) as error:
        place = getattr(error, "problem_mark", None)
        line = f" at line {place.line + 2}" if place else ""
        raise DataError(f"The front matter is not valid YAML{line}: fix it or remove it.") from error
    return _plain({} if loaded == "" else loaded)


class _Loader(yaml.BaseLoader):
    def compose_node(self, parent, index):
        # Ten lines with aliases can expand to gigabytes.
        if self.check_event(yaml.AliasEvent):
            raise DataError("The front matter uses YAML anchors, which are not needed here: write the values out.")
        return super().compose_node(parent, index)


def _toml(content: str) -> Values:
    try:
        return _plain(tomllib.loads(content)) or {}
    except (ValueError, RecursionError) as error:
        raise DataError("The front matter is not valid TOML: fix it or remove it.") from error


def _plain(loaded: object) -> Values | None:
    """The scalars and lists of scalars of a mapping; None if `loaded` is not a mapping."""
    if not isinstance(loaded, dict):
        return None
    plain: Values = {}
    for name, value in loaded.items():
        if isinstance(value, list):
            plain[str(name)] = [str(item) for item in value if not isinstance(item, list | dict)]
        elif not isinstance(value, dict):
            plain[str(name)] = str(value)
    return plain
