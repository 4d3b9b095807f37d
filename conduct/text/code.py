"""From Markdown to a code of conduct: sections, passages and their sentences. Pure."""

import html
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from conduct.errors import DataError
from conduct.text import front_matter, language, page, passages, pasted, rendering, templates
from conduct.text.boilerplate import is_boilerplate, is_heading, names_itself
from conduct.text.elements import lines
from conduct.text.passages import Block

# About 100 printed pages.
MAX_CHARACTERS = 200_000
# Headings and passages: each passage is encoded and shown on the page.
MAX_BLOCKS = 3_000
MAX_SENTENCES = 10_000
# Keeps ids readable if a heading is long.
MAX_SLUG = 100
PREAMBLE = "Preamble"
# Names of a text's date in front matter; a date of the last change is preferred.
DAYS = ("updated", "last_updated", "last_modified", "lastmod", "date")


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph, a list item with the words that introduce its list, a table row, or a step with its consequence.

    `text` is what a reader of the rendered page sees; it contains each of `sentences`, letter for letter.
    `boilerplate` marks passages about the text itself, such as its licence.
    """

    id: str
    section: str
    text: str
    sentences: tuple[str, ...]
    boilerplate: bool = False


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and the passages under it, up to the next heading; `level` is 0 before the first heading."""

    title: str
    level: int
    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class Code:
    """A code of conduct. `complete` is False if the source is known to continue where this copy ends; `day` is the date
    that its owner gave it, if any."""

    title: str
    sections: tuple[Section, ...]
    complete: bool = True
    url: str | None = None
    language: str = "en"
    day: date | None = None

    @property
    def passages(self) -> tuple[Passage, ...]:
        """All passages in reading order."""
        return tuple(passage for section in self.sections for passage in section.passages)


def parse(markdown: str) -> Code:
    """Read a code of conduct from Markdown, with or without front matter (YAML or TOML).

    Front matter may hold `title`, `complete`, `source` (an http address), `language` or `lang`, and a day such as
    2026-11-22 (one of DAYS); a missing title or language is taken from the text. Raises DataError if there is no
    passage to show, or more than the limits. The work is linear in the number of characters, whatever they are.
    """
    if len(markdown) > MAX_CHARACTERS:
        raise DataError(
            f"A code of conduct may have {MAX_CHARACTERS:,} characters, this text has {len(markdown):,}: "
            "publish a shorter one."
        )
    markdown = markdown.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    matter, text = front_matter.split(markdown)
    shown = page.read(rendering.render(templates.remove_tags(text)))
    spoken = _language(matter) or language.identify(" ".join(lines(shown.units)))
    units = pasted.find_headings(shown.units, pasted.written_width(text))
    blocks = tuple(_limited(passages.read(units, dict(shown.notes), spoken)))
    if all(block.level for block in blocks):
        raise DataError("The code of conduct has no paragraph to show: publish a Markdown text with at least one.")
    values = {name: value.strip() for name, value in matter.items() if isinstance(value, str)}
    title = html.unescape(values.get("title", "")) or _title(blocks)
    source = values.get("source", "")
    return Code(
        title=title,
        sections=_sections(blocks, title),
        complete=values.get("complete", "").lower() not in ("false", "no", "off"),
        url=source if re.fullmatch(r"https?://\S+", source) else None,
        language=spoken,
        day=_day(values),
    )


def _language(matter: front_matter.Values) -> str:
    """The language in the front matter, the first if there are several; else ""."""
    for name in ("language", "lang"):
        value = matter.get(name, "")
        first = value if isinstance(value, str) else next(iter(value), "")
        if named := language.code(first.strip()):
            return named
    return ""


def _day(values: Mapping[str, str]) -> date | None:
    """The date in the front matter, if it is written as 2026-11-22, with or without a time."""
    for name in DAYS:
        try:
            return date.fromisoformat(values.get(name, "")[:10])
        except ValueError:
            continue
    return None


def _limited(blocks: Iterator[Block]) -> Iterator[Block]:
    """`blocks`; raises DataError when there are too many."""
    sentences = 0
    for number, block in enumerate(blocks, start=1):
        sentences += len(block.sentences)
        for limit, what, count in (
            (MAX_BLOCKS, "headings and passages", number),
            (MAX_SENTENCES, "sentences", sentences),
        ):
            if count > limit:
                raise DataError(
                    f"A code of conduct may have {limit:,} {what}, and this text has more: publish a shorter one."
                )
        yield block


def _title(blocks: Sequence[Block]) -> str:
    """The first top-level heading; else the first heading or line, if it calls itself a code of conduct."""
    first = blocks[0].text
    own = first.rstrip(":：") if len(first) <= MAX_SLUG and names_itself(first) else "Code of Conduct"
    return next((block.text for block in blocks if block.level == 1), own)


def slug(heading: str) -> str:
    """A heading as the stem of a passage id: in lower case, with a hyphen for each run of characters that are neither
    letters nor digits."""
    kept = ""
    # Normalized, so that a text that was saved on another system keeps its ids.
    for c in unicodedata.normalize("NFC", heading.lower()):
        kind = unicodedata.category(c)
        # Marks belong to their letters: without them Hindi or Arabic words would be split. After an emoji they are
        # invisible, as are variation selectors.
        mark = kind in ("Mn", "Mc") and kept[-1:].strip() and not 0xFE00 <= ord(c) <= 0xFE0F
        kept += c if kind[0] in "LN" or mark else " "
    return "-".join(kept.split())[:MAX_SLUG].strip("-") or "section"


def _sections(blocks: Sequence[Block], title: str) -> tuple[Section, ...]:
    """Group blocks by heading; the heading that is the title of the document makes no section."""
    grouped: list[tuple[str, int, list[Block]]] = [(PREAMBLE, 0, [])]
    for number, block in enumerate(blocks):
        named = block.level == 1 or (block.level and names_itself(title))
        if named and block.text == title and number == 0:
            continue
        if block.level:
            grouped.append((block.text, block.level, []))
        else:
            grouped[-1][2].append(block)
    # A passage that repeats one of these is a title, or an entry of a table of contents.
    names = {slug(block.text) for block in blocks if block.level and not block.inferred} | {slug(title)}
    taken: set[str] = set()
    repeats: Counter[str] = Counter()
    sections = []
    for heading, level, own in grouped:
        if not level and not own:
            continue
        stem = unique = slug(heading)
        while unique in taken:
            repeats[stem] += 1
            unique = f"{stem}-{repeats[stem] + 1}"
        taken.add(unique)
        under = is_heading(heading)
        sections.append(
            Section(
                heading,
                level,
                tuple(
                    Passage(
                        f"{unique}-{number}", heading, block.text, block.sentences, _about_itself(block, names, under)
                    )
                    for number, block in enumerate(own, start=1)
                ),
            )
        )
    if all(passage.boilerplate for section in sections for passage in section.passages):
        # The text says no more than "We follow the Contributor Covenant": then this is its rule.
        return tuple(
            replace(section, passages=tuple(replace(passage, boilerplate=False) for passage in section.passages))
            for section in sections
        )
    return tuple(sections)


def _about_itself(block: Block, names: set[str], under: bool) -> bool:
    own = " ".join(block.sentences)
    return (len(own) <= MAX_SLUG and slug(own) in names) or is_boilerplate(block.text, under)
