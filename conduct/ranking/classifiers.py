"""Linear classifiers of texts, by the model's vectors and by words. Fitted at build time.

The classes are the passages that situations lead to, and as the last one "silent": the code does not speak about it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from conduct.ranking.recipe import RECIPE

if TYPE_CHECKING:  # scipy and sklearn take most of a second to import, and the first page needs neither
    from scipy.sparse import csr_matrix


@dataclass(frozen=True, slots=True)
class VectorClassifier:
    """Multinomial logistic regression on unit vectors; weights (classes, dimensions), bias (classes,)."""

    weights: np.ndarray
    bias: np.ndarray

    @classmethod
    def fit(cls, vectors: np.ndarray, targets: np.ndarray) -> VectorClassifier:
        """Fit on vectors (n, d) and soft targets (n, classes) whose rows sum to 1."""
        return cls(*_fit(vectors, targets, RECIPE.vector_strength))

    @classmethod
    def empty(cls, dimensions: int) -> VectorClassifier:
        """For a text without situations, which needs no classifier: one with the single class "silent"."""
        return cls(np.zeros((1, dimensions), dtype=np.float32), np.zeros(1, dtype=np.float32))

    def probabilities(self, vectors: np.ndarray) -> np.ndarray:
        """The probability of each class, (n, classes), for vectors (n, d)."""
        return _softmax(vectors @ self.weights.T + self.bias)


@dataclass(frozen=True, slots=True)
class WordClassifier:
    """The same on TF-IDF of words and of character n-grams, which tolerate typos; `idf` (features,)."""

    idf: np.ndarray
    weights: np.ndarray
    bias: np.ndarray

    @classmethod
    def fit(cls, texts: Sequence[str], targets: np.ndarray) -> WordClassifier:
        """Fit on texts (n) and soft targets (n, classes) whose rows sum to 1."""
        counts = _count(texts)
        seen = np.bincount(counts.indices, minlength=counts.shape[1])
        idf = (np.log((1 + len(texts)) / (1 + seen)) + 1).astype(np.float32)
        return cls(idf, *_fit(_tf_idf(counts, idf), targets, RECIPE.word_strength))

    @classmethod
    def empty(cls) -> WordClassifier:
        """For a text without situations, which needs no classifier: one with the single class "silent"."""
        idf = np.zeros(RECIPE.buckets, dtype=np.float32)
        return cls(idf, np.zeros((1, RECIPE.buckets), dtype=np.float32), np.zeros(1, dtype=np.float32))

    def probabilities(self, texts: Sequence[str]) -> np.ndarray:
        """The probability of each class, (n, classes), for n texts."""
        features = _tf_idf(_count(texts), self.idf)
        # A question has a few hundred of all features. For a single row, which is usual, taking only their
        # columns is several times faster than a sparse product.
        logits = np.empty((len(texts), len(self.bias)), dtype=np.float32)
        for row in range(len(texts)):
            part = slice(features.indptr[row], features.indptr[row + 1])
            logits[row] = self.weights[:, features.indices[part]] @ features.data[part] + self.bias
        return _softmax(logits)


@cache
def _counters() -> tuple:
    from sklearn.feature_extraction.text import HashingVectorizer

    count = {"alternate_sign": False, "norm": None, "strip_accents": "unicode", "dtype": np.float32}
    characters = HashingVectorizer(analyzer="char_wb", ngram_range=(2, 5), n_features=RECIPE.character_buckets, **count)
    words = HashingVectorizer(
        analyzer="word",
        ngram_range=(1, 2),
        token_pattern=r"(?u)\b\w+\b",  # noqa: S106 (no password): one-letter words too, "I" says who speaks
        n_features=RECIPE.word_buckets,
        **count,
    )
    return characters, words


def _count(texts: Sequence[str]) -> csr_matrix:
    from scipy.sparse import hstack

    return hstack([counter.transform(texts) for counter in _counters()], format="csr")


def _tf_idf(counts: csr_matrix, idf: np.ndarray) -> csr_matrix:
    """Sublinear TF-IDF, each row of unit length, words and characters together."""
    from scipy.sparse import csr_matrix

    values = (1 + np.log(counts.data)) * idf[counts.indices]
    rows = np.repeat(np.arange(counts.shape[0]), np.diff(counts.indptr))
    norms = np.sqrt(np.bincount(rows, weights=values**2, minlength=counts.shape[0]))
    values = (values / np.maximum(norms, 1e-12)[rows]).astype(np.float32)
    return csr_matrix((values, counts.indices, counts.indptr), shape=counts.shape)


def _fit(features, targets: np.ndarray, strength: float) -> tuple[np.ndarray, np.ndarray]:
    from sklearn.linear_model import LogisticRegression

    # A soft target becomes one row for each class, weighted by its share.
    rows, classes = np.nonzero(targets)
    weights = np.zeros((targets.shape[1], features.shape[1]), dtype=np.float32)
    bias = np.full(targets.shape[1], RECIPE.absent_class_bias, dtype=np.float32)
    if (classes == classes[0]).all():
        # If all situations lead to one passage, there is nothing to fit, and sklearn would raise an error.
        bias[classes[0]] = 0.0
        return weights, bias
    model = LogisticRegression(C=strength, max_iter=1000, tol=1e-4)
    model.fit(features[rows], classes, sample_weight=targets[rows, classes])
    coefficients, intercept = model.coef_, model.intercept_
    if len(model.classes_) == 2:
        # For two classes sklearn keeps only one row, the second class against the first.
        coefficients, intercept = np.vstack([-coefficients, coefficients]) / 2, np.hstack([-intercept, intercept]) / 2
    weights[model.classes_], bias[model.classes_] = coefficients, intercept
    return weights, bias


def _softmax(logits: np.ndarray) -> np.ndarray:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)
