"""Whether a question is grave: somebody is hurt, threatened or afraid, or wants to die.

The patterns for each language (grave/*.txt) are written by hand. This is deterministic, needs no model and no network,
and anybody can find and fix a mistake. It misses wordings that have no pattern, and takes some harmless words for grave
ones; `python -m conduct evaluate` measures how often. It changes only the sentences around the passages, and which
passages are open, never the ranking.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal

SELFHARM = "selfharm"
GRAVE = "grave"
Care = Literal["selfharm", "grave"]

# Languages without spaces between words, or with vowel signs, at which \b of a regular expression would match.
_WITHOUT_BOUNDS = ("hi", "ja", "zh")
_SCRIPTS = {
    "ar": re.compile("[\u0600-\u06ff]"),
    "hi": re.compile("[\u0900-\u097f]|[a-z]"),
    "ja": re.compile("[\u3040-\u30ff\u4e00-\u9fff]"),
    "ru": re.compile("[\u0400-\u04ff]"),
    "zh": re.compile("[\u4e00-\u9fff]"),
}
_LATIN = re.compile("[a-z]")
_LANGUAGES = ("en", "es", "fr", "pt", "de", "id", "hi", "ar", "zh", "ja", "ru")

_PEOPLE = (
    "girl|woman|guy|man|boy|kid|child|person|member|student|volunteer|participant|attendee|organi[sz]er|co org|"
    "co organi[sz]er|speaker|intern|moderator|mod|ambassador|mentor|mentee|colleague|coworker|friend|wife|husband|"
    "girlfriend|boyfriend|gf|bf|sister|brother|mother|father|daughter|son|newcomer|employee|staff|staff member|"
    "waitress|waiter|boss|manager|teenager|teen|roommate|roomate|partner|user|maintainer|teammate|chapter|ex|speakers"
)
_NAMES = {
    "{someone}": r"(?:me|him|her|us|them|you|someone|some one|somebody|someones|anyone|anybody|people|everyone|women|"
    r"girls|men|kids|children|minors|students|members|volunteers|"
    r"(?:a|an|the|my|our|his|her|your|one of|half|other|another|two|each|this|that|some)(?: \w+){0,3}? "
    rf"(?:{_PEOPLE})s?)",
    "{doer}": rf"(?:a|an|the|my|our|his|her|this|that|some|one of|two)(?: \w+){{0,3}}? (?:{_PEOPLE})s?",
}
# English contractions, which people type without their apostrophe.
_CONTRACTION = re.compile(r"\b(do|does|did|ca|wo|would|could|is|was|are|have|should)nt\b")
_MARKS = re.compile("[\u0300-\u036f\u064b-\u0655\u0670\u0640]")
_ARABIC = str.maketrans("ىة", "يه")


# Words that ask a person who was hurt to be patient with the other one; matched with text from `_plain`.
_PATIENCE = re.compile(
    r"benefit of the doubt|hiccups|assume (?:good|the best|positive)|good (?:faith|intent)|be patient|forgiv|"
    r"beneficio de la duda|pacien(?:te|cia)|buena fe|benefice du doute|(?:soyez|sois|etre) patient|patience|bonne foi|"
    r"pardonn|beneficio da duvida|boa fe |im zweifel fur|gute absicht|geduld|nachsicht|verzeih|prasangka baik|bersabar|"
    r"memaafkan|संदेह का लाभ|धैर्य|अच्छी नीयत|حسن النيه|الصبر|善意|耐心|宽容|原谅|寛容|大目に|忍耐|терпен|терпелив|"
    r"благие намерения|добрых намерени|(?<!\w)прощ(?:ай|ат|ен)"
)


@dataclass(frozen=True, slots=True)
class _Patterns:
    """The patterns of one language; `idioms` are removed from a text before the others are searched for."""

    applies: re.Pattern[str]
    idioms: tuple[re.Pattern[str], ...]
    any_idiom: re.Pattern[str]
    selfharm: re.Pattern[str]
    grave: re.Pattern[str]

    def without_idioms(self, text: str) -> str:
        """`text` with each idiom replaced by a space."""
        # Most texts have none, which one search shows.
        if self.any_idiom.search(text):
            for idiom in self.idioms:
                text = idiom.sub(" ", text)
        return text


def care_for(question: str) -> Care | None:
    """SELFHARM if the asker or somebody else may want to die or hurts themself, GRAVE for other harm, else None."""
    text = _plain(question)
    written = [patterns for patterns in _all() if patterns.applies.search(text)]
    # First the idioms of all languages: people "kill a process" in every language that borrows the words, and an idiom
    # in Spanish may contain words that are grave in Portuguese.
    for patterns in written:
        text = patterns.without_idioms(text)
    if any(patterns.selfharm.search(text) for patterns in written):
        return SELFHARM
    return GRAVE if any(patterns.grave.search(text) for patterns in written) else None


def asks_for_patience(passage: str) -> bool:
    """Whether a passage of a code asks for patience with others, in any of the languages."""
    return bool(_PATIENCE.search(_plain(passage)))


def _plain(text: str) -> str:
    """Lower case, without accents and punctuation, one space between words and one at the end."""
    text = unicodedata.normalize("NFD", unicodedata.normalize("NFKC", text).casefold())
    text = unicodedata.normalize("NFC", _MARKS.sub("", text)).translate(_ARABIC)
    words = "".join(c if unicodedata.category(c)[0] in "LMN" else " " for c in text).split()
    return _CONTRACTION.sub(r"\1n t", " ".join(words)) + " "


@cache
def _all() -> tuple[_Patterns, ...]:
    return tuple(map(_read, _LANGUAGES))


def _read(language: str) -> _Patterns:
    parts: dict[str, list[str]] = {"idioms": [], "selfharm": [], "grave": []}
    name = ""
    for line in (files("conduct.answering") / "grave" / f"{language}.txt").read_text("utf-8").splitlines():
        if line.startswith("[") and line.strip("[]") in parts:
            name = line.strip("[]")
        elif line:
            parts[name].append(_expanded(line))
    return _Patterns(
        applies=_SCRIPTS.get(language, _LATIN),
        idioms=tuple(_compiled([line], language) for line in parts["idioms"]),
        any_idiom=_compiled(parts["idioms"], language),
        selfharm=_compiled(parts["selfharm"], language),
        grave=_compiled(parts["grave"], language),
    )


def _expanded(line: str) -> str:
    """A line of a pattern file as a regular expression for text from `_plain`; ` ~ ` stands for up to six words."""
    for name, pattern in _NAMES.items():
        line = line.replace(name, pattern)
    line = unicodedata.normalize("NFD", line)
    line = unicodedata.normalize("NFC", _MARKS.sub("", line)).translate(_ARABIC)
    return line.replace(" ~ ", r"(?: \S+){0,6}? ").replace("$", "(?= ?$)")


def _compiled(lines: Sequence[str], language: str) -> re.Pattern[str]:
    """A pattern that matches where any of `lines` does.

    One pattern of many alternatives is fast, since most words are skipped by their first letter; separate patterns
    would each go through the whole text.
    """
    unbound = [line for line in lines if language in _WITHOUT_BOUNDS and not line.isascii()]
    bound = [line for line in lines if line not in unbound]
    # In Arabic, "and", "in" and "the" are written as part of the next word.
    prefix = "(?:[وفبل]|ال)?" if language == "ar" else ""
    # An alternative that ends in a space ends at a word already.
    within = rf"(?<!\w){prefix}(?:{'|'.join(bound)})(?:(?<= )|(?!\w))"
    if language == "hi" and unbound:
        # Only the beginning of a word is checked: at its end, vowel signs may follow.
        unbound = [rf"(?<![\u0900-\u097f])(?:{'|'.join(unbound)})"]
    return re.compile("|".join([*([within] if bound else []), *unbound]) or r"(?!)")
