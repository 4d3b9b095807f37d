"""For which languages a model was measured, and whether a question is in one of them."""

from pathlib import Path

from conduct.errors import DataError
from conduct.messages import LanguageNames, Message
from conduct.text import front_matter
from conduct.text.language import detector

# The detector's guesses below this probability are ignored. At 0.8, one in 2,500 of the labelled English questions is
# taken for another language, and one in 460 of the shortest.
MIN_CONFIDENCE = 0.8
# Limit for the front matter of a model card, in characters: many cards list thousands of results there.
MAX_CARD = 200_000
# Languages that the detector confuses with Indonesian and Chinese, in 1 of 100 of our own texts.
_TAKEN_FOR = {"ms": "id", "wuu": "zh", "yue": "zh"}
ANY = frozenset({"multilingual"})
NOTICE = (
    "This question does not seem to be in one of the languages that were measured ({languages}), "
    "so the passages may fit less well."
)

TEXT_NOTICE = "The code is in a language that was not measured, so the passages may fit less well."


def languages_of(folder: Path) -> frozenset[str]:
    """The language codes (ISO 639-1) on the card of the model in `folder`; ANY if it says "multilingual", empty if it
    names none."""
    try:
        card, _ = front_matter.split((folder / "README.md").read_text(encoding="utf-8"), MAX_CARD)
    except (OSError, UnicodeDecodeError, DataError):
        return frozenset()
    named = card.get("language") or []
    names = frozenset([named] if isinstance(named, str) else named)
    return ANY if names & {"multilingual", "xx"} else names


def notice(question: str, languages: frozenset[str]) -> Message | None:
    """A notice if `question` is, with MIN_CONFIDENCE, in a language that is not in `languages`; else None."""
    if not languages or languages == ANY:
        return None
    guess = detector().detect(question, k=1)[0]
    if _TAKEN_FOR.get(guess["lang"], guess["lang"]) in languages or guess["score"] < MIN_CONFIDENCE:
        return None
    return Message(NOTICE, {"languages": LanguageNames(tuple(sorted(languages)))})


def notice_of_text(code_language: str, languages: frozenset[str]) -> Message | None:
    """A notice if the code of conduct is in a language that is not in `languages`; else None."""
    if not languages or languages == ANY or code_language in languages:
        return None
    return Message(TEXT_NOTICE)
