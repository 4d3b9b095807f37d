"""From what was found to what is said."""

import pytest

from conduct.answering.answer import compose
from conduct.ranking.calibration import Bands
from conduct.ranking.index import SearchResult
from tests.factories import MATCHES, SOURCE


def answer(in_scope: float, limit: int = 3):
    """An answer between the bands 0.3 and 0.6."""
    return compose("q", SearchResult(MATCHES, in_scope, Bands(covered=0.6, not_covered=0.3)), limit, SOURCE)


@pytest.mark.parametrize(
    ("in_scope", "coverage", "message"),
    [
        (0.60, "covered", "The code speaks to this."),
        (0.59, "unclear", "The code may not speak to this directly. The closest passages:"),
        (0.30, "unclear", "The code may not speak to this directly. The closest passages:"),
        (0.29, "not_covered", "The code does not speak about this."),
    ],
)
def test_the_bands_decide_the_words(in_scope: float, coverage: str, message: str):
    """A band begins at its own value."""
    found = answer(in_scope)
    assert (found.coverage, found.message) == (coverage, message)


@pytest.mark.parametrize("limit", [1, 3, 10])
def test_the_limit_cuts_and_keeps_the_order(limit: int):
    """Passages stay ranked, and are there whatever the coverage."""
    assert [shown.id for shown in answer(0.0, limit).passages] == [f"p-{n}" for n in range(1, limit + 1)]
