"""Removes greetings, pleas and thanks at the ends of a question before it is compared with the code. Pure."""

import re

# Greetings, pleas and thanks say nothing about the situation, but would move the vector of a short question.
_OPENING = re.compile(
    r"(?:(?:hi|hiya|hello|hey|dear|greetings|good (?:morning|afternoon|evening|day))"
    r"(?: (?:all|there|every(?:one|body)|team|folks|friends|guys|community))?\s*[,.!:]+\s+"
    r"|(?:i )?hope (?:you|this|all|every)[^.!?]{0,40}[.!]\s+"
    r"|(?:sorry (?:to bother|for (?:the|this|asking))|(?:a )?(?:quick|short|small|silly|dumb) question)"
    r"[^.!?:]{0,30}[.!:]\s+)",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"(?:^|(?<=[\s,.!?]))(?:(?:please|pls|plz)\s+(?:help|advise)|(?:any )?(?:help|advice)(?: please| pls)?"
    r"|thanks?(?: you)?(?: (?:all|so much|in advance))?|thx|what do you think)(?: me)?$",
    re.IGNORECASE,
)
# Longer than any courtesy. The expressions see at most this number of characters at a time, so that the work for a
# hostile question is linear in its length, not quadratic.
WINDOW = 80


def essence(question: str) -> str:
    """A cleaned question without greetings, pleas and thanks at its ends; if nothing else is left, all of it."""
    text = _without_closing(_without_openings(question))
    return text.strip() or question


def unshouted(text: str) -> str:
    """`text` in lower case if it is all in capitals, which the encoder reads as other words."""
    return text.lower() if text.isupper() else text


def _without_openings(text: str) -> str:
    at = 0
    while opening := _OPENING.match(text, at, at + WINDOW):
        at = opening.end()
        while at < len(text) and text[at].isspace():
            at += 1
    return text[at:]


def _without_closing(text: str) -> str:
    end = _end_before(text, len(text), ".!?")
    closing = _CLOSING.search(text, max(0, end - WINDOW), end)
    if closing is None:
        return text
    kept = _end_before(text, closing.start(), ",.!?")
    if not kept:
        return text
    # The question mark or stop before the plea belongs to the question.
    while text[kept] in ".!?":
        kept += 1
    return text[:kept].rstrip(" ,")


def _end_before(text: str, end: int, marks: str) -> int:
    """The end of `text[:end]` without the spaces and `marks` at its end."""
    while end and (text[end - 1].isspace() or text[end - 1] in marks):
        end -= 1
    return end
