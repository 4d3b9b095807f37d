"""From scores to probabilities and bands."""

import numpy as np
import pytest

from conduct.ranking.calibration import Bands, Calibration, fit_bands, fit_relevance


def test_the_curve_keeps_the_order_and_halves_where_it_should():
    """Slope 2, intercept 0: a score of one half stays one half, higher ones rise."""
    curve = Calibration(2.0, 0.0, Bands(0.6, 0.3))
    np.testing.assert_allclose(curve.relevance(np.array([0.2, 0.5, 0.8])), [1 / 17, 0.5, 16 / 17])


def test_a_fitted_curve_gives_back_the_probabilities_that_made_the_outcomes():
    """Scores whose true probability is known: slope and intercept are found again."""
    rng = np.random.default_rng(0)
    scores = rng.uniform(0.01, 0.99, 40_000)
    truth = Calibration(1.5, -0.5, Bands(0.6, 0.3)).relevance(scores)
    slope, intercept = fit_relevance(scores, rng.uniform(size=scores.size) < truth)
    assert (slope, intercept) == (pytest.approx(1.5, abs=0.05), pytest.approx(-0.5, abs=0.05))


def test_bands_lie_between_what_is_kept_and_what_is_refused():
    """All questions in scope at 0.99, odds 99, and all silent ones at 0.1, odds 1/9: both bands at odds 11 ** 0.5."""
    odds = 11**0.5
    bands = fit_bands([0.99] * 50, [0.1] * 50)
    assert (bands.covered, bands.not_covered) == (pytest.approx(odds / (1 + odds)), pytest.approx(odds / (1 + odds)))


def test_bands_never_cross():
    """Even if the classes overlap, "covered" needs at least as much as "unclear"."""
    bands = fit_bands(list(np.linspace(0, 1, 101)), list(np.linspace(0, 1, 101)))
    assert bands.covered >= bands.not_covered
