"""Classifies lists: separate rules, names only, steps of an enforcement ladder, or the middle of a sentence. Pure."""

import re
from collections.abc import Sequence

from conduct.text.elements import Items, Paragraph, Unit
from conduct.text.sentences import ends_sentence

# Names ("poster presenters") are short; the median must have at most the first number of words, the longest ("people
# invited to meetings or summits") at most the second.
MAX_NAME_WORDS = 6
MAX_LONGEST_NAME_WORDS = 14
MIN_NAMES = 2
# The same limit where the introduction says where or for whom the code applies: the items are places and people, with
# longer descriptions.
MAX_SCOPE_WORDS = 20
# "Write to [YOUR CONTACT HERE]." says nothing; a longer paragraph with a gap does.
MAX_WORDS_AROUND_GAP = 5

# English words that show that an item is a sentence: anywhere in it, or as its first word.
_AUXILIARIES = frozenset(
    {"is", "are", "was", "were", "be", "been", "am", "isn't", "aren't", "do", "does", "did", "don't", "doesn't",
     "has", "have", "had", "will", "won't", "would", "can", "can't", "cannot", "could", "may", "might", "must",
     "shall", "should", "never", "please", "you", "we", "he", "she", "they", "i"}
)  # fmt: skip
_IMPERATIVES = frozenset(
    {"accept", "act", "address", "admit", "advise", "agree", "allow", "apologise", "apologize", "ask", "assume",
     "attend", "avoid", "become", "behave", "believe", "bring", "call", "care", "check", "choose", "come",
     "comply", "consider", "contact", "contribute", "credit", "criticise", "criticize", "describe", "disagree",
     "embrace", "encourage", "engage", "enjoy", "ensure", "expect", "explain", "flag", "focus", "follow", "get",
     "give", "go", "help", "honor", "honour", "ignore", "include", "interrupt", "introduce", "invite", "join",
     "keep", "know", "learn", "leave", "let", "listen", "look", "lurk", "maintain", "make", "mind", "need",
     "obey", "offer", "own", "post", "prefer", "pretend", "promote", "protect", "publish", "put", "raise",
     "read", "refrain", "remain", "remember", "remove", "report", "resolve", "respect", "respond", "say", "see",
     "send", "share", "show", "speak", "spread", "stay", "stop", "submit", "support", "take", "talk", "tell",
     "thank", "think", "treat", "try", "turn", "understand", "upload", "use", "value", "wait", "wear", "welcome",
     "write", "yield"}
)  # fmt: skip
_NO_GERUND = frozenset(
    {"anything", "ceiling", "clothing", "evening", "everything", "feeling", "gathering", "lightning", "meeting",
     "morning", "nothing", "offspring", "outing", "setting", "sibling", "something", "spring", "staffing",
     "string", "thing", "training", "wedding", "warning", "wing", "mailing", "networking", "including", "excluding",
     "parking", "dining", "gaming", "waiting", "changing", "building", "during"}
)  # fmt: skip
_SCOPE = re.compile(
    r"\b(?:appl(?:y|ies|icable)|extends? to|holds? (?:in|for|at)|covers)\b[^.!?]*[:：]\Z", re.IGNORECASE
)
# By language, the endings that make a word a verb; in other languages no list is taken for a list of names.
_VERB_ENDING = {
    "en": re.compile(r"ing\Z"),
    "es": re.compile(r"(?:[aei]r|[aei]rse|ando|iendo)\Z"),
    "pt": re.compile(r"(?:[aei]r|ando|endo|indo)\Z"),
    "fr": re.compile(r"(?:er|ir|re|ez|ant)\Z"),
    "it": re.compile(r"(?:[aei]re|[aei]rsi|ando|endo)\Z"),
    "de": re.compile(r"(?<![A-ZÄÖÜ])(?:en|ern|eln|t)\Z"),
}
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")

_LABEL = re.compile(r"([^\n.!?:：。]{1,40})[:：]\s*\S")
_CONSEQUENCE = re.compile(
    r"consequen|sanction|penalt|repair|remed|outcome|action taken|consecuencia|conséquence|consequência|conseguenz"
    r"|konsequenz|folge|последстви|后果|後果|结果|結果|결과|परिणाम|العواقب|العقوبة|عاقبة",
    re.IGNORECASE,
)
_GAP = re.compile(
    r"\[[^\[\]\n]{0,80}\b(?:INSERT|ADD|YOUR|CONTACT|E-?MAIL|ADDRESS|NAME|LINK|HERE|URL|PHONE|NUMBER|DATE|METHOD|PROJECT"
    r"|COMMUNITY|EVENT)\b[^\[\]\n]{0,80}\]"
    r"|\[(?i:insert|your|add|enter|fill in)\b[^\[\]\n]{0,80}\]"
)


def only_paragraphs(item: Sequence[Unit]) -> bool:
    """Whether an item has only paragraphs, and no list in it."""
    return all(isinstance(unit, Paragraph) for unit in item)


def are_names(items: Items, introduction: str, language: str) -> bool:
    """Whether a list holds only names: a few words each, and no verb."""
    texts = [item[0].text for item in items.items if len(item) == 1 and isinstance(item[0], Paragraph)]
    ending = _VERB_ENDING.get(language.split("-")[0].lower())
    if len(texts) < max(MIN_NAMES, len(items.items)) or not ending or any(map(ends_sentence, texts)):
        return False
    lengths = sorted(len(_WORD.findall(text)) for text in texts)
    usual, longest = MAX_NAME_WORDS, MAX_LONGEST_NAME_WORDS
    if _SCOPE.search(introduction):
        usual = longest = MAX_SCOPE_WORDS
    fits = lengths[0] > 0 and lengths[len(lengths) // 2] <= usual and lengths[-1] <= longest
    return fits and not any(_has_verb(text, ending) for text in texts)


def _has_verb(text: str, ending: re.Pattern[str]) -> bool:
    words = list(_WORD.finditer(text))
    for number, word in enumerate(words):
        plain = word[0].lower().replace("’", "'")
        if plain in _AUXILIARIES or (number == 0 and plain in _IMPERATIVES):
            return True
        # "vendor tabling area": a participle within a name belongs to the next word.
        within = 0 < number < len(words) - 1 and text[word.end() : words[number + 1].start()] == " "
        if ending.search(word[0]) and plain not in _NO_GERUND and not within:
            return True
    return False


def goes_on(before: str | None, items: Items, after: str) -> bool:
    """Whether a sentence continues after a list: its last part begins in lower case."""
    if not all(map(only_paragraphs, items.items)) or not _first_letter(after).islower():
        return False
    if ends_sentence(items.items[-1][-1].text):
        return False
    # In a text that is all in lower case this would mean nothing: the first part must begin in upper case.
    if before is None:
        return _first_letter(items.items[0][0].text).isupper()
    return not ends_sentence(before) and _first_letter(before).isupper()


def _first_letter(text: str) -> str:
    return next((c for c in text[:20] if c.isalnum()), "")


def label(text: str) -> str:
    """The words before the colon of "Consequence: a warning"; else ""."""
    match = _LABEL.match(text)
    return match[1].strip().lower() if match else ""


def are_step(texts: Sequence[str]) -> bool:
    """Whether these paragraphs or items are one step of a ladder: each has a label, one that of the consequence."""
    labels = list(map(label, texts))
    return bool(labels) and all(labels) and any(_CONSEQUENCE.search(own) for own in labels)


def is_step_title(text: str) -> bool:
    """Whether `text` may be the title of a step, such as "Permanent Ban"."""
    return len(text.split()) <= MAX_NAME_WORDS and not ends_sentence(text) and not label(text) and "\n" not in text


def is_placeholder(text: str) -> bool:
    """Whether `text` is little more than a placeholder that nobody has filled in."""
    rest, gaps = _GAP.subn("", text[:300])
    return bool(gaps) and len(text) <= 300 and len(_WORD.findall(rest)) <= MAX_WORDS_AROUND_GAP
