"""What an adapter is learnt from: the situations, and where a larger model read them first, what it made of them.

A small model learns more from what a large one thinks of a text than from its label alone (Hinton et al.,
Distilling the Knowledge in a Neural Network, 2015), also of texts that nobody has labelled.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from conduct.model.encoder import Encoder
from conduct.ranking.classifiers import VectorClassifier
from conduct.ranking.courtesies import essence
from conduct.ranking.index import neighbours

# How much of a situation's target is what the teacher thinks of it; the rest is its label.
TEACHER = 0.5


@dataclass(frozen=True, slots=True)
class DistillationSet:
    """Texts (n) and soft targets (n, classes), whose rows sum to 1."""

    texts: tuple[str, ...]
    targets: np.ndarray


def with_teacher(lesson: DistillationSet, others: Sequence[str], teacher: Encoder) -> DistillationSet:
    """`lesson` and `others`, which have no label, as `teacher` reads them, a model that has learnt `lesson`."""
    texts = (*lesson.texts, *others)
    vectors = teacher.encode([essence(text) for text in texts])
    known, unknown = vectors[: len(lesson.texts)], vectors[len(lesson.texts) :]
    head = VectorClassifier.fit(known, lesson.targets)
    targets = (1 - TEACHER) * lesson.targets + TEACHER * head.probabilities(known)
    guesses = (head.probabilities(unknown) + neighbours(unknown @ known.T, lesson.targets)) / 2
    return DistillationSet(texts, np.vstack([targets, guesses]).astype(np.float32))
