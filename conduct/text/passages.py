"""From the elements of a page to headings and passages. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from conduct.text import lists
from conduct.text.elements import Box, Heading, Items, Paragraph, Table, Unit, lines, visible
from conduct.text.sentences import introduction, pieces, split_sentences

# A longer introduction is not repeated before each item of its list.
MAX_LEAD = 1_000
# A longer paragraph is shown in parts, cut after sentences.
MAX_PASSAGE = 3_000


@dataclass(frozen=True, slots=True)
class Block:
    """A heading of `level` 1 to 6, or with level 0 a passage and the sentences to search it by.

    `inferred`: it was recognized as a heading only by its form, so its words may be part of a rule.
    """

    level: int
    text: str
    sentences: tuple[str, ...] = ()
    inferred: bool = False


def read(units: Sequence[Unit], notes: dict[str, tuple[Unit, ...]], language: str) -> Iterator[Block]:
    """Headings and passages in reading order; a footnote follows the block that refers to it."""
    return _Reader(dict(notes), language).flow(units, "")


class _Reader:
    """Reads one page; `notes` are the footnotes that have not been read yet."""

    def __init__(self, notes: dict[str, tuple[Unit, ...]], language: str) -> None:
        self.notes = notes
        self.language = language

    def flow(self, units: Sequence[Unit], lead: str) -> Iterator[Block]:
        """The passages of a sequence of elements, each after `lead`, the words that introduce it."""
        at = 0
        while at < len(units):
            end = self._end(units, at)
            group = units[at:end]
            if isinstance(group[0], Heading):
                lead = ""
            yield from self._group(group, lead)
            yield from self._footnotes(group)
            at = end

    def _end(self, units: Sequence[Unit], at: int) -> int:
        """Where a group ends: a step of a ladder, a sentence around a list, or a list with its introduction."""
        unit, rest = units[at], units[at + 1 : at + 3]
        if isinstance(unit, Paragraph):
            if (end := _step_end(units, at)) > at + 1:
                return end
            if rest and isinstance(rest[0], Items):
                around = len(rest) > 1 and isinstance(rest[1], Paragraph)
                if around and lists.goes_on(unit.text, rest[0], rest[1].text):
                    return at + 3
                return at + 2 if _introduction(unit) else at + 1
            if rest and isinstance(rest[0], Box) and rest[0].is_definition and _introduction(unit):
                while at + 1 < len(units) and isinstance(units[at + 1], Box) and units[at + 1].is_definition:
                    at += 1
        elif isinstance(unit, Items) and rest and isinstance(rest[0], Paragraph):
            return at + 2 if lists.goes_on(None, unit, rest[0].text) else at + 1
        return at + 1

    def _group(self, group: Sequence[Unit], lead: str) -> Iterator[Block]:
        match group:
            case [Heading() as heading]:
                yield Block(heading.level, heading.text, inferred=heading.inferred)
            case [Paragraph() as before, Items() as items, Paragraph() as after]:
                yield from _one_rule(before.text, items, after.text, lead)
            case [Items() as items, Paragraph() as after]:
                yield from _one_rule("", items, after.text, lead)
            case [Paragraph() as paragraph, (Items() | Box()), *_]:
                own = _introduction(paragraph)
                both = _joined(lead, own)
                if len(both) > MAX_LEAD:
                    yield from _passage(lead, paragraph.text)
                    both = lead
                else:
                    yield from _remark(paragraph.text, own, lead)
                for unit in group[1:]:
                    yield from self._group([unit], both)
            case [Paragraph(), *_]:
                yield from _passage(lead, "\n".join(lines(group)))
            case [Items() as items]:
                yield from self._list(items, lead)
            case [Box() as box]:
                yield from self._box(box, lead)
            case [Table() as table]:
                yield from _rows(table, lead)

    def _box(self, box: Box, lead: str) -> Iterator[Block]:
        both = _joined(lead, box.title)
        if not box.units or len(both) > MAX_LEAD:
            yield from _passage(lead, box.title)
            both = lead
        if box.is_definition and lists.only_paragraphs(box.units) and box.units:
            yield from _passage(both, "\n".join(lines(box.units)))
        else:
            yield from self.flow(box.units, both)

    def _list(self, items: Items, lead: str) -> Iterator[Block]:
        texts = ["\n".join(lines(item)) for item in items.items]
        if lists.are_names(items, lead, self.language):
            yield from _passage("", _joined(lead, "\n".join(texts)), whole=True)
            return
        for item in items.items:
            yield from self._item(item, lead)

    def _item(self, item: Sequence[Unit], lead: str) -> Iterator[Block]:
        """An item: its own words, then the lists in it, with the last words before them as introduction."""
        nested = [unit for unit in item if isinstance(unit, Items)]
        own = "\n".join(lines([unit for unit in item if not isinstance(unit, Items)]))
        if not nested:
            yield from _passage(lead, own)
            return
        first = item.index(nested[0])
        before = item[first - 1] if first else None
        after = item[first + 1] if first + 1 < len(item) else None
        if len(nested) == 1 and lists.are_step(["\n".join(lines(step)) for step in nested[0].items]):
            yield from _passage(lead, "\n".join(lines(item)))
        elif (
            len(item) == 3
            and isinstance(before, Paragraph)
            and isinstance(after, Paragraph)
            and lists.goes_on(before.text, nested[0], after.text)
        ):
            yield from _one_rule(before.text, nested[0], after.text, lead)
        else:
            words = _introduction(before) if isinstance(before, Paragraph) else ""
            both = _joined(lead, words)
            if not words or len(both) > MAX_LEAD:
                yield from _passage(lead, own)
                both = lead
            else:
                yield from _remark(own, words, lead)
            for unit in nested:
                yield from self._list(unit, both)

    def _footnotes(self, units: Sequence[Unit]) -> Iterator[Block]:
        for name in _marks(units):
            yield from self.flow(self.notes.pop(name, ()), "")


def _marks(units: Sequence[Unit]) -> Iterator[str]:
    for unit in units:
        match unit:
            case Paragraph():
                yield from unit.notes
            case Items():
                for item in unit.items:
                    yield from _marks(item)
            case Box():
                yield from _marks(unit.units)


def _introduction(paragraph: Paragraph) -> str:
    return "" if paragraph.is_picture else introduction(paragraph.text)


def _step_end(units: Sequence[Unit], at: int) -> int:
    """The end of a step of a ladder that begins at `at`, with or without a title; `at` + 1 if there is none."""
    start = at + 1 if lists.is_step_title(units[at].text) else at
    end, labels = start, set()
    while end < len(units) and isinstance(units[end], Paragraph):
        own = lists.label(units[end].text)
        if not own or own in labels:
            break
        labels.add(own)
        end += 1
    step = [unit.text for unit in units[start:end]]
    return end if end - at > 1 and lists.are_step(step) else at + 1


def _joined(*parts: str) -> str:
    return "\n".join(filter(None, parts))


def _remark(text: str, words: str, lead: str) -> Iterator[Block]:
    """The passage of a paragraph that says more than `words`, which introduce a list."""
    if text != words:
        yield from _passage(lead, text, unsearched=words)


def _one_rule(before: str, items: Items, after: str, lead: str) -> Iterator[Block]:
    """A sentence that continues around or after a list, with the text before and after it."""
    said, following = split_sentences(before), split_sentences(after)
    middle = [line for item in items.items for line in lines(item)]
    rule = "\n".join([*said[-1:], *middle, following[0]])
    text = _joined(before, *middle, after)
    yield from _passage(lead, text, sentences=(*said[:-1], rule, *following[1:]))


def _rows(table: Table, lead: str) -> Iterator[Block]:
    """A passage for each row of a table, each cell after the name of its column; without rows, one of the names."""
    names = table.names if sum(map(len, table.names)) <= MAX_LEAD else ("",) * len(table.names)
    if not table.rows:
        yield from _passage(lead, _joined(*table.names))
    for row in table.rows:
        named = (*names, *[""] * len(row))
        text = _joined(*[_joined(name, cell) for name, cell in zip(named, row, strict=False) if cell])
        sentences = tuple(sentence for cell in row for sentence in split_sentences(cell))
        yield from _passage(lead, text, sentences=sentences)


def _passage(
    lead: str, own: str, sentences: tuple[str, ...] = (), unsearched: str = "", whole: bool = False
) -> Iterator[Block]:
    """A passage: its own words after the introduction. Long ones come in parts; placeholders are left out."""
    if lists.is_placeholder(own):
        return
    if len(own) > MAX_PASSAGE:
        for part in pieces(own, MAX_PASSAGE):
            yield from _block(_joined(lead, part.strip()), split_sentences(part))
        return
    searched = sentences or ((own,) if whole else split_sentences(own))
    if unsearched and searched[-1:] == (unsearched,):
        searched = searched[:-1]
    yield from _block(_joined(lead, own), searched)


def _block(text: str, sentences: Sequence[str]) -> Iterator[Block]:
    if kept := tuple(filter(visible, sentences)):
        yield Block(0, text, kept)
