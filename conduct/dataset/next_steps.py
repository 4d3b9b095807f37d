"""What somebody can do after an answer: suggestions of the community that runs the app. Pure.

`next_steps.json` is a list of {"for": [...], "text": ..., "url": ..., "link": ...}, shown in this order. `for` lists
the answers that a step is shown with: "covered", "unclear", "not_covered", "grave", "selfharm". `text` and `link` are
one string, or strings by language. A text with {contact} is shown only if the code of conduct names a mail address.
`own` marks steps for this community only: other communities, if they have no such file, get the rest.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from conduct.errors import DataError

CONTACT = "{contact}"
WHEN = ("covered", "unclear", "not_covered", "grave", "selfharm")
_EXPECTED = (
    'must be a list of steps like {{"for": ["covered"], "text": "Talk to somebody."}}, but {problem}: fix it, or '
    "remove the file to use the general suggestions"
)


@dataclass(frozen=True, slots=True)
class Step:
    """One suggestion; texts are by language code, with the code "" if there is only one language."""

    when: tuple[str, ...]
    texts: Mapping[str, str]
    url: str = ""
    links: Mapping[str, str] = field(default_factory=dict)
    own: bool = False


def in_language(texts: Mapping[str, str], language: str) -> str:
    """The text in `language`, else in English, else the first one."""
    return texts.get(language) or texts.get("en") or next(iter(texts.values()), "")


def read_next_steps(path: Path) -> tuple[Step, ...] | None:
    """The steps in a file, or None if there is none. Raises DataError with one sentence if it cannot be used."""
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RecursionError) as error:
        raise DataError(f"{path.name} {_EXPECTED.format(problem='it is no JSON in UTF-8')}.") from error
    if not isinstance(rows, list):
        raise _wrong(path, "it is not a list")
    return tuple(_step(path, number, row) for number, row in enumerate(rows, start=1))


def _step(path: Path, number: int, row: object) -> Step:
    if not isinstance(row, dict):
        raise _wrong(path, f"step {number} is not an object")
    when, url = row.get("for"), row.get("url", "")
    if not isinstance(when, list) or not when or any(name not in WHEN for name in when):
        raise _wrong(path, f"the `for` of step {number} is not a list of {', '.join(WHEN)}")
    if not isinstance(url, str) or (url and not url.startswith(("https://", "http://", "mailto:"))):
        raise _wrong(path, f"the `url` of step {number} is no address")
    texts, links = _texts(row.get("text")), _texts(row.get("link", url))
    if not texts or (url and not links):
        raise _wrong(path, f"step {number} has no text")
    return Step(tuple(when), texts, url, links if url else {}, row.get("own") is True)


def _texts(value: object) -> dict[str, str]:
    by_language = value if isinstance(value, dict) else {"": value}
    return {
        str(language): text.strip() for language, text in by_language.items() if isinstance(text, str) and text.strip()
    }


def _wrong(path: Path, problem: str) -> DataError:
    return DataError(f"{path.name} {_EXPECTED.format(problem=problem)}.")
