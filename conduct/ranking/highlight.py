"""Which sentence of a passage to mark for a question. Pure."""

from collections.abc import Sequence

# A sentence of less than this share of the longest one's length only leads in: "Diversity is about differences." On the
# questions to the written codes that are kept apart it costs nothing.
LEAD_IN_SHARE = 0.25
_COLONS = (":", "：")


def sentence_to_mark(sentences: Sequence[str], cosines: Sequence[float]) -> str:
    """The sentence that is closest to the question.

    What only leads to the others, a short sentence or one that ends in a colon, is left out where there are others.
    """
    rows = list(zip(sentences, cosines, strict=True))
    rows = [row for row in rows if not row[0].endswith(_COLONS)] or rows
    longest = max(len(sentence) for sentence, _ in rows)
    return max((row for row in rows if len(row[0]) > LEAD_IN_SHARE * longest), key=lambda row: row[1])[0]
