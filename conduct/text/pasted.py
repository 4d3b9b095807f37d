"""Recognizes headings by their form: bold titles, and titles glued to a paragraph. Pure.

For texts without headings, which were pasted from word processors and chats.
"""

import re
from collections.abc import Iterator, Sequence

from conduct.text.boilerplate import names_itself
from conduct.text.elements import Heading, Items, Paragraph, Unit
from conduct.text.sentences import ends_sentence, split_sentences

MAX_TITLE = 100
# A single bold beginning may only stress a paragraph; two are the structure of the text.
MIN_TITLES = 2
LEVEL = 2
# Lines that are shorter, and almost as long as the longest one, were wrapped by an editor.
WRAPPED = 100

_CLOSES_TITLE = ".:!?。：！？ –—-"
_GLUED = re.compile(r"[A-ZÀ-ÞА-ЯΑ-Ω][^\W\d_]*(?:[ ,&/'’-]+[^\W\d_]+){0,4}")
# After one of these words a line continues in the next one.
_GOES_ON = frozenset(
    {"a", "an", "the", "and", "or", "of", "to", "in", "on", "at", "by", "for", "with", "from", "as", "is", "are",
     "be", "our", "your", "their", "its", "this", "that", "these", "those", "we", "you", "they", "it", "if",
     "not", "no", "all", "any", "when", "who", "which", "so", "but"}
)  # fmt: skip


def find_headings(units: Sequence[Unit], width: int) -> tuple[Unit, ...]:
    """`units` with a heading for each title that has none; `width` is how wide the text is written."""
    own = next((n for n, unit in enumerate(units) if isinstance(unit, Heading) and not (n == 0 and _is_title(unit))),
               len(units))  # fmt: skip
    # Only the part before the text's own headings.
    before = tuple(part for unit in units[:own] for part in _unglued(unit, width))
    return (*_titled(before), *units[own:])


def written_width(text: str) -> int:
    """The length of the longest line of prose in a source, without lines with addresses, which cannot be wrapped."""
    return max((len(line) for line in text.split("\n") if line.count(" ") > 4 and "://" not in line), default=0)


def _is_title(heading: Heading) -> bool:
    return heading.level == 1 or names_itself(heading.text)


def _titled(units: Sequence[Unit]) -> Iterator[Unit]:
    blocks = [unit for n, unit in enumerate(units) if isinstance(unit, Paragraph) or (_is_titled_list(units, n))]
    titles = [title for block in blocks for title in _titles(block)]
    if len(titles) < MIN_TITLES or len(set(titles)) < len(titles):
        yield from units
        return
    for n, unit in enumerate(units):
        if isinstance(unit, Items) and _is_titled_list(units, n):
            for item in unit.items:
                yield from _one_titled(item[0], is_item=True)
                yield from item[1:]
        elif isinstance(unit, Paragraph):
            following = units[n + 1] if n + 1 < len(units) else None
            yield from _one_titled(
                unit, is_item=not isinstance(following, Paragraph | Items) or bool(_title(following))
            )
        else:
            yield unit


def _one_titled(unit: Unit, is_item: bool) -> Iterator[Unit]:
    """A heading and the element under it; a title alone above its text becomes only a heading."""
    title = _title(unit)
    if title:
        yield Heading(LEVEL, title, inferred=True)
    if not title or is_item or unit.title != unit.text:
        yield unit


def _is_titled_list(units: Sequence[Unit], n: int) -> bool:
    """Whether this is a list without introduction whose items all begin with bold titles."""
    unit = units[n]
    before = units[n - 1] if n else None
    introduced = isinstance(before, Paragraph) and before.text.endswith((":", "："))
    return isinstance(unit, Items) and not introduced and all(item and _title(item[0]) for item in unit.items)


def _titles(unit: Unit) -> list[str]:
    if isinstance(unit, Items):
        return [_title(item[0]) for item in unit.items]
    return [title] if (title := _title(unit)) else []


def _title(unit: Unit | None) -> str:
    """The bold beginning of a paragraph, if it is separate from the rest; else ""."""
    if not isinstance(unit, Paragraph) or not unit.title or unit.is_picture or len(unit.title) > MAX_TITLE:
        return ""
    rest = unit.text[len(unit.title) :].lstrip()
    apart = not rest or unit.title[-1] in _CLOSES_TITLE or rest[0] in _CLOSES_TITLE
    return unit.title.rstrip(_CLOSES_TITLE) if apart else ""


def _unglued(unit: Unit, width: int) -> Iterator[Unit]:
    """A paragraph, split where a line ends in a title although the next word would have fitted on it."""
    if not isinstance(unit, Paragraph) or len(unit.lines) < 2 or unit.title:
        yield unit
        return
    start, longest = 0, max(map(len, unit.lines))
    for n, line in enumerate(unit.lines[:-1]):
        rest = unit.lines[n + 1]
        words = split_sentences(line)[-1:]
        title = words[0] if words else ""
        wrapped = len(unit.lines) > 2 and len(line) > 0.8 * longest and len(line) < WRAPPED
        room = not wrapped and len(line) + 1 + len(rest.split(" ", 1)[0]) <= width
        alone = title == line.strip() and n > start and not ends_sentence(unit.lines[n - 1])
        if room and not alone and _is_glued(title) and _begins_sentence(rest, unit.lines[-1]):
            above = " ".join([*unit.lines[start:n], line[: line.rindex(title)].rstrip()]).strip()
            if above:
                yield Paragraph(above, lines=tuple(unit.lines[start : n + 1]))
            yield Heading(LEVEL, title, inferred=True)
            start = n + 1
    if start:
        yield Paragraph(" ".join(unit.lines[start:]).strip(), lines=unit.lines[start:], notes=unit.notes)
    else:
        yield unit


def _is_glued(title: str) -> bool:
    return bool(_GLUED.fullmatch(title)) and title.split()[-1].lower() not in _GOES_ON


def _begins_sentence(line: str, last: str) -> bool:
    return line[:1].isupper() and line.count(" ") >= 3 and ends_sentence(last)
