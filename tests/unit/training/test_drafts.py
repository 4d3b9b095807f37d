"""How a draft is read, fitted and measured on labelled ones."""

from dataclasses import replace

from conduct.ranking.draft import RECIPE
from conduct.text.draft import read_draft
from conduct.training.drafts import LabelledDraft, Mark, ReadDraft, fit, labelled_drafts, measure
from tests.unit.ranking.test_draft import result


def draft(scope: float, marked: bool, sentences: int = 10) -> ReadDraft:
    """A draft of ten sentences, of which the third is as near to the code as `scope` says, and about p-1."""
    text = " ".join(f"Sentence number {number} of this one." for number in range(sentences))
    found = tuple(piece.sentence for piece in read_draft(text).pieces)
    marks = (Mark(found[2].start, found[2].end, frozenset({"p-1"})),) if marked else ()
    return ReadDraft(LabelledDraft(text, "en", marks), found, {2: [result(scope, 3, -3)], 4: [result(-5, -3, -2)]})


DRAFTS = [draft(scope / 10, marked=False) for scope in range(-40, 0)]
DRAFTS += [draft(scope / 10, marked=True) for scope in range(10, 50)]


def test_what_is_fitted_tells_fine_drafts_from_others():
    """Here all of them, within the shares that may reach the bands."""
    report = measure(DRAFTS, fit(DRAFTS))
    assert (report.fine, report.marked) == (40, 40)
    assert (report.fine_covered.value, report.fine_not_covered.value) == (0.025, 0.875)
    assert report.marked_covered.value == 1
    assert report.passage.value == report.sentence.value == 1


def test_a_sentence_that_is_not_the_marked_one_does_not_count():
    """Nor does a passage if another one was expected."""
    wrong = draft(3, marked=True)
    elsewhere = replace(wrong.labelled, marks=(Mark(0, 5, frozenset({"p-9"})),))
    report = measure([draft(-3, marked=False), replace(wrong, labelled=elsewhere)], RECIPE)
    assert (report.passage.value, report.sentence.value) == (0, 0)


def test_the_labelled_drafts_are_as_many_as_the_figures_say():
    """330, in two halves that stay as they are; each mark is a part of its draft."""
    drafts = labelled_drafts()
    counts = {
        (split, bool(draft.marks)): sum(
            (other.split, bool(other.marks)) == (split, bool(draft.marks)) for other in drafts
        )
        for draft in drafts
        for split in ("dev", "test")
    }
    assert counts == {("dev", False): 68, ("test", False): 62, ("dev", True): 103, ("test", True): 91}
    assert all(0 <= mark.start < mark.end <= len(draft.text) for draft in drafts for mark in draft.marks)
