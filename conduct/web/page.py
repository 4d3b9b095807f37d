"""The page, and how it is served. With endpoints.py the only importer of gradio."""

from collections.abc import Iterator
from functools import partial
from html import escape
from pathlib import Path

import gradio as gr
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from conduct.answering.engine import Engine
from conduct.answering.limits import MAX_CHARACTERS
from conduct.api.gradio_endpoints import add_endpoints, install_mcp_tools
from conduct.api.http_routes import http_routes
from conduct.api.openapi import openapi_routes
from conduct.api.service import MAX_PENDING_QUESTIONS, THREADS, AskService
from conduct.errors import UNEXPECTED, ConductError, log_unexpected
from conduct.messages import Message
from conduct.web import render
from conduct.web.embed import embed_routes
from conduct.web.guard.allowlist import RouteAllowlist
from conduct.web.guard.gradio_calls import CANCEL, JOIN, RUN, sanitize_cancel_payload, sanitize_queue_payload
from conduct.web.guard.headers import ResponseHeaders
from conduct.web.guard.idle_timeout import with_idle_timeout
from conduct.web.guard.log_redaction import redact_logs
from conduct.web.guard.request_limits import RequestBodyGuard
from conduct.web.guard.sessions import forget_ended_sessions
from conduct.web.long_question import answer_beginning
from conduct.web.page_head import LinkPreview
from conduct.web.translations import LANGUAGES, Words, preferred, words
from conduct.web.wording import ASK, EXAMPLES, FOR_EXAMPLE, PLACEHOLDER, QUESTION, SUBTITLE, TITLE

FAILED = "No answer came: check your connection and ask again."
LEAVE = "Leave quickly"
BROWSER_WORDS = (TITLE, SUBTITLE, QUESTION, PLACEHOLDER, ASK, "Looking …", FOR_EXAMPLE, FAILED, LEAVE)
MAX_WAITING = 200
# A visitor may press Enter before the page's own script has begun, or while Gradio's last stream still closes.
ASK_SCRIPT = """async (question) => {
  while (!(performance.now() >= window.conduct?.begun)) await new Promise((resolve) => setTimeout(resolve, 20));
  return window.conduct.asking(question);
}"""
ASSETS = Path(__file__).parent / "assets"


def build_page(engine: Engine) -> gr.Blocks:
    """The page with its private events, and the public endpoints /ask, /ask_many and /code."""
    i18n = gr.I18n(**{name: {text: words(name)(text) for text in BROWSER_WORDS} for name in LANGUAGES})
    with gr.Blocks(title=TITLE, analytics_enabled=False) as demo:
        # Gradio would crown a Space's page with a bar that fetches fonts and figures from other hosts.
        demo.space_id = None
        text = engine.text()
        # One translated text in each: Gradio replaces no more than the first in a value.
        _html(
            f'<p class="conduct-leave"><a href="{render.ELSEWHERE}" rel="noopener noreferrer">{i18n(LEAVE)}</a></p>',
            elem_id="conduct-leave",
        )
        _html(f'<p class="conduct-kicker" lang="{escape(text.code.language)}" dir="auto">{escape(text.code.title)}</p>')
        _html(f'<h1 class="conduct-title">{i18n(TITLE)}</h1>')
        _html(f'<p class="conduct-subtitle">{i18n(SUBTITLE)}</p>')
        with gr.Row(elem_id="conduct-form"):
            question = gr.Textbox(
                label=i18n(QUESTION), placeholder=i18n(PLACEHOLDER), lines=1, max_lines=8,
                elem_id="conduct-question",
            )  # fmt: skip
            button = gr.Button(i18n(ASK), variant="primary", elem_id="conduct-ask")
        _html(f'<p class="conduct-counter" data-most="{MAX_CHARACTERS}" hidden></p>', elem_id="conduct-counter")
        _html(f'<p class="conduct-looking" hidden>{i18n("Looking …")}</p>')
        _html('<p class="conduct-hidden" role="status" id="conduct-said"></p>')
        _html(f'<p class="conduct-failed" hidden>{i18n(FAILED)}</p>')
        _html(render.render_examples(str(i18n(FOR_EXAMPLE)), EXAMPLES), elem_id="conduct-examples")
        answer = _html("", elem_id="conduct-answer")
        code = _html(render.render_code(text))
        footer = _html(render.render_footer(text.source))

        def ask(text: str, request: gr.Request) -> Iterator[str]:
            w = _words(request)
            if engine.loading:
                yield render.render_waiting(w)
            yield _rendered(engine, text, w)

        def open_page(request: gr.Request) -> tuple[str, str]:
            text, w = engine.text(), _words(request)
            return render.render_code(text, w), render.render_footer(text.source, w)

        asking = gr.on(
            [button.click, question.submit], ask, question, answer, js=ASK_SCRIPT, concurrency_limit=THREADS,
            **_private("page_ask"),
        )  # fmt: skip
        asking.success(None, js="() => window.conduct.answered(false)", **_private("page_answered"))
        asking.failure(None, js="() => window.conduct.answered(true)", **_private("page_failed"))
        # Not through the queue: Gradio's page loses an answer whose question joins while its stream closes.
        opening = demo.load(open_page, None, [code, footer], queue=False, **_private("page_open"))
        opening.then(None, js="() => window.conduct.filled()", **_private("page_filled"))
        programs = AskService(engine)
        add_endpoints(programs)
    # Held for `launch`, which is where Gradio takes them.
    demo.i18n_instance = i18n
    demo.programs = programs
    demo.queue(max_size=MAX_WAITING)
    return demo


def launch(demo: gr.Blocks, engine: Engine, **options):
    """Serve `demo` with everything off that watches, stores or phones; `options` go to `Blocks.launch`."""

    def healthz(request: Request) -> PlainTextResponse:
        return PlainTextResponse("ready\n") if engine.ready else PlainTextResponse("loading\n", status_code=503)

    routes = [Route("/healthz", healthz), *embed_routes(engine), *http_routes(demo.programs), *openapi_routes(TITLE)]
    # Those without a function run in the browser alone.
    inputs = {number: len(function.inputs) for number, function in demo.fns.items() if function.fn}
    # The endpoints have names for those who call them directly.
    opening = {number: taken for number, taken in inputs.items() if demo.fns[number].api_name == "page_open"}
    rewrites = {
        JOIN: partial(sanitize_queue_payload, inputs=inputs),
        RUN: partial(sanitize_queue_payload, inputs=opening),
        CANCEL: sanitize_cancel_payload,
    }
    middleware = [
        Middleware(ResponseHeaders),
        Middleware(RouteAllowlist),
        Middleware(RequestBodyGuard, rewrites=rewrites),
        # Gradio's page itself comes uncompressed; streams and what is compressed already pass through.
        Middleware(GZipMiddleware, minimum_size=1_000),
        Middleware(LinkPreview, title=TITLE, description=SUBTITLE),
    ]
    theme = gr.themes.Monochrome(font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"])
    # The colours of render.css, for the moment before it is there.
    theme.set(body_background_fill="#fffefb", body_background_fill_dark="#1b1a18")
    script = "".join((ASSETS / name).read_text(encoding="utf-8") for name in ("cards.js", "page.js"))
    blocked = options.pop("prevent_thread_lock", False)
    served = demo.launch(
        theme=theme,
        css_paths=[ASSETS / "cards.css", ASSETS / "page.css"],
        js=f"() => {{ {script} }}",
        i18n=demo.i18n_instance,
        footer_links=[],
        run_history=False,
        enable_monitoring=False,
        ssr_mode=False,
        show_error=False,
        # Nobody has a file to send; one byte is the least limit that Gradio takes.
        max_file_size=1,
        mcp_server=True,
        # Gradio's queue gives each that runs a place of these, although our endpoints wait without a thread.
        max_threads=MAX_PENDING_QUESTIONS + MAX_WAITING,
        app_kwargs={
            "openapi_url": None,
            "routes": routes,
            "middleware": middleware,
            "lifespan": forget_ended_sessions(demo),
        },
        prevent_thread_lock=True,
        **options,
    )
    redact_logs()
    # Gradio takes no settings for its server, which looks these up for each new connection.
    demo.server.config.http_protocol_class = with_idle_timeout(demo.server.config.http_protocol_class)
    # Gradio makes its MCP server in `launch`, and no sooner.
    install_mcp_tools(demo, demo.programs)
    # After the first page can be served: importing torch would hold it up for seconds.
    engine.start()
    if not blocked:
        demo.block_thread()
    return served


def _html(value: str, **options) -> gr.HTML:
    # Without Gradio's own click handler, frame and styles.
    return gr.HTML(value, js_on_load=None, padding=False, apply_default_css=False, **options)


def _words(request: gr.Request) -> Words:
    return preferred(request.headers.get("accept-language"))


def _private(name: str) -> dict:
    """How an event of the page is registered: its own name, so that none of the endpoints' is taken."""
    return {"api_name": name, "api_visibility": "private", "show_progress": "hidden"}


def _rendered(engine: Engine, question: str, w: Words) -> str:
    """An answer, or one sentence that says why there is none, as HTML."""
    try:
        answer, code = answer_beginning(engine, question), engine.text().code
        return render.render_answer(answer, code.language, w, original=code.url)
    except ConductError as error:
        return render.render_error(error.message, w)
    except Exception as error:
        log_unexpected(error)
        return render.render_error(Message(UNEXPECTED), w)
