"""From an answer to escaped HTML. The page and the embed share what is rendered here."""

from collections.abc import Sequence

from jinja2 import Environment, PackageLoader, StrictUndefined

from conduct.answering.answer import (
    COVERED,
    HELPLINE,
    NOT_COVERED,
    READ_AS_DRAFT,
    SELFHARM_NOTICE,
    UNCLEAR,
    Answer,
    Source,
)
from conduct.answering.care import SELFHARM
from conduct.answering.full_text import FullText
from conduct.answering.limits import DEFAULT_LIMIT
from conduct.messages import Message
from conduct.text.code import Section
from conduct.web import wording
from conduct.web.draft_marks import marked_draft
from conduct.web.translations import IN_ENGLISH, Translator

# Marks beside the words of the status. They differ in shape, so that nothing depends on colour alone.
MARKS = {COVERED: "●", UNCLEAR: "◐", NOT_COVERED: "○", "error": "!", "waiting": "…"}
# The maximum number of passages in the embed.
MAX_EMBEDDED = 5
GETTING_READY = "Getting ready: the first answer takes a few seconds."
# A placeholder: the server does not know its public address; page.js replaces it by the page's own address.
ADDRESS = "https://address.invalid/"
HELPLINE_URL = f"https://{HELPLINE}"
# Where "Leave quickly" leads: a harmless page.
ELSEWHERE = "https://www.wikipedia.org/"

# Everything is escaped: questions, texts from the Hub and errors are untrusted.
_templates = Environment(
    loader=PackageLoader("conduct.web"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def render_answer(
    answer: Answer,
    language: str = "en",
    translator: Translator = IN_ENGLISH,
    full_page: str = "",
    original: str | None = None,
) -> str:
    """The status line, the cards and the next steps.

    `language` is that of the passages, `full_page` the address of the page with the whole code, if it is another page,
    and `original` the address of the original text.
    """
    cautions = [caution for caution in answer.cautions if caution.template != SELFHARM_NOTICE]
    return _render(
        "answer.html",
        translator,
        state=answer.coverage,
        sentence=translator(answer.message),
        help_around=translator.around(SELFHARM_NOTICE) if answer.care == SELFHARM else None,
        helpline=HELPLINE,
        helpline_url=HELPLINE_URL,
        notice=" ".join(map(translator.say, cautions)),
        answer=answer,
        draft=marked_draft(answer),
        read_as_draft=translator(READ_AS_DRAFT),
        steps=[step.in_language(translator.language) for step in answer.next_steps],
        # A card shows its rank, also if it is folded away.
        ranks={passage.id: number for number, passage in enumerate(answer.passages, start=1)},
        language=language,
        full_page=full_page,
        original=original,
    )


def render_error(message: Message, translator: Translator = IN_ENGLISH) -> str:
    """One sentence in place of an answer."""
    return _render("answer.html", translator, state="error", sentence=translator.say(message), answer=None)


def render_waiting(translator: Translator = IN_ENGLISH) -> str:
    """The sentence in place of an answer until the model is loaded."""
    return _render("answer.html", translator, state="waiting", sentence=translator(GETTING_READY), answer=None)


def render_examples(translator: Translator = IN_ENGLISH) -> str:
    """Example questions; pressing one asks it."""
    return _render("examples.html", translator, words=wording)


def render_code(text: FullText, translator: Translator = IN_ENGLISH) -> str:
    """The whole code, closed, with an anchor for each passage."""
    passages = text.code.passages
    return _render(
        "code.html",
        translator,
        code=text.code,
        depths=_depths(text.code.sections),
        cut_at_list=passages[-1].text.endswith((":", "：")),
    )


def render_footer(source: Source, translator: Translator = IN_ENGLISH) -> str:
    """How to share and embed the page and call the app, which text and model it uses, and that questions are not
    stored."""
    return _render(
        "footer.html",
        translator,
        source=source,
        snippet=render_snippet(ADDRESS),
        address=ADDRESS,
        most_passages=MAX_EMBEDDED,
        usual_passages=DEFAULT_LIMIT,
    )


def render_snippet(address: str) -> str:
    """The HTML with which a page embeds the app at `address`, which ends in a slash."""
    return _templates.get_template("snippet.html").render(address=address)


def render_embed(
    body: str, question: str, theme: str, limit: int, translator: Translator, *, verdict: str, is_draft: bool = False
) -> str:
    """The small page for an iframe around `body`, which another function here has rendered; its title begins with
    `verdict`. If `is_draft`, no link holds the question."""
    return _render(
        "embed.html",
        translator,
        body=body,
        question=question,
        theme=theme,
        limit=limit,
        verdict=verdict,
        is_draft=is_draft,
        leave=translator(wording.LEAVE),
        elsewhere=ELSEWHERE,
    )


def render_first(question: str, translator: Translator) -> str:
    """The plain form that is shown before Gradio's page has loaded, and without JavaScript."""
    return _render("first.html", translator, words=wording, question=question, elsewhere=ELSEWHERE)


def _render(template: str, translator: Translator, **values: object) -> str:
    return _templates.get_template(template).render(t=translator, marks=MARKS, **values)


def _depths(sections: Sequence[Section]) -> list[int]:
    """The heading level of each section on the page, from 3: nested as in the source, no level left out."""
    depths: list[int] = []
    above: list[int] = []
    for section in sections:
        if not section.level:
            depths.append(0)  # before the first heading; never drawn
            continue
        while above and above[-1] >= section.level:
            above.pop()
        above.append(section.level)
        depths.append(min(6, 2 + len(above)))
    return depths
