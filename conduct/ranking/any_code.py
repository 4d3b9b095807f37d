"""Scores questions and passages of any code: for passages without situations.

Whether a code speaks to a question depends on two things: whether the question is about conduct at all, and whether
this code has a passage that is near. The first is fitted on the situations of the ambassador code and the questions to
the written codes, the rest on written codes that the encoder has not learnt from; `python -m conduct train` does both.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from conduct.dataset.files import write_tensors
from conduct.dataset.tensors import DamagedTensorsError, ForeignTensorsError, read_arrays
from conduct.errors import ModelError
from conduct.model.packaged import ANY_CODE_FILE
from conduct.ranking.calibration import Bands

FILE = ANY_CODE_FILE
# Softmax temperature over the passages of a code, the same as in the encoder's training.
TEMPERATURE = 0.05
# The number of features of a question, and of a passage for a question.
SCOPE_FEATURES, RELEVANCE_FEATURES = 3, 4
# Say another name where they change: numbers that were fitted on others are then refused.
_FEATURES = "unlike conduct, closest, others; cosine, share, behind, about conduct"
MAX_WEIGHT = 1_000.0
_ANEW = "make it anew with `python -m conduct train`"


@dataclass(frozen=True, slots=True)
class AnyCode:
    """Fitted numbers: linear weights on unit vectors of questions, `conduct` (d + 1,), and two logistic curves, `scope`
    (features + 1,) and `relevance` (features + 1,), each with its bias last. `bands` are for `scope`."""

    conduct: np.ndarray
    scope: np.ndarray
    relevance: np.ndarray
    bands: Bands

    def about_conduct(self, questions: np.ndarray) -> np.ndarray:
        """The log-odds (n,) that questions are about conduct, from their unit vectors (n, d)."""
        return questions @ self.conduct[:-1] + self.conduct[-1]

    def in_scope(self, conduct: np.ndarray, cosines: np.ndarray) -> np.ndarray:
        """The probability (n,) that a code speaks to questions, from `about_conduct` (n,) and the cosines of each to
        the closest piece of each passage (n, passages)."""
        return _curve(self.scope, scope_features(conduct, cosines))

    def relevances(self, conduct: np.ndarray, cosines: np.ndarray) -> np.ndarray:
        """The probability (n, passages) that a careful person would show each passage, from the same."""
        return _curve(self.relevance, relevance_features(conduct, cosines))


def scope_features(conduct: np.ndarray, cosines: np.ndarray) -> np.ndarray:
    """(n, SCOPE_FEATURES): how little it is about conduct, how near the closest passage is, how much farther the
    others."""
    best = cosines.max(axis=1)
    # That a question is surely about conduct does not say that this code has a rule for it.
    return np.stack([np.minimum(conduct, 0) / 4, best, best - cosines.mean(axis=1)], axis=1)


def relevance_features(conduct: np.ndarray, cosines: np.ndarray) -> np.ndarray:
    """(n, passages, RELEVANCE_FEATURES): cosine, log of its softmax share, distance to the best, about conduct."""
    shares = cosines / TEMPERATURE
    shares = shares - shares.max(axis=1, keepdims=True)
    shares = shares - np.log(np.exp(shares).sum(axis=1, keepdims=True))
    behind = cosines - cosines.max(axis=1, keepdims=True)
    about = np.broadcast_to(np.tanh(conduct / 4)[:, None], cosines.shape)
    return np.stack([cosines, shares, behind, about], axis=-1)


def save(known: AnyCode, path: Path, encoder: str) -> None:
    """Write `path`, bound to `encoder`, "id@revision"."""
    arrays = {
        "conduct": known.conduct,
        "scope": known.scope,
        "relevance": known.relevance,
        "bands": np.array([known.bands.covered, known.bands.not_covered]),
    }
    write_tensors(path, {n: np.ascontiguousarray(a, dtype=np.float32) for n, a in arrays.items()}, _bound(encoder))


def load(path: Path, encoder: str, dimensions: int) -> AnyCode | None:
    """The numbers in `path` for `encoder`, whose vectors have `dimensions` numbers, or None if there is no file.

    Raises ModelError if they are for another encoder, or cannot be used.
    """
    if not path.is_file():
        return None
    shapes = {
        "conduct": (dimensions + 1,),
        "scope": (SCOPE_FEATURES + 1,),
        "relevance": (RELEVANCE_FEATURES + 1,),
        "bands": (2,),
    }
    try:
        arrays = read_arrays(path, _bound(encoder), shapes)
    except ForeignTensorsError as error:
        raise ModelError(f"{FILE} was fitted for another encoder or version: {_ANEW}.") from error
    except (DamagedTensorsError, OSError) as error:
        raise ModelError(f"{FILE} is damaged: {_ANEW}.") from error
    covered, not_covered = map(float, arrays["bands"])
    # A comparison with NaN is false, so that NaN is refused as well.
    possible = all((np.abs(array) <= MAX_WEIGHT).all() for array in arrays.values())
    if not possible or not 0 <= not_covered <= covered <= 1:
        raise ModelError(f"{FILE} holds numbers that cannot be: {_ANEW}.")
    return AnyCode(arrays["conduct"], arrays["scope"], arrays["relevance"], Bands(covered, not_covered))


def _bound(encoder: str) -> dict[str, str]:
    return {"model": encoder, "features": _FEATURES}


def _curve(weights: np.ndarray, features: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-(features @ weights[:-1] + weights[-1])))
