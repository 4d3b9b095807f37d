"""Tags of site generators (Liquid, Jinja, Hugo), which no reader of the page sees. Pure."""

import re

# How far the end of a tag is looked for: the work stays within so many characters for each opening.
MAX_TAG = 1_000
MAX_COMMENT = 5_000

# "{#anchor}" after a heading is no comment of Jinja: that one has a space.
_OPENING = re.compile(r"\{%|\{\{|\{#(?=\s)")
_CLOSING = {"{%": "%}", "{{": "}}", "{#": "#}"}
_COMMENT = re.compile(r"\{%-?\s*comment\b")
_COMMENT_END = re.compile(r"\{%-?\s*endcomment\s*-?%\}")


def remove_tags(text: str) -> str:
    """`text` without its tags; what stands between two of them stays, but for comments."""
    kept, position = [], 0
    for opening in _OPENING.finditer(text):
        start = opening.start()
        if start < position or (end := _end(text, start, opening[0])) < 0:
            continue
        kept.append(text[position:start])
        position = end
    return "".join(kept) + text[position:] if kept else text


def _end(text: str, start: int, opening: str) -> int:
    """Where the tag that begins at `start` ends, or -1 if it is none."""
    reach = MAX_COMMENT if opening == "{#" else MAX_TAG
    closing = text.find(_CLOSING[opening], start + 2, start + reach)
    if closing < 0:
        return -1
    if _COMMENT.match(text, start) and (last := _COMMENT_END.search(text, closing, closing + MAX_COMMENT)):
        return last.end()
    return closing + 2
