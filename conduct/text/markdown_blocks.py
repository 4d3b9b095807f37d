"""From Markdown to blocks, headings and passages, with the words that a reader sees. Pure."""

import html
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode

from conduct.errors import DataError
from conduct.text.sentences import introduction, split_sentences

# Twenty levels, the usual limit, are ten lists in each other; what lies deeper would be lost.
MAX_NESTING = 100
# Brackets in one paragraph are searched by the square of their number, so a paragraph has an end.
MAX_PARAGRAPH = 10_000
# A longer sentence introduces nothing, and each item of its list would repeat it.
MAX_LEAD = 1_000

_TOO_DEEP = "The text nests lists, quotes or images too deeply to be read: write it flatter."
_TOO_LONG = (
    f"A line or a paragraph may have {MAX_PARAGRAPH:,} characters, and one has more: break it up by empty lines."
)


def _check(state: StateCore) -> None:
    """Between blocks and what is in them: the parser drops what is too deep, and takes long over long ones."""
    if any(token.level >= MAX_NESTING - 1 for token in state.tokens):
        raise DataError(_TOO_DEEP)
    if any(len(token.content) > MAX_PARAGRAPH for token in state.tokens if token.type == "inline"):
        raise DataError(_TOO_LONG)


_MARKDOWN = MarkdownIt("commonmark", {"maxNesting": MAX_NESTING}).enable("table")
_MARKDOWN.core.ruler.before("inline", "check", _check)
# HTML between paragraphs: tags and entities, and nothing of Markdown.
_HTML = MarkdownIt("zero", {"html": True}).enable(["html_inline", "entity"])
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9-]*)")
_ALT = re.compile(r"""\salt\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)
# Between these tags a reader sees nothing, or nothing of the text.
_UNSEEN = frozenset({"script", "style", "template", "head", "noscript", "svg", "iframe", "object"})
_APART = frozenset(
    {"address", "article", "aside", "blockquote", "center", "dd", "details", "div", "dl", "dt", "figcaption", "figure",
     "footer", "header", "hr", "li", "main", "nav", "ol", "p", "pre", "section", "summary", "table", "td", "th", "tr",
     "ul"}
)  # fmt: skip
# {#anchor} after a heading: for the site's generator, not for readers.
_ANCHOR = re.compile(r"[ \t]*\{[#.:][^{}]{0,200}\}\Z")


@dataclass(frozen=True, slots=True)
class Block:
    """A heading of `level` 1 to 6, or with level 0 a passage and the sentences to search it by."""

    level: int
    text: str
    sentences: tuple[str, ...] = ()


def read(markdown: str) -> tuple[Block, ...]:
    """Blocks of a Markdown text in reading order. Raises DataError if it nests too deeply or is all one paragraph."""
    if any(len(line) > MAX_PARAGRAPH for line in markdown.split("\n")):
        raise DataError(_TOO_LONG)
    try:
        tokens = _MARKDOWN.parse(markdown)
        for token in tokens:
            if token.type == "inline":
                # As a flat list: emphasis within emphasis a thousand times is no deeper for it.
                token.content = "\n".join(text for _, text in _seen(token.children))
                token.children = None
        return tuple(_blocks(SyntaxTreeNode(tokens)))
    except RecursionError as error:
        raise DataError(_TOO_DEEP) from error


def visible(text: str) -> bool:
    """Whether a reader sees anything of `text`: spaces of all widths and marks without a letter are nothing."""
    return any(unicodedata.category(c)[0] in "LNPS" for c in text)


def _passage(text: str, own: str | Sequence[str]) -> Iterator[Block]:
    parts = [own] if isinstance(own, str) else own
    sentences = tuple(sentence for part in parts for sentence in split_sentences(part) if visible(sentence))
    if sentences:
        yield Block(0, text, sentences)


def _blocks(tree: SyntaxTreeNode) -> Iterator[Block]:
    """Walk block nodes in reading order."""
    previous = ""
    for node in tree.children:
        if node.type == "heading":
            yield from _heading(int(node.tag[1]), _text(node))
            previous = ""
        elif _is_list(node):
            lead = introduction(previous)
            for item in node.children:
                yield from _item(item, lead if len(lead) <= MAX_LEAD else "")
        elif node.type == "blockquote":
            yield from _blocks(node)
            previous = ""
        elif node.type == "table":
            yield from _rows(node)
            previous = ""
        elif node.type == "html_block":
            previous = ""
            for level, text in _html(node.content):
                previous = "" if level else text
                yield from _heading(level, text) if level else _passage(text, text)
        elif text := _text(node):
            yield from _passage(text, text)
            previous = text


def _heading(level: int, text: str) -> Iterator[Block]:
    text = _ANCHOR.sub("", " ".join(text.split("\n")))
    if visible(text):
        yield Block(level, text)


def _item(item: SyntaxTreeNode, lead: str) -> Iterator[Block]:
    """A list item: its own words after the sentence that introduces the list; nested lists follow."""
    own = "\n".join(text for node in item.children if not _is_list(node) and (text := _text(node)))
    if own:
        yield from _passage(f"{lead}\n{own}" if lead else own, own)
    nested = "\n".join(filter(None, (lead, introduction(own))))
    for node in item.children:
        if _is_list(node):
            for child in node.children:
                yield from _item(child, nested if len(nested) <= MAX_LEAD else lead)


def _rows(table: SyntaxTreeNode) -> Iterator[Block]:
    """Each body row of a table, each cell after the heading of its column; without a body, the headings."""
    (head,), *bodies = (part.children for part in table.children)
    names = [_text(cell) for cell in head.children]
    if not bodies:
        yield from _passage("\n".join(filter(None, names)), names)
    for row in (row for rows in bodies for row in rows):
        cells = [_text(cell) for cell in row.children]
        lines = [line for name, cell in zip(names, cells, strict=False) if cell for line in (name, cell) if line]
        yield from _passage("\n".join(lines), cells)


def _is_list(node: SyntaxTreeNode) -> bool:
    return node.type in ("bullet_list", "ordered_list")


def _text(node: SyntaxTreeNode) -> str:
    """The words of a block and of all within it, a line each."""
    if node.type in ("inline", "fence", "code_block"):
        return node.content.strip(" \n") if node.type == "inline" else node.content.strip("\n")
    if node.type == "html_block":
        return "\n".join(text for _, text in _html(node.content))
    if node.type == "hr":
        return ""
    return "\n".join(filter(None, map(_text, node.children)))


def _html(content: str) -> list[tuple[int, str]]:
    """What a reader sees of HTML: (level of the heading or 0, text) each."""
    if content.lstrip().startswith("<!--") and "-->" not in content:
        return []  # it never ends, and hides all that follows
    (inline,) = _HTML.parseInline(content.replace("\n", " "))
    spaced = (
        (level, "\n".join(" ".join(line.split()) for line in text.split("\n")))
        for level, text in _seen(inline.children)
    )
    return [(level, text) for level, text in spaced if visible(text)]


def _seen(tokens: Sequence[Token] | None) -> list[tuple[int, str]]:
    """The words of inline tokens: links as their words, images as their description, no tags; (level, text) each,
    apart where HTML sets them apart."""
    parts: list[tuple[int, list[str]]] = [(0, [])]
    unseen = ""
    for token in tokens or ():
        tag = _TAG.match(token.content) if token.type == "html_inline" else None
        if unseen:
            if tag and tag[1] and tag[2].lower() == unseen:
                unseen = ""
            continue
        words = parts[-1][1]
        if token.type in ("text", "code_inline"):
            words.append(token.content)
        elif token.type == "softbreak":
            words.append(" ")
        elif token.type == "hardbreak":
            words.append("\n")
        elif token.type == "image":
            words.extend(text for _, text in _seen(token.children))
        elif tag:
            closing, name = tag[1], tag[2].lower()
            if name in _UNSEEN and not closing and not token.content.endswith("/>"):
                unseen = name
            elif name == "br":
                words.append("\n")
            elif name == "img" and (alt := _ALT.search(token.content)):
                words.append(html.unescape(alt[1] or alt[2] or ""))
            elif re.fullmatch("h[1-6]", name):
                parts.append((0 if closing else int(name[1]), []))
            elif name in _APART:
                parts.append((0, []))
    return [(level, text) for level, found in parts if (text := "".join(found).strip(" \n"))]
