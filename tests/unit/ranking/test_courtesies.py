"""Greetings, pleas and thanks at the ends of a question."""

import pytest

from conduct.ranking import courtesies
from conduct.ranking.courtesies import WINDOW, essence, unshouted


@pytest.mark.parametrize(
    ("question", "kept"),
    [
        ("Hi all, is it ok to shout? Thanks!", "is it ok to shout?"),
        ("Hello everybody, I hope you are well. He shouts at me please help!!", "He shouts at me"),
        ("Sorry to bother you. Quick question: may I shout?", "may I shout?"),
        ("Hello", "Hello"),
        ("please help", "please help"),
        ("he never says hello or thanks to her", "he never says hello or thanks to her"),
        ("She ignored my thanks. Why?", "She ignored my thanks. Why?"),
        ("Hi Bob is a rude name for a robot?", "Hi Bob is a rude name for a robot?"),
        ("May I shout?! Any advice please?", "May I shout?!"),
        ("He shouts, thanks you all so much", "He shouts, thanks you all so much"),
        ("Dear team: hey! A quick question about tone: may I shout... thanks so much!", "may I shout..."),
        ("... thanks!", "... thanks!"),
    ],
)
def test_courtesies_at_the_ends_are_not_compared_with_the_code(question: str, kept: str):
    """They say nothing about the situation; a question of nothing else is kept."""
    assert essence(question) == kept


class Counted:
    """An expression that counts its calls and the characters that it is given."""

    def __init__(self, expression) -> None:
        self.expression = expression
        self.calls = self.characters = 0

    def _shown(self, begin: int, end: int) -> None:
        self.calls += 1
        self.characters += end - begin

    def match(self, text: str, begin: int = 0, end: int | None = None):
        """Count, and match as the expression does."""
        self._shown(begin, len(text) if end is None else end)
        return self.expression.match(text, begin, len(text) if end is None else end)

    def search(self, text: str, begin: int = 0, end: int | None = None):
        """Count, and match as the expression does."""
        self._shown(begin, len(text) if end is None else end)
        return self.expression.search(text, begin, len(text) if end is None else end)


@pytest.mark.parametrize(
    "repeated",
    [
        " ",
        ",",
        ".",
        "!",
        " ,",
        "a ,",
        "hi, ",
        "Hi!!! ",
        "thanks ",
        "thanks!",
        "please help ",
        "any help? ",
        "hope you ",
    ],
)
@pytest.mark.parametrize(("before", "after"), [("", ""), ("x", "x"), ("hi", "x"), ("x thanks", "x"), ("x", " thanks")])
def test_the_work_for_a_hostile_question_grows_with_its_length(
    monkeypatch: pytest.MonkeyPatch, repeated: str, before: str, after: str
):
    """An expression may need n * n steps for n characters, so it sees only windows: one for the ending, and one for
    each greeting of at least four characters."""
    for length in (1_000, 200_000):
        opening, closing = Counted(courtesies._OPENING), Counted(courtesies._CLOSING)
        with monkeypatch.context() as patch:
            patch.setattr(courtesies, "_OPENING", opening)
            patch.setattr(courtesies, "_CLOSING", closing)
            essence(before + repeated * (length // len(repeated)) + after)
        assert (closing.calls, closing.characters <= WINDOW) == (1, True)
        assert opening.calls <= 1 + length // 4
        assert opening.characters <= WINDOW * opening.calls


def test_a_shouted_question_is_read_as_if_it_were_said():
    """A word in capitals among others is not changed, nor is a script without them."""
    assert unshouted("MAY I LAUGH AT HIS ACCENT?") == "may i laugh at his accent?"
    assert unshouted("May I laugh at HIS accent?") == "May I laugh at HIS accent?"
    assert unshouted("我可以笑他的口音吗？") == "我可以笑他的口音吗？"
