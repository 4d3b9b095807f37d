"""What a reader sees on a page: headings, paragraphs, lists, boxes and tables. Pure."""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; `inferred` where only its form makes it a heading."""

    level: int
    text: str
    inferred: bool = False


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Words up to the next block. `title` is its beginning in bold; `lines` are those of the source."""

    text: str
    title: str = ""
    lines: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    is_picture: bool = False


@dataclass(frozen=True, slots=True)
class Items:
    """A list; each item holds what stands in it."""

    items: tuple[tuple["Unit", ...], ...]


@dataclass(frozen=True, slots=True)
class Box:
    """What a summary, a term or the title of a box introduces."""

    title: str
    units: tuple["Unit", ...]
    is_definition: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table: the names of its columns, if it has any, and its rows."""

    names: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


Unit = Heading | Paragraph | Items | Box | Table


def visible(text: str) -> bool:
    """Whether a reader sees anything of `text`: spaces of all widths and marks without a letter are nothing."""
    return any(unicodedata.category(c)[0] in "LNPS" for c in text)


def lines(units: Sequence[Unit]) -> Iterator[str]:
    """The words of `units` and of all within them, in reading order."""
    for unit in units:
        match unit:
            case Heading() | Paragraph():
                yield unit.text
            case Items():
                for item in unit.items:
                    yield from lines(item)
            case Box():
                yield from filter(None, (unit.title,))
                yield from lines(unit.units)
            case Table():
                yield from filter(None, unit.names)
                for row in unit.rows:
                    yield from filter(None, row)
