"""From scores to probabilities and bands, fitted on the labelled questions of the dev split."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from conduct.ranking.recipe import RECIPE


@dataclass(frozen=True, slots=True)
class Bands:
    """Probabilities that the code speaks to a question: at least `covered` is "covered", below `not_covered` is
    "not_covered"."""

    covered: float
    not_covered: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """A logistic curve from a score in (0, 1) to a probability, and the bands of coverage."""

    slope: float
    intercept: float
    bands: Bands

    def relevance(self, scores: np.ndarray) -> np.ndarray:
        """Calibrated probabilities, in the shape of `scores`; they keep its order."""
        return _probability(self.slope * _logit(scores) + self.intercept)


# For passages without situations and an encoder for which nothing was fitted; the score is (1 + cosine) / 2 of the
# closest piece. Fitted by `python -m conduct.training.constants` with all-MiniLM-L6-v2.
SIMILARITY = Calibration(slope=1.255, intercept=-1.813, bands=Bands(covered=0.361, not_covered=0.172))
# For a text with situations but without labelled questions: the score is not changed, and the bands are about those
# that `python -m conduct build` prints for the bundled text.
UNFITTED = Calibration(slope=1.0, intercept=0.0, bands=Bands(covered=0.91, not_covered=0.33))


def fit_relevance(scores: np.ndarray, shown: np.ndarray) -> tuple[float, float]:
    """Slope and intercept of the curve, from scores in (0, 1) and whether a careful person would show each passage."""
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=1e6).fit(_logit(scores)[:, None], shown)
    return float(model.coef_[0, 0]), float(model.intercept_[0])


def fit_bands(in_scope: Sequence[float], silent: Sequence[float]) -> Bands:
    """Bands from the scores of dev questions in scope and of those that the code is silent on.

    Each band is in the middle between the score that keeps the questions in scope and the one that keeps the silent
    ones out. The middle is taken in log-odds, since scores crowd near 0 and 1: from 0.98 to 0.99 is as far as from 0.5
    to 0.67.
    """
    keep, refuse = _logit(np.asarray(in_scope)), _logit(np.asarray(silent))
    covered = (np.quantile(keep, RECIPE.below_covered) + np.quantile(refuse, 1 - RECIPE.silent_covered)) / 2
    unclear = (np.quantile(keep, RECIPE.below_unclear) + np.quantile(refuse, 1 - RECIPE.silent_unclear)) / 2
    upper, lower = _probability(max(covered, unclear)), _probability(min(covered, unclear))
    return Bands(covered=float(upper), not_covered=float(lower))


def _probability(log_odds: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-log_odds))


def _logit(scores: np.ndarray) -> np.ndarray:
    clipped = np.clip(scores, 1e-6, 1 - 1e-6)
    return np.log(clipped / (1 - clipped))
