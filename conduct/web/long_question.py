"""Answers the beginning of a text that is too long, with a notice. Only for the pages: programs get an error, so that
they notice."""

from conduct.answering.answer import Answer
from conduct.answering.engine import Engine
from conduct.answering.limits import DEFAULT_LIMIT, MAX_CHARACTERS
from conduct.messages import Message

READ_IN_PART = "Only the first {limit} characters were read: ask about one thing at a time."


def is_too_long(question: object) -> bool:
    """Whether it is a text of more characters than a question may have. Gradio's queue may pass any value."""
    return isinstance(question, str) and len(question.strip()) > MAX_CHARACTERS


def beginning(question: object) -> object:
    """The part of `question` that is read, cut after a word if it has spaces."""
    if not is_too_long(question):
        return question
    cut = question.strip()[:MAX_CHARACTERS]
    return cut.rsplit(maxsplit=1)[0] if len(cut.split(maxsplit=1)) > 1 else cut


def answer_beginning(engine: Engine, question: object, limit: int = DEFAULT_LIMIT) -> Answer:
    """The answer to a question, or to its beginning, with a notice. Raises the same errors as `engine.ask`."""
    answer = engine.ask(beginning(question), limit)
    if not is_too_long(question):
        return answer
    caution = Message(READ_IN_PART, {"limit": MAX_CHARACTERS})
    notice = " ".join(filter(None, (answer.notice, str(caution))))
    return answer.model_copy(update={"notice": notice, "cautions": (*answer.cautions, caution)})
