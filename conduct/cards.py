"""From an answer to escaped HTML. The page and the embed share what is rendered here."""

from jinja2 import Environment, PackageLoader, StrictUndefined

from conduct.answer import COVERED, NOT_COVERED, UNCLEAR, Answer, Source, Text

# The status has words; its mark differs in shape, so that colour carries nothing alone.
MARKS = {COVERED: "●", UNCLEAR: "◐", NOT_COVERED: "○"}

# Autoescape everywhere: questions, texts from the Hub and errors are all untrusted.
_templates = Environment(
    loader=PackageLoader("conduct"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)


def render_answer(answer: Answer, language: str = "en") -> str:
    """The status line and the cards; `language` is that of the passages."""
    template = _templates.get_template("answer.html")
    return template.render(answer=answer, error=None, state=answer.coverage, marks=MARKS, language=language)


def render_error(sentence: str) -> str:
    """One sentence in the place of an answer."""
    return _templates.get_template("answer.html").render(answer=None, error=sentence, state="error")


def render_nothing() -> str:
    """The place of an answer before the first question; its live region must exist before it speaks."""
    return _templates.get_template("answer.html").render(answer=None, error=None, state="empty")


def render_code(text: Text) -> str:
    """The whole code, closed, with an anchor for each passage."""
    return _templates.get_template("code.html").render(code=text.code)


def render_footer(source: Source) -> str:
    """One line: which text, which model, what happens with questions."""
    return _templates.get_template("footer.html").render(source=source)
