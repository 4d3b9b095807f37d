"""What a teacher adds to the labels."""

import numpy as np

from conduct.training.distillation import TEACHER, DistillationSet, with_teacher
from tests.fakes import WordEncoder

TEXTS = ("an accent", "his accent again", "a joke", "the same joke")
TARGETS = np.eye(2, dtype=np.float32)[[0, 0, 1, 1]]


def test_a_label_keeps_its_share_and_the_teacher_has_the_rest():
    """Rows still sum to 1, and what the teacher thinks moves no label to another class here."""
    lesson = with_teacher(DistillationSet(TEXTS, TARGETS), [], WordEncoder())
    assert lesson.texts == TEXTS
    assert np.allclose(lesson.targets.sum(axis=1), 1)
    assert (lesson.targets[np.arange(4), [0, 0, 1, 1]] > 1 - TEACHER).all()
    assert (lesson.targets[np.arange(4), [1, 1, 0, 0]] > 0).all()


def test_texts_without_a_label_get_what_the_teacher_thinks():
    """By the labelled texts that they are like; of one that is like none it knows nothing."""
    lesson = with_teacher(DistillationSet(TEXTS, TARGETS), ["no joke", "Accent!", "pizza"], WordEncoder())
    assert lesson.texts == (*TEXTS, "no joke", "Accent!", "pizza")
    assert lesson.targets.shape == (7, 2)
    assert lesson.targets[4, 1] > 0.85
    assert lesson.targets[5, 0] > 0.85
    assert abs(lesson.targets[6, 0] - 0.5) < 0.1


def test_the_teacher_reads_texts_as_questions_are_read():
    """Without what carries no meaning, such as a polite preamble."""
    teacher = WordEncoder()
    with_teacher(DistillationSet(TEXTS, TARGETS), ["is a joke okay please help!!"], teacher)
    assert teacher.calls == [[*TEXTS, "is a joke okay"]]
