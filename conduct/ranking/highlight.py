"""Which sentence of a passage to mark for a question. Pure."""

from collections.abc import Sequence

# A sentence shorter than this share of the longest one only leads in: "Diversity is about differences." On the held-out
# written codes, this rule marks as many right sentences.
LEAD_IN_SHARE = 0.25
_COLONS = (":", "：")


def sentence_to_mark(sentences: Sequence[str], cosines: Sequence[float]) -> str:
    """The sentence that is closest to the question.

    Sentences that only lead in, short ones or those that end in a colon, are not marked if there are others.
    """
    rows = list(zip(sentences, cosines, strict=True))
    rows = [row for row in rows if not row[0].endswith(_COLONS)] or rows
    longest = max(len(sentence) for sentence, _ in rows)
    return max((row for row in rows if len(row[0]) > LEAD_IN_SHARE * longest), key=lambda row: row[1])[0]
