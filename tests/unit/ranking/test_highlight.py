"""The sentence that is marked in a passage."""

import pytest

from conduct.ranking.highlight import sentence_to_mark

SHORT, LONG = "We do not threaten.", "Nobody raises a hand or a voice."
LEAD_IN = "Diversity is about differences."
DIFFERENCES = (
    "These differences include age, cultural and socioeconomic background, disability, education, ethnicity, gender, "
    "language, nationality, religious background, and sexual orientation."
)


@pytest.mark.parametrize(
    ("sentences", "cosines", "marked"),
    [
        ((SHORT, LONG), (0.54, 0.5), SHORT),
        ((SHORT, LONG), (0.5, 0.54), LONG),
        ((SHORT, SHORT + " "), (-0.5, -0.9), SHORT),
        ((LEAD_IN, DIFFERENCES), (0.9, 0.1), DIFFERENCES),
        ((LONG, "Examples include:"), (0.1, 0.9), LONG),
        (("我们不接受：", "威胁。"), (0.9, 0.1), "威胁。"),
        (("Examples of what we never accept include:", "Spam"), (0.9, 0.1), "Spam"),
        (("Examples include:",), (0.9,), "Examples include:"),
        (("Be kind.", "Be fair."), (0.1, 0.9), "Be fair."),
    ],
)
def test_the_sentence_to_mark(sentences: tuple[str, ...], cosines: tuple[float, ...], marked: str):
    """The closest one, but not one that only leads in."""
    assert sentence_to_mark(sentences, cosines) == marked
