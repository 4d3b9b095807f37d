"""What people send: cleaned, or refused with one sentence. Pure."""

import unicodedata

from conduct.errors import QuestionError

MAX_CHARACTERS = 1_000
MAX_LIMIT = 10
MAX_QUESTIONS = 64
DEFAULT_LIMIT = 3


def clean_question(value: object) -> str:
    """The question as understood: stripped, without what no reader can see. Raises QuestionError."""
    if not isinstance(value, str):
        raise QuestionError(f"The question must be a text, but {_kind(value)} came: send the question as a string.")
    # Checked before cleaning, so that a huge text costs nothing.
    if len(value.strip()) > MAX_CHARACTERS:
        raise QuestionError(_too_long(len(value.strip())))
    # Half of a surrogate pair is no character: it can neither be encoded nor shown.
    text = value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    text = "".join(" " if unicodedata.category(c) == "Cc" and c not in "\n\t" else c for c in text).strip()
    if len(text) > MAX_CHARACTERS:
        raise QuestionError(_too_long(len(text)))
    if not any(unicodedata.category(c)[0] in "LNPSM" for c in text):
        raise QuestionError("The question is empty: describe in a few words what happened or what you want to do.")
    return text


def check_limit(value: object) -> int:
    """How many passages to give at most. Raises QuestionError unless it is a whole number from 1 to 10."""
    whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
    if isinstance(value, bool) or not whole or not 1 <= value <= MAX_LIMIT:
        # A number with a thousand digits is not worth repeating.
        plain = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 10**9
        raise QuestionError(
            f"The limit must be a whole number from 1 to {MAX_LIMIT}, but {value if plain else _kind(value)} came: "
            f"leave it out for {DEFAULT_LIMIT}."
        )
    return int(value)


def clean_questions(values: object) -> list[str]:
    """Each question of a list, cleaned. Raises QuestionError that names the first one that cannot be asked."""
    if not isinstance(values, list | tuple):
        raise QuestionError(f"The questions must be a list of texts, but {_kind(values)} came: "
                            "send one question through /ask.")  # fmt: skip
    if not 1 <= len(values) <= MAX_QUESTIONS:
        raise QuestionError(f"One call takes 1 to {MAX_QUESTIONS} questions, but {len(values)} came: "
                            "send them in several calls.")  # fmt: skip
    cleaned = []
    for number, value in enumerate(values, start=1):
        try:
            cleaned.append(clean_question(value))
        except QuestionError as error:
            raise QuestionError(f"Question {number} of {len(values)}: {error}") from None
    return cleaned


def _too_long(length: int) -> str:
    return (
        f"The question may have {MAX_CHARACTERS:,} characters, but this one has {length:,}: "
        "keep what matters most and ask again."
    )


def _kind(value: object) -> str:
    """What came, in a word that says it in any programming language."""
    kinds = {bool: "a true/false value", int: "a number", float: "a number", str: "a text", dict: "an object"}
    kinds |= {list: "a list", tuple: "a list", type(None): "nothing"}
    return kinds.get(type(value), "something else")
