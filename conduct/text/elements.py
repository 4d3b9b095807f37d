"""The elements of a page: headings, paragraphs, lists, boxes and tables. Pure."""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; `inferred` if it was recognized only by its form, such as bold text."""

    level: int
    text: str
    inferred: bool = False


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A run of text. `title` is its bold beginning, `lines` are those of the source, `notes` names its footnotes."""

    text: str
    title: str = ""
    lines: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    is_picture: bool = False


@dataclass(frozen=True, slots=True)
class Items:
    """A list; each item is a sequence of elements."""

    items: tuple[tuple["Unit", ...], ...]


@dataclass(frozen=True, slots=True)
class Box:
    """Elements with a title: a summary, a term, or the title of a box."""

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
    """Whether `text` has visible characters: not only spaces of any width, and marks without a letter."""
    return any(unicodedata.category(c)[0] in "LNPS" for c in text)


def lines(units: Sequence[Unit]) -> Iterator[str]:
    """The texts of `units` and of all elements within them, in reading order."""
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
