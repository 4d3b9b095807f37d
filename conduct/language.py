"""Which languages a model reads, and whether a question is in one of them."""

import re
from functools import cache
from pathlib import Path

import yaml

# Below this probability a guess is worth nothing; at it, fewer than 1 in 500 English texts are misread.
LEAST_CONFIDENCE = 0.4
# Nigerian Pidgin is what terse English chat lines look like to the identifier, and a model of English reads it.
ALIKE = {"pcm": "en"}
ANY = frozenset({"multilingual"})
NOTICE = (
    "This question does not seem to be in a language that the model reads, so the passages may not fit: "
    "ask in {languages}, if you can."
)
NAMES = {"en": "English", "de": "German", "fr": "French", "es": "Spanish", "pt": "Portuguese", "zh": "Chinese"}


def languages_of(folder: Path) -> frozenset[str]:
    """The language codes on the card of the model in `folder`; ANY for a model of many, empty if none is named."""
    try:
        card = (folder / "README.md").read_text(encoding="utf-8")
        matter = yaml.safe_load(re.match(r"---\n(.*?)\n---", card, re.DOTALL).group(1))
        named = matter.get("language") or []
    except (OSError, UnicodeDecodeError, AttributeError, yaml.YAMLError):
        return frozenset()
    names = frozenset(str(name) for name in ([named] if isinstance(named, str) else named))
    return ANY if names & {"multilingual", "xx"} else names


def notice(question: str, languages: frozenset[str]) -> str | None:
    """One sentence if `question` is surely in another language than `languages`, else None."""
    if not languages or languages == ANY:
        return None
    language, confidence = _identifier().classify(question)
    if ALIKE.get(language, language) in languages or confidence < LEAST_CONFIDENCE:
        return None
    return NOTICE.format(languages=" or ".join(sorted(NAMES.get(name, name) for name in languages)))


@cache
def _identifier():
    # Half a second to load: only who answers questions pays for it.
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
