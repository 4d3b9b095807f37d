"""What is known of a question and a passage whatever the code: for passages that nobody has written situations for.

Two things say whether a code speaks to a question: whether it is about conduct at all, which the situations of the
ambassador code and the questions to the written codes tell, and whether this code has a passage that is near.
`python -m conduct train` fits the numbers on written codes that the encoder has not learnt from.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open

from conduct.dataset.files import write_tensors
from conduct.dataset.tensors import read_header
from conduct.errors import ModelError
from conduct.model.packaged import ANY_CODE_FILE
from conduct.ranking.calibration import Bands

FILE = ANY_CODE_FILE
# Softmax temperature over the passages of a code, the one that the encoder learnt with.
TEMPERATURE = 0.05
# Features of a question, of a passage for a question.
SCOPE_FEATURES, RELEVANCE_FEATURES = 3, 4
MAX_WEIGHT = 1_000.0


@dataclass(frozen=True, slots=True)
class AnyCode:
    """Linear weights on unit vectors of questions, `conduct` (d + 1,), and logistic curves: `scope` (features + 1,)
    and `relevance` (features + 1,), each with its bias last; `bands` of the first."""

    conduct: np.ndarray
    scope: np.ndarray
    relevance: np.ndarray
    bands: Bands

    def about_conduct(self, questions: np.ndarray) -> np.ndarray:
        """Of unit vectors (n, d), the log-odds that they ask about conduct: (n,)."""
        return questions @ self.conduct[:-1] + self.conduct[-1]

    def in_scope(self, conduct: np.ndarray, cosines: np.ndarray) -> np.ndarray:
        """The probability (n,) that a code speaks to questions, from `about_conduct` (n,) and the cosines of each to
        the closest piece of each passage (n, passages)."""
        return _curve(self.scope, scope_features(conduct, cosines))

    def relevances(self, conduct: np.ndarray, cosines: np.ndarray) -> np.ndarray:
        """The probability (n, passages) that a careful person would show each passage, from the same."""
        return _curve(self.relevance, relevance_features(conduct, cosines))


def scope_features(conduct: np.ndarray, cosines: np.ndarray) -> np.ndarray:
    """(n, SCOPE_FEATURES): whether it is about conduct, how near the closest passage is, and how far the next ones."""
    best = np.sort(cosines, axis=1)[:, ::-1]
    return np.stack([np.tanh(conduct / 4), best[:, 0], best[:, 0] - best[:, :3].mean(axis=1)], axis=1)


def relevance_features(conduct: np.ndarray, cosines: np.ndarray) -> np.ndarray:
    """(n, passages, RELEVANCE_FEATURES): how near it is, its share among all, behind the best, and about conduct."""
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
    write_tensors(path, {n: np.ascontiguousarray(a, dtype=np.float32) for n, a in arrays.items()}, {"model": encoder})


def load(path: Path, encoder: str, dimensions: int) -> AnyCode | None:
    """The numbers in `path` for an encoder with vectors of so many numbers, or None if there are none.

    Raises ModelError if they are for another encoder or damaged.
    """
    if not path.is_file():
        return None
    try:
        header = read_header(path)
        if header.metadata.get("model") != encoder:
            raise ModelError(f"{FILE} was fitted for another encoder: make it anew with `python -m conduct train`.")
        if not all(spec.readable and spec.shape[0] < 10_000 for spec in header.tensors.values()):
            raise ValueError("too many numbers")
        with safe_open(path, framework="numpy") as file:
            arrays = {
                name: file.get_tensor(name).astype(np.float32) for name in ("conduct", "scope", "relevance", "bands")
            }
    except (SafetensorError, OSError, ValueError, TypeError, LookupError) as error:
        raise ModelError(f"{FILE} is damaged: make it anew with `python -m conduct train`.") from error
    expected = {
        "conduct": (dimensions + 1,),
        "scope": (SCOPE_FEATURES + 1,),
        "relevance": (RELEVANCE_FEATURES + 1,),
        "bands": (2,),
    }
    fits = all(arrays[name].shape == shape for name, shape in expected.items())
    # Written so that what is not a number fails, too.
    fits = fits and all((np.abs(array) <= MAX_WEIGHT).all() for array in arrays.values())
    if not fits or not 0 <= arrays["bands"][1] <= arrays["bands"][0] <= 1:
        raise ModelError(f"{FILE} holds numbers that cannot be: make it anew with `python -m conduct train`.")
    covered, not_covered = map(float, arrays["bands"])
    return AnyCode(arrays["conduct"], arrays["scope"], arrays["relevance"], Bands(covered, not_covered))


def _curve(weights: np.ndarray, features: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-(features @ weights[:-1] + weights[-1])))
