"""The file that holds the code of conduct: which names it may have, and how its bytes are decoded."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from conduct.errors import DataError

TEXT_FILE = "code_of_conduct.md"
# The folders in which GitHub looks for it.
_FOLDERS = ("", ".github/", "docs/")
_ENDINGS = (".md", ".markdown", ".txt", "")
_NAME = re.compile(r"(\.github/|docs/)?(?i:code[-_ ]?of[-_ ]?conduct(\.md|\.markdown|\.txt)?)")
# Other formats: the error names such a file, since its owner would not understand that there is none.
_OTHER_FORMAT = re.compile(r"code[-_ ]?of[-_ ]?conduct\.(rst|adoc|asciidoc|html?|pdf|docx?|odt|org|tex)", re.IGNORECASE)

# Byte-order marks, the longer ones first: that of UTF-32 begins with that of UTF-16.
_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
# Non-ASCII characters of Western texts. Texts in other one-byte encodings, decoded as Windows-1252, have other
# characters ("³" within Polish words) or hardly any ASCII letters (Cyrillic).
_WESTERN = re.compile("[À-ÖØ-öø-ÿŠšŽžŒœŸ‘’“”‚„–—…•·€£©®™°§«»¡¿\xa0\xad]")
MAX_WESTERN_SHARE = 0.25


@dataclass(frozen=True, slots=True)
class SourceText:
    """The decoded text; `note` says in one sentence if it was not in UTF-8, or is ""."""

    text: str
    note: str = ""


def text_patterns() -> tuple[str, ...]:
    """All names that the text may have, as patterns for fnmatch; none has a `*`, so no other file matches."""

    def any_case(text: str) -> str:
        return "".join(f"[{letter}{letter.upper()}]" if letter.isalpha() else letter for letter in text)

    stems = [any_case("code of conduct").replace(" ", between) for between in ("", "[-_ ]")]
    return tuple(folder + stem + any_case(end) for folder in _FOLDERS for stem in stems for end in _ENDINGS)


def choose_text(names: Iterable[str]) -> str | None:
    """Which of a repository's files is the text: TEXT_FILE is preferred, then the root before .github and docs."""
    candidates = [(name, match) for name in names if (match := _NAME.fullmatch(name))]

    def order(candidate: tuple[str, re.Match]) -> tuple:
        name, match = candidate
        folder, ending = match[1] or "", (match[2] or "").lower()
        return name != TEXT_FILE, _FOLDERS.index(folder), _ENDINGS.index(ending), name

    return min(candidates, key=order)[0] if candidates else None


def find_text(folder: Path) -> str:
    """The name of the text's file in `folder`, relative to it. Raises DataError if there is none."""
    try:
        found = [f"{inner}{path.name}" for inner in _FOLDERS for path in _entries(folder / inner)]
    except OSError as error:
        raise DataError(f"The folder cannot be read ({type(error).__name__}): fix its permissions.") from error
    if (name := choose_text(found)) is not None:
        return name
    other = next((name for name in sorted(found) if _OTHER_FORMAT.fullmatch(name.rpartition("/")[2])), None)
    if other is not None:
        raise DataError(f"{other} is not Markdown, which is what can be read: save the text as {TEXT_FILE}.")
    raise DataError(f"There is no {TEXT_FILE}: add the text of the code as Markdown.")


def _entries(folder: Path) -> list[Path]:
    return list(folder.iterdir()) if folder.is_dir() else []


def decode(content: bytes, name: str) -> SourceText:
    """The characters of a file called `name`: UTF-8, UTF-16 or Windows-1252. Raises DataError for anything else."""
    encoding = next((encoding for mark, encoding in _MARKS if content.startswith(mark)), None)
    if encoding is None:
        encoding = _utf16(content) or "utf-8"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        encoding, text = "windows-1252", _western(content)
    if text is None or "\0" in text:
        raise DataError(f"{name} is neither UTF-8 nor UTF-16 nor Windows-1252: save it as UTF-8.")
    if encoding in ("utf-8", "utf-8-sig"):
        return SourceText(text)
    label = {"windows-1252": "Windows-1252"}.get(encoding, encoding[:6].upper())
    return SourceText(text, f"{name} is not UTF-8 and was read as {label}: save it as UTF-8.")


def _utf16(content: bytes) -> str | None:
    """The byte order of UTF-16 without a byte-order mark: every other byte of ASCII characters is zero; else None."""
    sample = content[:2_000]
    if len(content) % 2 or sample.count(0) * 4 < len(sample) or not sample:
        return None
    return "utf-16-le" if sample[1::2].count(0) > sample[::2].count(0) else "utf-16-be"


def _western(content: bytes) -> str | None:
    """The text as Windows-1252, or None if that is unlikely: a wrong guess would be quoted word for word."""
    try:
        text = content.decode("windows-1252")
    except UnicodeDecodeError:
        return None
    beyond = [character for character in text if not character.isascii()]
    western = len(beyond) <= MAX_WESTERN_SHARE * len(text) and all(map(_WESTERN.fullmatch, beyond))
    return text if western else None
