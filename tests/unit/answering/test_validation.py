"""What people send: cleaned or refused."""

import pytest

from conduct.answering.validation import check_limit, clean_question, clean_questions
from conduct.errors import QuestionError


@pytest.mark.parametrize(
    ("sent", "understood"),
    [
        ("  is it ok?\n", "is it ok?"),
        ("a\x00b\x07c", "a b c"),
        ("line\none", "line\none"),
        ("half \ud83d pair", "half � pair"),
        ("\ud83d\ude00 whole", "😀 whole"),
        # These are invisible, and no script needs them.
        ("\ufeffis it ok?", "is it ok?"),
        ("\u200bis it\u200b ok?\u200b", "is it ok?"),
        ("ha\u00adrass\u00adment", "harassment"),
        ("\u2060is\u2064 it \u206aok\ufff9?", "is it ok?"),
        ("ok?\U000e0001\U000e0069\U000e0067", "ok?"),
        # Bidirectional marks order the text between them, and have no effect at the ends.
        ("\u202eabc", "abc"),
        (" \u2067\u200f מותר לצחוק?\u200e\u2069 \n\u061c", "מותר לצחוק?"),
        ("he said \u2067שלום\u2069 to me", "he said \u2067שלום\u2069 to me"),
        ("he said \u2067שלום\u2069", "he said \u2067שלום\u2069"),
        ("he said \u202bשלום", "he said \u202bשלום\u202c"),
        # Scripts and emoji need these.
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("ക്\u200d", "ക്\u200d"),
        ("\u200dක්\u200dෂ", "ක්\u200dෂ"),
        ("👩\u200d💻 ❤\ufe0f", "👩\u200d💻 ❤\ufe0f"),
        (
            "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
            "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
        ),
        ("<b>hi</b>", "<b>hi</b>"),
        ("x" * 10_000, "x" * 10_000),
        (" " * 50_000 + "short", "short"),
        ("😀" * 10_000, "😀" * 10_000),
    ],
)
def test_a_question_is_stripped_and_freed_of_what_nobody_can_see(sent: str, understood: str):
    """Control characters, half surrogates and invisible characters are removed; everything else stays as it was
    typed."""
    assert clean_question(sent) == understood


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ("", "The question is empty: describe in a few words what happened or what you want to do."),
        (" \n\t\x00\u200b ", "The question is empty: describe in a few words what happened or what you want to do."),
        ("\u200e\ufeff\u200d", "The question is empty: describe in a few words what happened or what you want to do."),
        ("x" * 10_001, "The question may have 10,000 characters, but this one has 10,001: keep what matters most "
                     "and ask again."),
        ("😀" * 100_000, "The question may have 10,000 characters, but this one has 100,000: keep what matters most "
                        "and ask again."),
        ("> quoted\n> more", "The text holds nothing but quoted lines: paste what you want to send yourself, without > "
                             "before each line."),
        ("[10:32] anna:\n[10:33] bob:", "The text holds nothing but names, times, marks or code: paste what was said "
                                        "as well."),
        ("\x7fELF\x02\x01\x01" + "\x00" * 9, "The text must be words that people can read, but this looks like a "
                                           "program's file: paste the text itself."),
        (None, "The question must be a text, but nothing came: send the question as a string."),
        (7, "The question must be a text, but a number came: send the question as a string."),
        (["hi"], "The question must be a text, but a list came: send the question as a string."),
        ({"a": 1}, "The question must be a text, but an object came: send the question as a string."),
    ],
)  # fmt: skip
def test_what_is_no_question_is_refused_in_one_sentence(sent: object, sentence: str):
    """What was expected, what was received, the next step."""
    with pytest.raises(QuestionError) as refused:
        clean_question(sent)
    assert str(refused.value) == sentence


@pytest.mark.parametrize(("sent", "limit"), [(1, 1), (10, 10), (3.0, 3)])
def test_limits_from_1_to_10(sent: object, limit: int):
    """JavaScript may send a whole number as a float."""
    assert check_limit(sent) == limit


@pytest.mark.parametrize("sent", [0, 11, -1, 2.5, "3", None, True, [3], float("nan"), float("inf"), 10**400])
def test_other_limits_are_refused_in_one_sentence(sent: object):
    """The sentence names the range."""
    with pytest.raises(QuestionError, match=r"^The limit must be a whole number from 1 to 10, but .* came: leave"):
        check_limit(sent)


def test_many_questions_keep_their_order():
    """Each is cleaned."""
    assert clean_questions([" b ", "a"]) == ["b", "a"]


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ([], "One call takes 1 to 64 questions, but 0 came: send them in several calls."),
        (["x"] * 65, "One call takes 1 to 64 questions, but 65 came: send them in several calls."),
        ("x", "The questions must be a list of texts, but a text came: send one question through /ask."),
        (["x", ""], "Question 2 of 2: The question is empty: describe in a few words what happened or what you want "
                    "to do."),
    ],
)  # fmt: skip
def test_lists_that_cannot_be_asked_name_the_reason(sent: object, sentence: str):
    """The sentence names the question."""
    with pytest.raises(QuestionError) as refused:
        clean_questions(sent)
    assert str(refused.value) == sentence


def test_what_is_asked_at_once_has_a_limit_together():
    """Ten of the longest questions."""
    assert len(clean_questions(["x" * 10_000] * 10)) == 10
    with pytest.raises(QuestionError, match="may have 100,000 characters together, but these have 100,001: send them"):
        clean_questions([*["x" * 10_000] * 10, "x"])
