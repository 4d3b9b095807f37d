"""Ranks and scores that a reader can compute by hand."""

from dataclasses import replace

import numpy as np
import pytest

from conduct.answering.answer import COVERED, NOT_COVERED, UNCLEAR, coverage
from conduct.dataset.situations import Bank, Judgement, Situation
from conduct.ranking.any_code import AnyCode
from conduct.ranking.calibration import SIMILARITY, Bands
from conduct.ranking.fit import build
from conduct.ranking.index import BOILERPLATE, SCOPES_AT_A_TIME, Index, Scope
from conduct.ranking.recipe import Blend
from conduct.ranking.vectors import classes, pieces, targets
from conduct.text.code import parse
from tests.fakes import WordEncoder

CODE = parse("## Words\n\nNo accent is wrong. A joke may hurt.\n\n## Chances\n\nEach slot is given fair and square.\n")
BANK = Bank(
    (
        Situation("accent joke", (Judgement("words-1", 2), Judgement("chances-1", 1))),
        Situation("who gets the slot", (Judgement("chances-1", 2),)),
        Situation("pizza", ()),
    )
)


def search(question: str, code=CODE, bank=BANK, blend: Blend | None = None, known: AnyCode | None = None):
    """Search with newly built vectors."""
    encoder = WordEncoder()
    index = Index(code, bank, build(code, bank, (), encoder), known, blend or Blend())
    return index.search([question], encoder)[0]


def test_targets_share_a_situation_among_its_passages():
    """Grade 2 counts 1, grade 1 counts `secondary_weight`, and "silent" is a class of its own."""
    names = classes(CODE, BANK)
    assert names == ("words-1", "chances-1", "")
    np.testing.assert_allclose(targets(BANK, names), [[1 / 1.15, 0.15 / 1.15, 0], [0, 1, 0], [0, 0, 1]], rtol=1e-6)


def test_near_situations_alone_give_their_own_shares():
    """With this temperature, a situation at cosine 1 outweighs those at 0 by e^20."""
    found = search("accent joke", blend=Blend(neighbours=1, meaning=0, words=0))
    assert [match.passage.id for match in found.matches] == ["words-1", "chances-1"]
    assert [match.relevance for match in found.matches] == pytest.approx([1 / 1.15, 0.15 / 1.15], abs=1e-6)
    assert found.in_scope == pytest.approx(1.0, abs=1e-6)


def test_a_question_like_a_silent_situation_is_out_of_scope():
    """ "The code does not speak about this" is learnt from examples, not from a low score."""
    found = search("pizza", blend=Blend(neighbours=1, meaning=0, words=0))
    assert found.in_scope == pytest.approx(0.0, abs=1e-6)


def test_the_closest_sentence_is_named():
    """It is a part of the passage, letter for letter."""
    assert search("a joke").matches[0].sentence == "A joke may hurt."


def test_the_nearest_situation_of_each_passage_explains_it():
    """A situation leads only to its own passages."""
    found = search("slot")
    assert {match.passage.id: match.situation for match in found.matches} == {
        "chances-1": "who gets the slot",
        "words-1": None,
    }


def test_a_situation_that_is_never_shown_ranks_and_explains_nothing():
    """The ranking is the same; the explanation is None, not the next nearest situation."""
    hidden = Bank((replace(BANK.situations[0], showable=False), *BANK.situations[1:]))
    shown, kept = search("accent joke"), search("accent joke", bank=hidden)
    assert [match.relevance for match in kept.matches] == [match.relevance for match in shown.matches]
    assert (shown.matches[0].situation, kept.matches[0].situation) == ("accent joke", None)


def test_without_situations_sentences_decide():
    """Cosine 1/sqrt(2) with "A joke may hurt." and 0 with the rest, scored by the similarity curve."""
    found = search("joke pizza", bank=Bank())
    assert [match.passage.id for match in found.matches] == ["words-1", "chances-1"]
    expected = SIMILARITY.relevance(np.array([(1 + 0.5**0.5) / 2, 0.5]))
    assert [match.relevance for match in found.matches] == pytest.approx(expected, abs=1e-6)
    assert found.in_scope == pytest.approx(expected[0], abs=1e-6)
    assert found.bands == SIMILARITY.bands


def test_a_passage_that_no_situation_leads_to_is_found_by_its_own_words():
    """A newer text works at once, before anybody has written situations for its new items."""
    fuller = parse("## Words\n\nNo accent is wrong. A joke may hurt.\n\n## Chances\n\nEach slot is given fair and "
                   "square. Examples include:\n\n- Any threat\n")  # fmt: skip
    found = search("threat", code=fuller)
    assert found.matches[0].passage.id == "chances-2"
    assert found.matches[0].sentence == "Any threat"
    assert found.in_scope >= found.bands.not_covered


def test_many_questions_are_answered_each_with_its_own():
    """Results in a batch are not mixed up."""
    encoder = WordEncoder()
    index = Index(CODE, BANK, build(CODE, BANK, (), encoder))
    questions = ["slot", "accent", "pizza"]
    together = index.search(questions, encoder)
    for question, found in zip(questions, together, strict=True):
        alone = index.search([question], encoder)[0]
        assert [m.passage.id for m in found.matches] == [m.passage.id for m in alone.matches]
        assert found.in_scope == pytest.approx(alone.in_scope, abs=1e-6)


def test_whether_the_code_speaks_to_a_text_can_be_had_alone():
    """It agrees with the full search, for any vectors; the words of the text do not count."""
    encoder = WordEncoder()
    index = Index(CODE, BANK, build(CODE, BANK, (), encoder), blend=Blend(words=0))
    texts = ["an accent", "pizza", "a joke"] * SCOPES_AT_A_TIME
    scopes = [Scope(result.in_scope, result.bands) for result in index.search(texts, encoder)]
    assert index.scopes(texts, encoder.encode) == scopes
    assert len({scope.in_scope for scope in scopes}) > 1


def test_pieces_are_sentences_and_the_whole():
    """The whole has its heading before it; a passage of one sentence is one piece."""
    assert pieces(CODE.passages[0]) == (
        "No accent is wrong.",
        "A joke may hurt.",
        "Words. No accent is wrong. A joke may hurt.",
    )
    assert pieces(CODE.passages[1]) == ("Chances. Each slot is given fair and square.",)
    assert pieces(parse("No accent is wrong.\n\n## More\n\nBe kind.\n").passages[0]) == ("No accent is wrong.",)


def test_a_new_passage_is_not_called_silent_by_old_situations():
    """In the bank, pizza is silent; the newer text speaks about it, surely or perhaps, and its passage comes first."""
    fuller = parse("## Words\n\nNo accent is wrong. A joke may hurt.\n\n## Chances\n\nEach slot is given fair and "
                   "square. Examples include:\n\n- Pizza is shared\n")  # fmt: skip
    for question, expected in (("pizza", COVERED), ("pizza threat threat threat", UNCLEAR)):
        assert coverage(search(question)) == NOT_COVERED
        found = search(question, code=fuller)
        assert coverage(found) == expected
        assert found.matches[0].sentence == "Pizza is shared"


ATTRIBUTED = parse("## Words\n\nNo accent is wrong.\n\n## Attribution\n\nThe joke slot is based on the Contributor "
                   "Covenant.\n\nA pizza is licensed.\n")  # fmt: skip


def test_boilerplate_comes_last_however_close_it_is():
    """A question about conduct is not answered with a licence, and a licence alone covers nothing."""
    found = search("joke slot", code=ATTRIBUTED, bank=Bank())
    assert [match.passage.id for match in found.matches] == ["words-1", "attribution-1", "attribution-2"]
    plain = SIMILARITY.relevance(np.array([0.5]))[0]
    assert plain > BOILERPLATE
    assert [match.relevance for match in found.matches] == pytest.approx([plain, BOILERPLATE, BOILERPLATE], abs=1e-6)
    assert found.in_scope == pytest.approx(plain, abs=1e-6)
    assert coverage(found) == NOT_COVERED


def test_boilerplate_is_never_more_relevant_than_what_stands_before_it():
    """Situations may give their passages less than 0.01: relevance must still be in descending order."""
    bank = Bank((Situation("accent", (Judgement("words-1", 2),)), *(Situation("pizza", ()) for _ in range(3))))
    found = search("pizza", code=ATTRIBUTED, bank=bank, blend=Blend(neighbours=1, meaning=0, words=0))
    assert [match.passage.id for match in found.matches] == ["words-1", "attribution-1", "attribution-2"]
    relevance = [match.relevance for match in found.matches]
    assert relevance[0] < 1e-5
    assert relevance == sorted(relevance, reverse=True)


def test_boilerplate_that_situations_lead_to_is_ranked_like_any_passage():
    """The writer of the situations knew better than a heuristic."""
    bank = Bank((Situation("joke slot", (Judgement("attribution-1", 2),)), Situation("sorry", ())))
    found = search("joke slot", code=ATTRIBUTED, bank=bank)
    assert found.matches[0].passage.id == "attribution-1"


# Weighs only the closest cosine: the scope by 4 * it - 2, a passage by 2 * its own - 1; "pizza" is not about conduct.
KNOWN = AnyCode(
    conduct=np.array([4, 4, 4, 4, 4, -40, 4, -4, 0], dtype=np.float32),
    scope=np.array([2, 4, 0, -2], dtype=np.float32),
    relevance=np.array([2, 0, 0, 2, -1], dtype=np.float32),
    bands=Bands(0.7, 0.3),
)


def curve(log_odds: float) -> float:
    """A probability."""
    return 1 / (1 + np.exp(-log_odds))


def test_what_is_known_of_any_code_ranks_passages_without_situations():
    """Cosine 1 with "A joke may hurt." and 0 with the rest; tanh(4 / 4) for being about conduct."""
    found = search("joke", bank=Bank(), known=KNOWN)
    about = np.tanh(1)
    assert [match.passage.id for match in found.matches] == ["words-1", "chances-1"]
    assert [match.relevance for match in found.matches] == pytest.approx(
        [curve(2 + 2 * about - 1), curve(2 * about - 1)], abs=1e-6
    )
    assert found.in_scope == pytest.approx(curve(4 - 2), abs=1e-6)
    assert found.bands == KNOWN.bands


def test_what_is_not_about_conduct_is_not_covered_however_near_it_is():
    """A code may mention pizza; still, a question where to eat is not about conduct."""
    code = parse("## Words\n\nNo accent is wrong.\n\n## Food\n\nPizza is shared.\n")
    found = search("pizza", code=code, bank=Bank(), known=KNOWN)
    assert found.matches[0].passage.id == "food-1"
    assert found.in_scope == pytest.approx(curve(2 * -40 / 4 + 4 - 2), abs=1e-6)
    assert coverage(found) == NOT_COVERED


def test_where_situations_are_known_they_decide_and_a_new_passage_can_only_add():
    """The small code has no new passage, so the curves for any code change nothing."""
    for question in ("accent", "slot", "pizza"):
        with_, without = search(question, known=KNOWN), search(question)
        assert [(m.passage.id, m.relevance) for m in with_.matches] == [
            (m.passage.id, m.relevance) for m in without.matches
        ]
        assert (with_.in_scope, with_.bands) == (without.in_scope, without.bands)


def test_a_new_passage_is_found_by_what_is_known_of_any_code():
    """In the bank, pizza is silent; the new passage is about a threat, and only its own words say so."""
    fuller = parse("## Words\n\nNo accent is wrong. A joke may hurt.\n\n## Chances\n\nEach slot is given fair and "
                   "square. Examples include:\n\n- Any threat\n")  # fmt: skip
    found = search("threat", code=fuller, known=KNOWN)
    assert found.matches[0].passage.id == "chances-2"
    assert found.matches[0].relevance == pytest.approx(curve(2 + 2 * np.tanh(1) - 1), abs=1e-6)
    assert coverage(found) == COVERED


def test_boilerplate_is_no_rule_that_a_question_could_be_about():
    """Its relevance is constant, and it does not count among the passages."""
    found = search("joke slot", code=ATTRIBUTED, bank=Bank(), known=KNOWN)
    assert [match.relevance for match in found.matches[1:]] == [pytest.approx(BOILERPLATE)] * 2
    assert found.in_scope == pytest.approx(curve(-2), abs=1e-6)


def test_a_bank_that_leads_to_one_passage_alone_can_be_used():
    """There is only one class to choose."""
    bank = Bank((Situation("an accent", (Judgement("words-1", 2),)),))
    found = search("accent", bank=bank)
    assert [match.passage.id for match in found.matches] == ["words-1", "chances-1"]
    assert found.in_scope == pytest.approx(1.0)
