"""Removes tags of site generators (Liquid, Jinja, Hugo), which a reader of the page does not see. Pure."""

import re

# How many characters after an opening mark are searched for the end of the tag, which limits the work.
MAX_TAG = 1_000
MAX_COMMENT = 5_000

# "{#anchor}" after a heading is not a comment of Jinja, which has a space.
_OPENING = re.compile(r"\{%|\{\{|\{#(?=\s)")
_CLOSING = {"{%": "%}", "{{": "}}", "{#": "#}"}
_COMMENT = re.compile(r"\{%-?\s*comment\b")
_COMMENT_END = re.compile(r"\{%-?\s*endcomment\s*-?%\}")


def remove_tags(text: str) -> str:
    """`text` without its tags; text between an opening and a closing tag is kept, except for comments."""
    kept, position = [], 0
    for opening in _OPENING.finditer(text):
        start = opening.start()
        if start < position or (end := _end(text, start, opening[0])) < 0:
            continue
        kept.append(text[position:start])
        position = end
    return "".join(kept) + text[position:] if kept else text


def _end(text: str, start: int, opening: str) -> int:
    """Where the tag that begins at `start` ends, or -1 if there is no end."""
    reach = MAX_COMMENT if opening == "{#" else MAX_TAG
    closing = text.find(_CLOSING[opening], start + 2, start + reach)
    if closing < 0:
        return -1
    if _COMMENT.match(text, start) and (last := _COMMENT_END.search(text, closing, closing + MAX_COMMENT)):
        return last.end()
    return closing + 2
