"""Which languages a model reads, and whether a question is in one of them."""

from pathlib import Path

from conduct.errors import DataError
from conduct.messages import LanguageNames, Message
from conduct.text import front_matter
from conduct.text.language import detector

# Below this probability a guess is worth nothing; at it, 1 in 2,500 English texts is misread, of the shortest 1 in 460.
LEAST_CONFIDENCE = 0.8
# Cards list measured results there, by the thousand lines.
MAX_CARD = 200_000
# What the detector takes Indonesian and Chinese for at times; it was shown by one in a hundred of our own texts.
_ALIKE = {"ms": "id", "wuu": "zh", "yue": "zh"}
ANY = frozenset({"multilingual"})
NOTICE = (
    "This question does not seem to be in one of the languages that were measured ({languages}), "
    "so the passages may fit less well."
)

TEXT_NOTICE = "The code is in a language that was not measured, so the passages may fit less well."


def languages_of(folder: Path) -> frozenset[str]:
    """The language codes on the card of the model in `folder`; ANY for a model of many, empty if none is named."""
    try:
        card, _ = front_matter.split((folder / "README.md").read_text(encoding="utf-8"), MAX_CARD)
    except (OSError, UnicodeDecodeError, DataError):
        return frozenset()
    named = card.get("language") or []
    names = frozenset([named] if isinstance(named, str) else named)
    return ANY if names & {"multilingual", "xx"} else names


def notice(question: str, languages: frozenset[str]) -> Message | None:
    """One sentence if `question` is surely in another language than `languages`, else None."""
    if not languages or languages == ANY:
        return None
    guess = detector().detect(question, k=1)[0]
    if _ALIKE.get(guess["lang"], guess["lang"]) in languages or guess["score"] < LEAST_CONFIDENCE:
        return None
    return Message(NOTICE, {"languages": LanguageNames(tuple(sorted(languages)))})


def notice_of_text(code_language: str, languages: frozenset[str]) -> Message | None:
    """One sentence if a code is in another language than `languages`, else None."""
    if not languages or languages == ANY or code_language in languages:
        return None
    return Message(TEXT_NOTICE)
