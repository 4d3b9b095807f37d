"""The page. How it is served: server.py."""

from collections.abc import AsyncIterator
from functools import cache, partial
from html import escape

import gradio as gr

from conduct.answering.engine import Engine
from conduct.answering.limits import MAX_CHARACTERS, MAX_WHOLE_CHARACTERS
from conduct.answering.validation import clean_question
from conduct.api.gradio_endpoints import add_endpoints, is_abandoned
from conduct.api.service import MAX_PENDING_QUESTIONS, AskService, IsDisconnected
from conduct.errors import UNEXPECTED, ConductError, NoTextError, log_unexpected
from conduct.messages import Message
from conduct.web import render
from conduct.web.long_question import answer_beginning, beginning
from conduct.web.translations import IN_ENGLISH, LANGUAGES, Translator, preferred_translator, translator_for
from conduct.web.wording import ASK, LEAVE, PASTE, PLACEHOLDER, QUESTION, SUBTITLE, TITLE

FAILED = "No answer came: check your connection and ask again."
BROWSER_WORDS = (TITLE, SUBTITLE, QUESTION, PLACEHOLDER, ASK, "Looking …", PASTE, FAILED, LEAVE)
# The limit of Gradio's own queue: it holds only requests that AskService has not admitted or refused yet.
MAX_WAITING = 200
# Waits for page.js, since a visitor may press Enter before it has begun, or while Gradio closes its last stream.
ASK_SCRIPT = """async (question) => {
  while (!(performance.now() >= window.conduct?.begun)) await new Promise((resolve) => setTimeout(resolve, 20));
  return window.conduct.asking(question);
}"""


@cache
def browser_words() -> gr.I18n:
    """The translations that the browser chooses from."""
    return gr.I18n(**{name: {text: translator_for(name)(text) for text in BROWSER_WORDS} for name in LANGUAGES})


def build_page(service: AskService) -> gr.Blocks:
    """The page with its private events, and the public endpoints /ask, /ask_many and /code."""
    engine, i18n = service.engine, browser_words()
    with gr.Blocks(title=TITLE, analytics_enabled=False) as demo:
        # On a Space, Gradio would add a bar that loads fonts and pictures from other hosts.
        demo.space_id = None
        parts = _text_parts(engine)
        # One translated text in each element: Gradio replaces only the first one in a value.
        _html(
            f'<p class="conduct-leave"><a href="{render.ELSEWHERE}" rel="noopener noreferrer">{i18n(LEAVE)}</a></p>',
            elem_id="conduct-leave",
        )
        kicker = _html(parts[0])
        _html(f'<h1 class="conduct-title">{i18n(TITLE)}</h1>')
        _html(f'<p class="conduct-subtitle">{i18n(SUBTITLE)}</p>')
        with gr.Row(elem_id="conduct-form"):
            question = gr.Textbox(
                label=i18n(QUESTION), placeholder=i18n(PLACEHOLDER), lines=1, max_lines=8,
                elem_id="conduct-question",
            )  # fmt: skip
            button = gr.Button(i18n(ASK), variant="primary", elem_id="conduct-ask")
        limits = f'data-limit="{MAX_CHARACTERS}" data-whole="{MAX_WHOLE_CHARACTERS}"'
        _html(f'<p class="conduct-counter" {limits} hidden></p>', elem_id="conduct-counter")
        _html(f'<p class="conduct-looking" hidden>{i18n("Looking …")}</p>')
        _html('<p class="conduct-hidden" role="status" id="conduct-said"></p>')
        _html(f'<p class="conduct-failed" hidden>{i18n(FAILED)}</p>')
        _html(f'<p class="conduct-hint">{i18n(PASTE)}</p>', elem_id="conduct-hint")
        examples = _html(render.render_examples(), elem_id="conduct-examples")
        answer = _html("", elem_id="conduct-answer")
        code = _html(parts[1])
        footer = _html(parts[2])

        async def ask(text: str, request: gr.Request) -> AsyncIterator[str]:
            translator = _translator(request)
            if engine.loading:
                yield render.render_waiting(translator)
            yield await _rendered(service, text, translator, partial(is_abandoned, demo))

        def open_page(request: gr.Request) -> tuple[str, str, str, str]:
            translator = _translator(request)
            return (*_text_parts(engine, translator), render.render_examples(translator))

        asking = gr.on(
            [button.click, question.submit], ask, question, answer, js=ASK_SCRIPT, concurrency_limit=None,
            **_private("page_ask"),
        )  # fmt: skip
        asking.success(None, js="() => window.conduct.answered(false)", **_private("page_answered"))
        asking.failure(None, js="() => window.conduct.answered(true)", **_private("page_failed"))
        # Without the queue: Gradio's page loses an answer if its question is queued while a stream closes.
        opening = demo.load(open_page, None, [kicker, code, footer, examples], queue=False, **_private("page_open"))
        opening.then(None, js="() => window.conduct.filled()", **_private("page_filled"))
        add_endpoints(demo, service)
    # Gradio's queue takes a thread's place for each running event, although ours wait without a thread.
    demo.max_threads = MAX_PENDING_QUESTIONS + MAX_WAITING
    demo.queue(max_size=MAX_WAITING)
    return demo


def _text_parts(engine: Engine, translator: Translator = IN_ENGLISH) -> tuple[str, str, str]:
    """Title, whole code and footer as HTML; if there is no text, a sentence that says so in place of the code."""
    try:
        text = engine.text()
    except NoTextError as error:
        return "", render.render_error(error.message, translator), ""
    title = f'<p class="conduct-kicker" lang="{escape(text.code.language)}" dir="auto">{escape(text.code.title)}</p>'
    return title, render.render_code(text, translator), render.render_footer(text.source, translator)


def _html(value: str, **options) -> gr.HTML:
    # Without Gradio's click handler, padding and styles.
    return gr.HTML(value, js_on_load=None, padding=False, apply_default_css=False, **options)


def _translator(request: gr.Request) -> Translator:
    return preferred_translator(request.headers.get("accept-language"))


def _private(name: str) -> dict:
    """Options for an event of the page: private, with a name that is not that of an endpoint."""
    return {"api_name": name, "api_visibility": "private", "show_progress": "hidden"}


async def _rendered(service: AskService, question: str, translator: Translator, is_disconnected: IsDisconnected) -> str:
    """An answer as HTML, or the sentence that says why there is none."""
    engine = service.engine

    def answer() -> str:
        found, code = answer_beginning(engine, question), engine.text().code
        return render.render_answer(found, code.language, translator, original=code.url)

    try:
        cleaned = clean_question(beginning(question))
        return await service.answer(cleaned, answer, is_disconnected)
    except ConductError as error:
        return render.render_error(error.message, translator)
    except Exception as error:
        log_unexpected(error)
        return render.render_error(Message(UNEXPECTED), translator)
