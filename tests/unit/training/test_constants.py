"""Where the constants of the ranking come from."""

import numpy as np
import pytest

from conduct.dataset.situations import Bank, Judgement, Question, Situation
from conduct.ranking.fit import build
from conduct.text.code import parse
from conduct.training.constants import (
    encode_questions,
    fit_explanation_cosine,
    fit_similarity,
    hits_by_temperature,
)
from tests.fakes import WordEncoder

CODE = parse("## Words\n\nNo accent is wrong.\n\n## Chances\n\nEach slot is given fair.\n")
BANK = Bank(
    (
        Situation("accent", (Judgement("words-1", 2),)),
        Situation("slot", (Judgement("chances-1", 2),)),
        Situation("pizza", ()),
    )
)


def question(text: str, *passages: str) -> Question:
    """A labelled question of the dev split; its first passage is to be shown first."""
    return Question(text, tuple(Judgement(passage, 2) for passage in passages), split="dev")


def test_the_similarity_curve_gives_shown_passages_more():
    """If the closest piece separates passages that are shown from others, the curve rises between them."""
    asked = [
        question("accent", "words-1"),
        question("slot fair", "chances-1"),
        question("pizza"),
        question("threat"),
    ] * 9
    fitted = fit_similarity(CODE, asked, WordEncoder())
    assert fitted.slope > 1
    assert fitted.relevance(np.array([1.0]))[0] > 0.99
    assert fitted.relevance(np.array([0.5]))[0] < 0.01
    assert fitted.bands.not_covered > fitted.bands.covered


def test_the_temperature_is_judged_by_the_passage_that_near_situations_put_first():
    """Half of these are led right, at any temperature: each is at cosine 1 from one situation and 0 from the others."""
    asked = [question("accent", "words-1"), question("slot", "words-1"), question("pizza")]
    hits = hits_by_temperature(
        CODE, BANK, build(CODE, BANK, (), WordEncoder()), asked, encode_questions(asked, WordEncoder())
    )
    assert set(hits.values()) == {0.5}


@pytest.mark.parametrize(("wrong_at_071", "least"), [(0, 0.7), (1, 0.7), (2, 1.0)])
def test_the_least_cosine_that_explains_is_where_nine_of_ten_are_led_right(wrong_at_071: int, least: float):
    """Ten questions at cosine 0.71 from "accent", of which some ask for something else."""
    asked = [question("accent joke", "chances-1")] * wrong_at_071
    asked += [question("accent joke", "words-1")] * (10 - wrong_at_071)
    vectors = build(CODE, BANK, (), WordEncoder())
    assert fit_explanation_cosine(BANK, vectors, asked, encode_questions(asked, WordEncoder())) == least
