"""From HTML to the elements that a reader of the page sees. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from lxml import etree

from conduct.errors import DataError
from conduct.text.elements import Box, Heading, Items, Paragraph, Table, Unit, lines, visible
from conduct.text.rendering import TOO_DEEP

# How many elements may be open at once: the parser searches them at each closing tag.
MAX_OPEN = 500
# How many of them may be nested blocks.
MAX_DEPTH = 120

# Elements whose content is not shown, or no longer valid: text that is struck through.
_UNSEEN = frozenset(
    {"script", "style", "template", "head", "noscript", "svg", "iframe", "object", "audio", "video", "canvas", "select",
     "textarea", "math", "del", "s", "strike"}
)  # fmt: skip
_BLOCKS = frozenset(
    {"address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details", "dir", "div",
     "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6",
     "header", "hr", "html", "legend", "li", "main", "menu", "nav", "ol", "p", "pre", "section", "summary",
     "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul"}
)  # fmt: skip
_BREAK = "\0"  # control characters that the parser lets through in no text
_CODE_SPACE = "\1"
_CODE = {ord("\n"): _BREAK, ord(" "): _CODE_SPACE, ord("\t"): _CODE_SPACE * 4}
_NOT_SHOWN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
# "> [!note] A title": Obsidian writes a title, GitHub none.
_ALERT = re.compile(r"\[!\w+\][+-]?[ \t]*([^\n]*)(?:\n|\Z)")
_OPTION = re.compile(r"(?::[\w-]+:[^\n]*(?:\n|\Z))+")


@dataclass(frozen=True, slots=True)
class Words:
    """A run of text of one kind."""

    text: str
    bold: bool = False
    picture: bool = False


@dataclass(frozen=True, slots=True)
class Note:
    """A reference to a footnote."""

    name: str


@dataclass(slots=True)
class Node:
    """A block element and its content."""

    tag: str
    kind: str = ""
    name: str = ""
    children: list["Node | Words | Note"] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Page:
    """The elements of a page in order, and its footnotes by name."""

    units: tuple[Unit, ...]
    notes: tuple[tuple[str, tuple[Unit, ...]], ...]


def read(html: str) -> Page:
    """The page of `html`. Raises DataError if it nests too deeply."""
    parser = etree.HTMLParser(target=_Builder())
    parser.feed(f"<html><body>{html}</body></html>")
    root = parser.close()
    notes = tuple((item.name, tuple(_units(item))) for item in _notes(root))
    return Page(tuple(_units(root)), notes)


class _Builder:
    """The target of the parser, which calls it for each tag: keeps blocks and text, and drops what is not shown."""

    def __init__(self) -> None:
        self.blocks = [Node("page")]
        self.open: list[str] = []
        self.unseen = self.bold = self.code = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if len(self.open) >= MAX_OPEN:
            raise DataError(TOO_DEEP)
        kind = self._kind(tag, attributes)
        self.open.append(kind)
        if kind == "unseen":
            self.unseen += 1
        if self.unseen:
            return
        if kind == "block":
            self._open(Node(tag, attributes.get("class", ""), attributes.get("id", "")))
            self.code += tag == "pre"
        elif kind == "bold":
            self.bold += 1
        elif tag == "br":
            self._add(Words(_BREAK, bold=self.bold > 0))
        elif tag == "img" and attributes.get("alt"):
            self._add(Words(attributes["alt"], bold=self.bold > 0, picture=True))
        elif kind == "note":
            self._add(Note(attributes.get("id", "")))

    def end(self, tag: str) -> None:
        kind = self.open.pop()
        if kind == "unseen":
            self.unseen -= 1
        elif self.unseen:
            return
        elif kind == "block":
            self.blocks.pop()
            self.code -= tag == "pre"
        elif kind == "bold":
            self.bold -= 1

    def data(self, text: str) -> None:
        if not self.unseen:
            self._add(Words(text.translate(_CODE) if self.code else text, bold=self.bold > 0))

    def close(self) -> Node:
        return self.blocks[0]

    @staticmethod
    def _kind(tag: str, attributes: dict[str, str]) -> str:
        if tag in _UNSEEN or "hidden" in attributes or _NOT_SHOWN.search(attributes.get("style", "")):
            return "unseen"
        if tag == "sup" and attributes.get("class") == "footnote-ref":
            return "note"
        return "block" if tag in _BLOCKS else "bold" if tag in ("b", "strong") else "words"

    def _open(self, node: Node) -> None:
        if len(self.blocks) >= MAX_DEPTH:
            raise DataError(TOO_DEEP)
        self._add(node)
        self.blocks.append(node)

    def _add(self, child: Node | Words | Note) -> None:
        self.blocks[-1].children.append(child)


def _notes(node: Node) -> Iterator[Node]:
    if node.tag == "section" and node.kind == "footnotes":
        for part in node.children:
            if isinstance(part, Node):
                yield from (item for item in part.children if isinstance(item, Node))
        node.children = []
        return
    for child in node.children:
        if isinstance(child, Node):
            yield from _notes(child)


def _units(node: Node) -> Iterator[Unit]:
    """The elements in `node`, in reading order."""
    run: list[Words | Note] = []
    for child in node.children:
        if isinstance(child, Node):
            yield from _paragraph(run)
            run = []
            yield from _unit(child)
        else:
            run.append(child)
    yield from _paragraph(run)


def _unit(node: Node) -> Iterator[Unit]:
    if re.fullmatch("h[1-6]", node.tag):
        text = " ".join(" ".join(lines(tuple(_units(node)))).split("\n"))
        if visible(text):
            yield Heading(int(node.tag[1]), text)
    elif node.tag in ("ul", "ol", "menu", "dir"):
        items = (_item(child) for child in node.children)
        if kept := tuple(item for item in items if item):
            yield Items(kept)
    elif node.tag == "dl":
        yield from _definitions(node)
    elif node.tag == "details":
        yield from _box(node, "summary")
    elif "admonition" in node.kind.split() or "markdown-alert" in node.kind.split():
        yield from _box(node, "p")
    elif node.tag == "blockquote":
        yield from _quote(tuple(_units(node)))
    elif node.tag == "table":
        yield from _table(node)
    else:
        yield from _units(node)


def _item(child: Node | Words | Note) -> tuple[Unit, ...]:
    if not isinstance(child, Node):
        return tuple(_paragraph([child]))
    return tuple(_units(child) if child.tag == "li" else _unit(child))


def _box(node: Node, tag: str) -> Iterator[Unit]:
    """A box whose first block may be its title; a title that only names its kind ("Warning") is dropped."""
    blocks = [child for child in node.children if isinstance(child, Node)]
    title = ""
    if blocks and blocks[0].tag == tag and (tag == "summary" or blocks[0].kind.endswith("-title")):
        node.children.remove(blocks[0])
        head = tuple(_units(blocks[0]))
        if head and all(isinstance(unit, Heading) for unit in head):
            yield from head
        else:
            words = " ".join(lines(head))
            title = "" if words.lower() in re.split(r"[ -]", node.kind) else words
    units = tuple(_units(node))
    if units and isinstance(units[0], Paragraph) and (option := _OPTION.match("\n".join(units[0].lines))):
        rest = _shorter(units[0], option.end())
        units = (*rest, *units[1:])
    if title or units:
        yield Box(title, units)


def _quote(units: tuple[Unit, ...]) -> Iterator[Unit]:
    first = units[0] if units else None
    if isinstance(first, Paragraph) and (alert := _ALERT.match("\n".join(first.lines))):
        yield Box(" ".join(alert[1].split()), (*_shorter(first, alert.end()), *units[1:]))
    else:
        yield from units


def _shorter(paragraph: Paragraph, start: int) -> tuple[Paragraph, ...]:
    rest = "\n".join(paragraph.lines)[start:]
    text = " ".join(rest.split())
    return (Paragraph(text, lines=tuple(rest.split("\n")), notes=paragraph.notes),) if visible(text) else ()


def _definitions(node: Node) -> Iterator[Unit]:
    terms: list[str] = []
    defined = False
    for child in _parts(node, ("dt", "dd"), ("div",)):
        units = tuple(_units(child))
        if child.tag == "dd" and units:
            yield Box("\n".join(terms), units, is_definition=True)
            defined = True
        elif child.tag == "dt":
            terms = [*([] if defined else terms), *lines(units)]
            defined = False
    if terms and not defined:
        yield Box("\n".join(terms), (), is_definition=True)


def _table(node: Node) -> Iterator[Unit]:
    for caption in _parts(node, ("caption",), ()):
        yield from _units(caption)
    rows = [tuple(_parts(row, ("td", "th"), ())) for row in _parts(node, ("tr",), ("thead", "tbody", "tfoot"))]
    texts = [tuple("\n".join(lines(tuple(_units(cell)))) for cell in row) for row in rows]
    named = bool(rows) and bool(rows[0]) and all(cell.tag == "th" for cell in rows[0])
    if any(map(any, texts)):
        yield Table(texts[0] if named else (), tuple(texts[1:] if named else texts))


def _parts(node: Node, tags: tuple[str, ...], through: tuple[str, ...]) -> Iterator[Node]:
    for child in node.children:
        if isinstance(child, Node) and child.tag in tags:
            yield child
        elif isinstance(child, Node) and child.tag in through:
            yield from _parts(child, tags, through)


def _paragraph(run: Sequence[Words | Note]) -> Iterator[Paragraph]:
    words = [part for part in run if isinstance(part, Words)]
    raw = "".join(part.text for part in words)
    text = _shown(raw)
    if not visible(text):
        return
    bold = []
    for part in words:
        if not part.bold and visible(part.text):
            break
        bold.append(part.text)
    yield Paragraph(
        text,
        _shown("".join(bold)),
        tuple(_shown(line) for line in raw.strip().split("\n")),
        tuple(part.name for part in run if isinstance(part, Note)),
        all(part.picture for part in words if visible(part.text)),
    )


def _shown(raw: str) -> str:
    """The text as a browser shows it: runs of white space are one space, a break is a new line."""
    broken = (" ".join(re.split(r"[ \t\n\f]+", line)).strip(" ") for line in raw.split(_BREAK))
    return "\n".join(broken).strip(" \n").replace(_CODE_SPACE, " ")
