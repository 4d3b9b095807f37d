"""From the sentences of a draft to the draft, with numbers that a reader can compute."""

import math
from dataclasses import replace

import pytest

from conduct.ranking.calibration import Bands
from conduct.ranking.draft import (
    MIN_READ,
    READ_AGAIN,
    DraftRecipe,
    Readings,
    position,
    probability,
    promising,
    read_pieces,
)
from conduct.ranking.index import Scope, SearchResult
from conduct.text.draft import Piece, Sentence
from tests.factories import MATCHES

# The bands are at log-odds of 0 and 2.
BANDS = Bands(covered=1 / (1 + math.exp(-2)), not_covered=0.5)
PLAIN = DraftRecipe(
    best=1, length=-1, intercept=0, covered=0.6, not_covered=0.3,
    position=1, passage_score=1, passage_length=0, passage_intercept=0, unfamiliar=0,
)  # fmt: skip


def result(scope: float, *relevances: float) -> SearchResult:
    """A result with log-odds: of its coverage, and of the relevance of p-1, p-2, ..."""
    matches = [replace(match, relevance=probability(value)) for match, value in zip(MATCHES, relevances, strict=False)]
    return SearchResult(tuple(sorted(matches, key=lambda match: -match.relevance)), probability(scope), BANDS)


@pytest.mark.parametrize(("scope", "where"), [(0, 0), (2, 1), (1, 0.5), (-2, -1)])
def test_a_position_is_counted_in_bands(scope: float, where: float):
    """0 at the lower one, 1 at the upper one."""
    assert position(result(scope)) == pytest.approx(where)


def test_bands_that_are_one_have_positions_too():
    """With a width of one half."""
    same = SearchResult((), probability(1), Bands(covered=0.5, not_covered=0.5))
    assert position(same) == pytest.approx(2)


def test_a_sentence_whose_words_do_not_count_stands_lower():
    """By half of it if they half count; the same for its other readings."""
    half = replace(result(4, 0), by_words=0.5)
    recipe = replace(PLAIN, unfamiliar=2)
    assert Readings({0: [half]}, recipe).scores(1).best == pytest.approx(1)
    assert Readings({0: [half, result(4, 0)]}, recipe).scores(1).best == pytest.approx(1.5)
    assert Readings({0: [half]}, PLAIN).scores(1).best == pytest.approx(2)


def test_the_most_promising_sentences_come_in_their_order():
    """Of equal ones the first."""
    assert promising({number: result(number % 8) for number in range(10)}, 6) == [2, 3, 4, 5, 6, 7]
    assert promising(dict.fromkeys((4, 9, 11), result(1)), 2) == [4, 9]
    assert promising({0: result(1)}, 6) == [0]


def pieces(count: int) -> list[Piece]:
    """Those of a draft of so many sentences, "0", "1", ..."""
    sentences = [Sentence(str(number), number, number + 1, str(number)) for number in range(count)]
    return [Piece(sentence.read, sentence) for sentence in sentences]


@pytest.mark.parametrize(("count", "wanted"), [(MIN_READ, MIN_READ), (MIN_READ + 1, MIN_READ), (200, 24)])
def test_of_a_long_draft_the_promising_sentences_are_read_and_the_best_again_with_their_neighbours(count, wanted):
    """For a short one nothing is estimated. Here, later sentences are more promising."""
    glanced, searched = [], []

    def glance(texts: list[str]) -> list[Scope]:
        glanced.append(texts)
        return [Scope(probability(int(text) / 50), BANDS) for text in texts]

    def search(texts: list[str]) -> list[SearchResult]:
        searched.append(texts)
        return [result(int(text.split()[-1]) / 100, 0) for text in texts]

    read = read_pieces(pieces(count), glance, search)
    assert glanced == ([] if count == wanted else [[str(number) for number in range(count)]])
    assert searched[0] == [str(number) for number in range(count - wanted, count)]
    best = list(range(count - READ_AGAIN, count))
    assert list(read) == best
    assert searched[1] == [f"{number} {number + 1}" for number in range(best[0] - 1, count - 1)]
    assert [len(results) for results in read.values()] == [3] * (READ_AGAIN - 1) + [2]


def test_all_of_a_draft_is_read_where_nothing_can_be_told_at_a_glance():
    """With a remote engine, or another model."""
    searched = []

    def search(texts: list[str]) -> list[SearchResult]:
        searched.extend(texts)
        return [result(0, 0)] * len(texts)

    assert list(read_pieces(pieces(50), lambda texts: None, search, in_context=False)) == list(range(READ_AGAIN))
    assert searched == [str(number) for number in range(50)]


def test_the_same_sentence_counts_less_in_a_longer_draft():
    """Its log-odds fall with the logarithm of the number of sentences."""
    readings = Readings({0: [result(4, 0)]}, PLAIN)
    short, long = readings.combined(1).result, readings.combined(10).result
    assert short.in_scope == pytest.approx(probability(2))
    assert long.in_scope == pytest.approx(probability(2 - math.log(10)))
    assert (short.in_scope >= short.bands.covered, long.in_scope >= long.bands.covered) == (True, False)


def test_a_sentence_is_judged_by_all_its_readings():
    """The mean of alone and with its neighbours."""
    readings = Readings({3: [result(4, 2), result(0, 0), result(2, 1)]}, PLAIN)
    assert readings.scores(5).best == pytest.approx(1)
    assert readings.scores(5).passages == {"p-1": pytest.approx(2)}


def test_each_passage_has_the_sentences_that_led_to_it():
    """The strongest first; another one only if it is covered alone and leads to no other passage."""
    borrowed = [result(0, 0, -3), result(9, 3, -3)]
    readings = Readings(
        {2: [result(4, 3.5, -3)], 5: [result(6, 2, -3)], 7: [result(-4, -1, 0)], 8: borrowed, 9: [result(0, -3, 3)]},
        PLAIN,
    )
    found = readings.combined(1)
    assert [match.passage.id for match in found.result.matches] == ["p-1", "p-2"]
    # 3.5 + 2 is more than 2 + 3; sentence 7 is too weak to lead anywhere,
    # and 8 would be as weak by itself: the sentence that it was read with is not.
    assert found.led_by == ((2, 5), (9,))


def test_a_text_that_is_read_whole_keeps_its_result():
    """Its sentences only explain the passages."""
    whole = result(3, 1, 2)
    found = Readings({0: [result(0, 2, 0)], 1: [result(0, 0, 2)]}, PLAIN).explaining(whole, 2)
    assert found.result is whole
    assert found.led_by == ((1,), (0,))
