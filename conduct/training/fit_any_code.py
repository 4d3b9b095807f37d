"""Fits what is known of any code: on written codes that the encoder has not learnt from."""

from dataclasses import dataclass, replace

import numpy as np

from conduct.model.encoder import Encoder
from conduct.ranking.any_code import AnyCode, relevance_features, scope_features
from conduct.ranking.calibration import fit_bands
from conduct.ranking.courtesies import essence
from conduct.training.comparison import to_passages
from conduct.training.materials import HELD_OUT, Materials, WrittenCode

# Inverse regularisation: of the weights on vectors as for other heads, of the few features hardly any.
CONDUCT_STRENGTH, CURVE_STRENGTH = 3.0, 100.0
# The share of the questions in scope to written codes that may be told that the code is silent. Of those to real codes,
# which are less clear, it is several times as many.
WRONGLY_SILENT = 0.002
# "conduct": it is about conduct, though this code has no rule for it.
NOT_CONDUCT = ("far", "near")


@dataclass(frozen=True, slots=True)
class Asked:
    """One written code asked its questions, then the silent ones: cosines (questions, passages), and which to show."""

    vectors: np.ndarray
    cosines: np.ndarray
    shown: np.ndarray


def fit(materials: Materials, encoder: Encoder, situations: np.ndarray) -> AnyCode:
    """Fit all of it; `situations` are the vectors of the bank (situations, d)."""
    learnt = [code for code in materials.codes if code.name not in HELD_OUT]
    texts = [essence(row.text) for code in learnt for row in (*code.questions, *code.silent)]
    about = [situation.in_scope for situation in materials.bank.situations]
    about += [
        getattr(row, "kind", "conduct") not in NOT_CONDUCT for code in learnt for row in (*code.questions, *code.silent)
    ]
    conduct = _logistic(np.concatenate([situations, encoder.encode(texts)]), np.array(about), CONDUCT_STRENGTH)
    asked = [ask(code, encoder) for code in materials.codes if code.name in HELD_OUT]
    log_odds = [code.vectors @ conduct[:-1] + conduct[-1] for code in asked]
    in_scope = np.concatenate([code.shown.any(axis=1) for code in asked])
    scope = np.concatenate([scope_features(odds, code.cosines) for odds, code in zip(log_odds, asked, strict=True)])
    of_scope = _logistic(scope, in_scope, CURVE_STRENGTH)
    relevance = np.concatenate([
        relevance_features(odds, code.cosines).reshape(code.cosines.size, -1)
        for odds, code in zip(log_odds, asked, strict=True)
    ])  # fmt: skip
    of_relevance = _logistic(relevance, np.concatenate([code.shown.ravel() for code in asked]), CURVE_STRENGTH)
    scores = 1 / (1 + np.exp(-(scope @ of_scope[:-1] + of_scope[-1])))
    bands = fit_bands(scores[in_scope], scores[~in_scope])
    # Codes differ: to tell somebody in vain that theirs is silent is worse than to say that it is unclear.
    kept = float(np.quantile(scores[in_scope], WRONGLY_SILENT))
    bands = replace(bands, not_covered=min(bands.not_covered, kept))
    return AnyCode(conduct, of_scope, of_relevance, bands)


def ask(code: WrittenCode, encoder: Encoder) -> Asked:
    """Ask a written code all its questions."""
    questions = encoder.encode([essence(row.text) for row in (*code.questions, *code.silent)])
    shown = np.zeros((len(questions), len(code.passages)), dtype=bool)
    column = {passage.id: number for number, passage in enumerate(code.passages)}
    for row, question in enumerate(code.questions):
        for passage in question.grades:
            shown[row, column[passage]] = True
    return Asked(questions, to_passages(questions, code.passages, encoder), shown)


def _logistic(features: np.ndarray, outcomes: np.ndarray, strength: float) -> np.ndarray:
    """Weights and, last, the bias."""
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=strength, max_iter=1000).fit(features, outcomes)
    return np.append(model.coef_[0], model.intercept_[0]).astype(np.float32)
