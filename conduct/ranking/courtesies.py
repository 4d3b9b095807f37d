"""What of a question is compared with the code: without greetings, pleas and thanks at its ends. Pure."""

import re

# Greetings, pleas and thanks say nothing about the situation, but would pull a short question towards others.
_OPENING = re.compile(
    r"^(?:(?:hi|hiya|hello|hey|dear|greetings|good (?:morning|afternoon|evening|day))"
    r"(?: (?:all|there|every(?:one|body)|team|folks|friends|guys|community))?\s*[,.!:]+\s+"
    r"|(?:i )?hope (?:you|this|all|every)[^.!?]{0,40}[.!]\s+"
    r"|(?:sorry (?:to bother|for (?:the|this|asking))|(?:a )?(?:quick|short|small|silly|dumb) question)"
    r"[^.!?:]{0,30}[.!:]\s+)",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"(?:^|[\s,.!?]+)(?:(?:please|pls|plz)\s+(?:help|advise)|(?:any )?(?:help|advice)(?: please| pls)?|thanks?(?: you)?"
    r"(?: (?:all|so much|in advance))?|thx|what do you think)(?: me)?[\s.!?]*$",
    re.IGNORECASE,
)


def essence(question: str) -> str:
    """What of a cleaned question is compared with the code: without greetings, pleas and thanks at its ends."""
    text = question
    while (shorter := _OPENING.sub("", text, count=1)) != text:
        text = shorter
    ending = _CLOSING.search(text)
    if ending and text[: ending.start()].strip():
        # The question mark or stop before the plea belongs to the question.
        kept = text[: ending.start()] + re.match(r"[.!?]*", text[ending.start() :])[0]
        text = kept.rstrip(" ,")
    return text.strip() or question
