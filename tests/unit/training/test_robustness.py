"""The same question said a little differently."""

import pytest

from conduct.training.metrics import Ranking
from conduct.training.robustness import CHANGES, moved, third_person, typos


def test_typos_are_two_edits_and_always_the_same():
    """Measured numbers can be measured again."""
    text = "somebody interrupts me in every call"
    changed = typos(text)
    assert changed != text
    assert abs(len(changed) - len(text)) <= 2
    assert changed == typos(text)
    assert typos("?!") == "?!"


@pytest.mark.parametrize(
    ("first", "third"),
    [
        ("I'm sorry, my joke hurt me", "she's sorry, her joke hurt her"),
        ("Did we lose our mic?", "Did they lose their mic?"),
    ],
)
def test_third_person(first: str, third: str):
    """Word by word, the rest untouched."""
    assert third_person(first) == third


def test_moved_counts_other_first_passages():
    """One of two: a half."""
    a, b = Ranking(("a", "b"), (1, 0), 1), Ranking(("b", "a"), (1, 0), 1)
    assert moved([a, a], [a, b]).value == 0.5


def test_the_changes_are_those_of_the_readme():
    """Each is printed by evaluate."""
    assert list(CHANGES) == ["two typos", "upper case", "a trailing plea", "a polite preamble", "third person"]
