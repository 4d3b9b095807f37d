"""From Markdown to a code of conduct: sections, passages and their sentences. Pure."""

import re
import unicodedata
from dataclasses import dataclass

import yaml
from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode
from mdit_py_plugins.front_matter import front_matter_plugin

from conduct.errors import DataError

MAX_CHARACTERS = 1_000_000
PREAMBLE = "Preamble"

# A sentence ends at . ! ? (and what closes it) before a space and something that can begin another;
# East Asian full stops need no space.
_SENTENCE_END = re.compile(r"(?<=[.!?…])[\"'”’)\]]*\s+(?=[\"'“‘(\[]*[A-Z0-9À-ÞА-Я¿¡])|(?<=[。！？])\s*")


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph, a list item with the sentence that introduces its list, a table row or a quote.

    `text` is what a reader of the source sees; each of `sentences` stands in it, letter for letter.
    """

    id: str
    section: str
    text: str
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and the passages under it, up to the next heading; `level` 0 is before any heading."""

    title: str
    level: int
    passages: tuple[Passage, ...]


@dataclass(frozen=True, slots=True)
class Code:
    """A code of conduct. `complete` is False where the source is known to go on after our copy ends."""

    title: str
    sections: tuple[Section, ...]
    complete: bool = True
    url: str | None = None
    language: str = "en"

    @property
    def passages(self) -> tuple[Passage, ...]:
        """All passages in reading order."""
        return tuple(passage for section in self.sections for passage in section.passages)


def parse(markdown: str) -> Code:
    """Read a code of conduct from Markdown, with or without YAML front matter.

    Front matter may hold `title`, `complete`, `source` (an http address) and `language`; a title that is
    missing there is the text's first top-level heading. Raises DataError if there is no passage to show.
    """
    if len(markdown) > MAX_CHARACTERS:
        raise DataError(
            f"A code of conduct may have {MAX_CHARACTERS:,} characters, this text has {len(markdown):,}: "
            "publish a shorter one."
        )
    markdown = markdown.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    parser = MarkdownIt("commonmark").enable("table").use(front_matter_plugin)
    tree = SyntaxTreeNode(parser.parse(markdown))
    matter = _front_matter(tree)
    blocks = list(_blocks(tree))
    title = matter.get("title")
    if not title:
        title = next((text for level, text, _ in blocks if level == 1), "Code of Conduct")
    sections = _sections(blocks, title)
    if not any(section.passages for section in sections):
        raise DataError("The code of conduct has no paragraph to show: publish a Markdown text with at least one.")
    source = str(matter.get("source", ""))
    return Code(
        title=str(title),
        sections=tuple(section for section in sections if section.passages or section.level),
        complete=matter.get("complete") is not False,
        url=source if re.match(r"https?://\S+$", source) else None,
        language=str(matter.get("language") or "en"),
    )


def split_sentences(text: str) -> tuple[str, ...]:
    """The sentences of `text`, each a part of it, letter for letter."""
    sentences, start = [], 0
    for end in _SENTENCE_END.finditer(text):
        sentences.append(text[start : end.end()].strip())
        start = end.end()
    sentences.append(text[start:].strip())
    return tuple(sentence for sentence in sentences if sentence)


def slug(heading: str) -> str:
    """A heading as the stem of a passage id: lower case, runs of anything but letters and digits a hyphen."""
    # Marks belong to their letters: without them Hindi or Arabic headings would fall to pieces.
    kept = "".join(c if unicodedata.category(c)[0] in "LMN" else " " for c in heading.lower())
    return "-".join(kept.split()) or "section"


# A block is (heading level, text, sentences to search by); level 0 is a passage.
_Block = tuple[int, str, tuple[str, ...]]


def _blocks(tree: SyntaxTreeNode, lead: str = ""):
    """Walk block nodes in reading order; `lead` is the sentence that introduces the list we are in."""
    previous = ""
    for node in tree.children:
        if node.type == "heading":
            yield int(node.tag[1]), _text(node), ()
            previous = ""
        elif node.type in ("bullet_list", "ordered_list"):
            introduced = split_sentences(previous)[-1] if previous.endswith((":", "：")) else ""
            for item in node.children:
                yield from _item(item, introduced or lead)
        elif node.type == "blockquote":
            yield from _blocks(node)
        elif node.type == "table":
            yield from _rows(node)
        elif text := _text(node):
            yield 0, text, split_sentences(text)
            previous = text


def _item(item: SyntaxTreeNode, lead: str):
    """A list item: its own words after the sentence that introduces the list; nested lists follow."""
    own = [text for node in item.children if not _is_list(node) and (text := _text(node))]
    if own:
        text = "\n".join(own)
        yield 0, f"{lead}\n{text}" if lead else text, split_sentences(text)
    nested_lead = own[-1] if own and own[-1].endswith((":", "：")) else lead
    for node in item.children:
        if _is_list(node):
            for child in node.children:
                yield from _item(child, nested_lead)


def _rows(table: SyntaxTreeNode):
    """Each body row of a table, its cells in order."""
    for body in table.children:
        if body.type == "tbody":
            for row in body.children:
                cells = [text for cell in row.children if (text := _text(cell))]
                if cells:
                    yield 0, "\n".join(cells), tuple(s for cell in cells for s in split_sentences(cell))


def _is_list(node: SyntaxTreeNode) -> bool:
    return node.type in ("bullet_list", "ordered_list")


def _text(node: SyntaxTreeNode) -> str:
    """The words that a reader sees of a node: links as their words, images as their description, no tags."""
    if node.type in ("text", "code_inline", "fence", "code_block"):
        return node.content.strip("\n")
    if node.type == "softbreak":
        return " "
    if node.type == "hardbreak":
        return "\n"
    if node.type in ("html_inline", "hr", "front_matter"):
        return ""
    if node.type == "html_block":
        return " ".join(re.sub(r"<!--.*?-->|<[^>]*>", " ", node.content, flags=re.DOTALL).split())
    if node.type == "image":
        return node.content
    joiner = "" if node.type in ("inline", "link", "em", "strong") else "\n"
    return joiner.join(_text(child) for child in node.children).strip(" \n" if joiner else "\n")


def _sections(blocks: list[_Block], title: str) -> list[Section]:
    """Group blocks by heading; the heading that is the document's title opens no section of its own."""
    found: list[tuple[str, int, list[tuple[str, tuple[str, ...]]]]] = [(PREAMBLE, 0, [])]
    for level, text, sentences in blocks:
        if level == 1 and text == title and len(found) == 1 and not found[0][2]:
            continue
        if level:
            found.append((text, level, []))
        else:
            found[-1][2].append((text, sentences))
    taken: set[str] = set()
    sections = []
    for heading, level, passages in found:
        stem = unique = slug(heading)
        repeat = 1
        while unique in taken:
            repeat += 1
            unique = f"{stem}-{repeat}"
        taken.add(unique)
        sections.append(
            Section(
                heading,
                level,
                tuple(
                    Passage(f"{unique}-{number}", heading, text, sentences)
                    for number, (text, sentences) in enumerate(passages, start=1)
                ),
            )
        )
    return sections


def _front_matter(tree: SyntaxTreeNode) -> dict:
    """The YAML between the opening `---` lines, or nothing."""
    first = tree.children[0] if tree.children else None
    if first is None or first.type != "front_matter":
        return {}
    if "&" in first.content and "*" in first.content and re.search(r"(^|[\s\[,{:-])&\w", first.content):
        raise DataError("The front matter uses YAML anchors, which are not needed here: write the values out.")
    try:
        matter = yaml.safe_load(first.content)
    except yaml.YAMLError as error:
        place = getattr(error, "problem_mark", None)
        line = f" at line {place.line + 2}" if place else ""
        raise DataError(f"The front matter is not valid YAML{line}: mend it or remove it.") from error
    return matter if isinstance(matter, dict) else {}
