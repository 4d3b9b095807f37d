"""From Markdown to HTML: CommonMark, and what GitHub, MyST, Jekyll and MkDocs add. Pure.

The parser's steps are counted while it works: a text may take at most STEPS_PER_CHARACTER for each character.
"""

import re
from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.parser_inline import ParserInline
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from mdit_py_plugins.admon import admon_plugin
from mdit_py_plugins.container import container_plugin
from mdit_py_plugins.deflist import deflist_plugin
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.myst_blocks import myst_block_plugin
from mdit_py_plugins.myst_blocks.index import line_comment

from conduct.errors import DataError
from conduct.text.sentences import ends_sentence, pieces

# The parser's default, 20 levels, is only ten nested lists; deeper text would be lost.
MAX_NESTING = 100
# A longer paragraph is parsed in parts of this length, since the parser searches for the end of a mark to its end.
MAX_INLINE = 10_000
# Ordinary texts take one or two steps a character; a table of empty cells or a row of brackets takes thousands.
STEPS_PER_CHARACTER = 8
STEPS = 10_000
# Beginnings and ends of blocks: a text within the other limits has at most a third of these.
MAX_TOKENS = 90_000
# For each nested box, the parser searches the rest of the text for its end.
MAX_BOXES = 10
# The parser takes any paragraph above a line of hyphens for a heading; a longer one is none.
MAX_HEADING = 200

TOO_DEEP = "The text nests lists, quotes or HTML too deeply to be read: write it flatter."
_TOO_MANY = "The text has more lines, list items and table cells than can be shown: publish a shorter one."
_TOO_MUCH = (
    "The text has more table cells, open brackets or images within images than can be read in good time: "
    "give each table row its cells, close each bracket, or write it plainer."
)

# For the site's generator, not for readers: {#anchor}, {.class}, and {: .class} of Kramdown.
_ATTRIBUTES = re.compile(r"[ \t]*\{(?::[^{}\n]{0,200}|[#.][A-Za-z][^{}\n]{0,200})\}")
# Where a generator inserts a table of contents.
_CONTENTS = re.compile(r"\[\[?_?toc_?\]\]?|\$\{toc\}", re.IGNORECASE)
# Texts from word processors have other spaces after a mark, and bullets that are not Markdown.
_SPACE_AFTER_MARK = re.compile(
    r"(?m)^( {0,3}(?:#{1,6}|[-*+]|\d{1,3}[.)]))[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+"
)
_BULLET = re.compile(r"(?m)^([ \t]*)[•◦▪‣●○][ \t\u00a0]+")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
# Directives of MyST whose content is not Markdown for readers.
_CODE = frozenset(
    {"code", "code-block", "code-cell", "sourcecode", "literalinclude", "math", "mermaid", "parsed-literal"}
)
_UNSEEN = frozenset(
    {"toctree", "contents", "tableofcontents", "include", "image", "raw", "index", "bibliography", "meta", "eval-rst",
     "comment"}
)  # fmt: skip
_BOX = re.compile(r"\s*(?:\{([\w-]+)\}|([\w-]+)|\{\s*\.([\w-]+)[^}]*\})?\s*(?:\[([^\]]*)\]|(.*))\Z", re.DOTALL)


class _Budget:
    """The steps that a text may still take."""

    def __init__(self, characters: int) -> None:
        self.left = STEPS + STEPS_PER_CHARACTER * characters

    def spend(self, steps: int = 1) -> None:
        self.left -= steps
        if self.left < 0:
            raise DataError(_TOO_MUCH)


class _Tokens(list):
    """The list of the parser's blocks, which counts them: a table of 20 rows may have thousands of cells."""

    def __init__(self, budget: _Budget) -> None:
        super().__init__()
        self.budget = budget
        self.boxes = 0

    def append(self, token: Token) -> None:
        self.budget.spend()
        if token.type.startswith("container"):
            self.boxes += token.nesting
        if token.level >= MAX_NESTING - 1 or self.boxes > MAX_BOXES:
            raise DataError(TOO_DEEP)
        if len(self) >= MAX_TOKENS:
            raise DataError(_TOO_MANY)
        super().append(token)


class _Inline(ParserInline):
    """The parser of marks within a paragraph, with a budget: searching for the end of a bracket is expensive."""

    def parse(self, src: str, md: MarkdownIt, env: dict, tokens: list[Token]) -> list[Token]:
        env["budget"].spend(len(src))
        return super().parse(src, md, env, tokens)

    def skipToken(self, state: StateInline) -> None:  # noqa: N802 (the parser's name)
        state.env["budget"].spend()
        super().skipToken(state)


def render(markdown: str) -> str:
    """The HTML of a Markdown text. Raises DataError if it nests too deeply or takes too much work."""
    try:
        return _MARKDOWN.render(_plain(markdown), {"budget": _Budget(len(markdown))})
    except RecursionError as error:
        raise DataError(TOO_DEEP) from error


def _plain(markdown: str) -> str:
    text = _SPACE_AFTER_MARK.sub(r"\1 ", _CONTROL.sub("", markdown))
    return _BULLET.sub(r"\1- ", text)


def _count(state: StateCore) -> None:
    state.tokens = _Tokens(state.env["budget"])


def _divide(state: StateCore) -> None:
    """Runs after blocks and before inline marks: splits long paragraphs, and decides on paragraphs above hyphens."""
    divided: list[Token] = []
    for index, token in enumerate(state.tokens):
        if token.type == "inline" and _CONTENTS.fullmatch(token.content.strip()):
            token.content = ""
        opening = state.tokens[index - 1] if index else token
        if token.type == "inline" and opening.type == "heading_open" and opening.markup in ("-", "="):
            divided += _underlined(opening, token, divided, state.tokens[index + 1])
        elif token.type == "inline" and len(token.content) > MAX_INLINE:
            divided += [_part(token, part) for part in pieces(token.content, MAX_INLINE)]
        else:
            divided.append(token)
    state.tokens = divided


def _part(token: Token, content: str) -> Token:
    return Token("inline", "", 0, content=content, children=[], level=token.level, map=token.map, block=True)


def _underlined(opening: Token, inline: Token, before: list[Token], closing: Token) -> list[Token]:
    """The words above a line of hyphens: a heading, a paragraph before a rule, or a paragraph with a heading."""
    above, _, last = inline.content.rpartition("\n")
    if opening.markup == "-" and (ends_sentence(last) or len(last) > MAX_HEADING):
        opening.type, opening.tag, closing.type, closing.tag = "paragraph_open", "p", "paragraph_close", "p"
        return [_part(inline, part) for part in pieces(inline.content, MAX_INLINE)]
    if above and ends_sentence(above):
        before.pop()
        start, end = Token("paragraph_open", "p", 1, block=True), Token("paragraph_close", "p", -1, block=True)
        parts = [_part(inline, part) for part in pieces(above, MAX_INLINE)]
        return [start, *parts, end, opening, _part(inline, last)]
    return [_part(inline, part) for part in pieces(inline.content, MAX_INLINE)]


def _drop_attributes(state: StateCore) -> None:
    for token in state.tokens:
        if token.type != "inline" or "{" not in token.content:
            continue
        if "{:toc" in token.content:
            token.children = []
        for child in token.children or ():
            if child.type == "text":
                child.content = _ATTRIBUTES.sub("", child.content)


def _is_directive(params: str, _markup: str) -> bool:
    name = re.match(r"\s*\{([\w:-]+)\}", params)
    return bool(name) and name[1] not in _CODE and "`" not in params


def _box(_renderer: object, tokens: Sequence[Token], index: int, _options: object, env: dict) -> str:
    """The HTML of a container: its title, if it has one, and its text."""
    token = tokens[index]
    if token.nesting < 0:
        return "</div>\n"
    match = _BOX.match(token.info)
    name = (match[1] or match[2] or match[3] or "") if match else ""
    title = ((match[4] or match[5] or "") if match else token.info).strip()
    if quoted := re.search(r"""\btitle=["']([^"'\n]{0,200})["']""", token.info):
        title = quoted[1]
    if name in _UNSEEN:
        return "<div hidden>\n"
    title = re.sub(r"\{[^{}]*\}|:{3,}", "", title).strip()
    words = _MARKDOWN.renderInline(title, {"budget": env["budget"]})
    return f'<div class="admonition">\n<p class="admonition-title">{words}</p>\n'


def _nothing(*_: object) -> str:
    return ""


def _note_mark(_renderer: object, tokens: Sequence[Token], index: int, _options: object, _env: object) -> str:
    return f'<sup class="footnote-ref" id="fn{tokens[index].meta["id"] + 1}"></sup>'


def _parser() -> MarkdownIt:
    options = {"maxNesting": MAX_NESTING, "tasklists": True, "alerts": True, "strikethrough_single_tilde": True}
    md = MarkdownIt("commonmark")
    md.inline = _Inline()
    md.configure("commonmark", options).enable(["table", "strikethrough"])
    md.use(footnote_plugin, inline=False).use(deflist_plugin).use(admon_plugin).use(myst_block_plugin)
    # Within a paragraph, a line that begins with "%" is text, not a comment.
    md.block.ruler.at("myst_line_comment", line_comment, {"alt": []})
    md.use(container_plugin, "box", marker=":", validate=lambda *_: True, render=_box)
    md.use(container_plugin, "directive", marker="`", validate=_is_directive, render=_box)
    md.core.ruler.before("block", "count", _count)
    md.core.ruler.before("inline", "divide", _divide)
    md.core.ruler.after("inline", "attributes", _drop_attributes)
    # The HTML reader ignores emphasis, which may be nested a thousand times.
    for name in ("em_open", "em_close", "footnote_anchor", "myst_line_comment", "myst_target"):
        md.add_render_rule(name, _nothing)
    md.add_render_rule("footnote_ref", _note_mark)
    return md


_MARKDOWN = _parser()
