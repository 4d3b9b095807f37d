"""Where a sentence ends, in many scripts. Pure."""

import re

_ENDS = ".!?…।॥؟۔።។៖。！？"
# A sentence ends at one of these (and what closes it) before a space and something that can begin another;
# East Asian full stops need no space.
_END = re.compile(r"(?<=[.!?…।॥؟۔።။៖])[\"'”’»)\]]*\s+(?=[\"'“‘«(\[¿¡]*(\w))|(?<=[。！？])[」』”’）]*\s*")


def split_sentences(text: str) -> tuple[str, ...]:
    """The sentences of `text`, each a part of it, letter for letter; a new line begins a new one."""
    return tuple(sentence for line in text.split("\n") for sentence in _split(line))


def introduction(text: str) -> str:
    """The sentence of `text` that introduces a list after it: one that ends in a colon, or a mere label; else ""."""
    sentences = split_sentences(text)
    if not sentences:
        return ""
    last = sentences[-1]
    if last.endswith((":", "：")):
        return last
    # What closes a sentence, such as a bracket, may stand after its end.
    end = next((c for c in reversed(last) if c.isalnum() or c in _ENDS), "")
    return last if len(sentences) == 1 and end.isalnum() else ""


def _split(line: str) -> list[str]:
    sentences, start = [], 0
    for end in _END.finditer(line):
        # "e.g. the": what goes on in lower case is the same sentence. Many scripts have no cases.
        if end[1] and end[1].islower():
            continue
        sentences.append(line[start : end.end()].strip())
        start = end.end()
    sentences.append(line[start:].strip())
    return [sentence for sentence in sentences if sentence]
