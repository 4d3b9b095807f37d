"""The page and the endpoints. The only importer of gradio."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from pathlib import Path

import gradio as gr
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from conduct import cards
from conduct.contract import AnswerOut, CodeOut, answer_out, code_out
from conduct.engine import Engine
from conduct.errors import ConductError
from conduct.question import DEFAULT_LIMIT

log = logging.getLogger(__name__)

TITLE = "Is this okay?"
EXAMPLES = (
    "Is it ok to laugh about a thick accent if the guy laughs along?",
    "Somebody keeps interrupting the only woman on the panel",
    "I made a joke and was told that it hurt. What now?",
    "His pull request looks wrong to me. May I just rewrite it?",
    "The same three friends get the speaking slots every time",
    "He goes on sending her insults after we asked him to stop",
    "Who pays for my train to the meetup?",
)
UNEXPECTED = "Something went wrong on our side and your question was not answered: please ask it again."
MAX_WAITING = 200
CSS = Path(__file__).parent / "assets" / "page.css"


def build_page(engine: Engine) -> gr.Blocks:
    """The page with its private events, and the public endpoints /ask, /ask_many and /code."""
    with gr.Blocks(title=TITLE, analytics_enabled=False) as demo:
        title = engine.text().code.title
        gr.HTML(
            f'<header class="conduct-head"><h1>{TITLE}</h1><p>Ask about a situation; read what the '
            f"{escape(title)} says, word for word.</p></header>",
            js_on_load=None,
        )
        question = gr.Textbox(
            label="Your question", placeholder="What happened, or what would you like to do?", lines=1, max_lines=6,
        )  # fmt: skip
        button = gr.Button("Ask", variant="primary")
        examples = gr.Dataset(
            components=[question], samples=[[example] for example in EXAMPLES], label="For example", type="values"
        )
        answer = gr.HTML(cards.render_nothing(), js_on_load=None)
        code = gr.HTML(js_on_load=None)
        footer = gr.HTML(js_on_load=None)

        def ask(text: str) -> str:
            return _rendered(engine, text)

        def ask_example(sample: list[str]) -> tuple[str, str]:
            return sample[0], _rendered(engine, sample[0])

        def open_page(request: gr.Request) -> tuple:
            text = engine.text()
            rest = cards.render_code(text), cards.render_footer(text.source)
            asked = request.query_params.get("q", "")
            if not asked.strip():
                # Somebody may already be typing: leave the question and its answer as they are.
                return gr.skip(), gr.skip(), *rest
            return asked, _rendered(engine, asked), *rest

        gr.on([button.click, question.submit], ask, question, answer, **_private("page_ask"))
        examples.click(ask_example, examples, [question, answer], **_private("page_example"))
        demo.load(open_page, None, [question, answer, code, footer], **_private("page_open"))
        _add_endpoints(engine)
    demo.queue(max_size=MAX_WAITING)
    return demo


def launch(demo: gr.Blocks, engine: Engine, **options):
    """Serve `demo` with everything off that watches, stores or phones; `options` go to `Blocks.launch`."""

    def healthz(request: Request) -> PlainTextResponse:
        return PlainTextResponse("ready\n") if engine.ready else PlainTextResponse("loading\n", status_code=503)

    font = ["system-ui", "sans-serif"]
    blocked = options.pop("prevent_thread_lock", False)
    served = demo.launch(
        theme=gr.themes.Monochrome(font=font, font_mono=["ui-monospace", "monospace"]),
        css_paths=CSS,
        footer_links=[],
        run_history=False,
        enable_monitoring=False,
        ssr_mode=False,
        show_error=False,
        # Nobody has a file to send; one byte is the least limit that Gradio takes.
        max_file_size=1,
        app_kwargs={"openapi_url": None, "routes": [Route("/healthz", healthz)]},
        prevent_thread_lock=True,
        **options,
    )
    # After the first page can be served: importing torch would hold it up for seconds.
    engine.start()
    if not blocked:
        demo.block_thread()
    return served


def _private(name: str) -> dict:
    """How an event of the page is registered: its own name, so that none of the endpoints' is taken."""
    return {"api_name": name, "api_visibility": "private", "show_progress": "hidden"}


def _rendered(engine: Engine, question: str) -> str:
    """An answer, or one sentence that says why there is none, as HTML."""
    try:
        return cards.render_answer(engine.ask(question), engine.text().code.language)
    except ConductError as error:
        return cards.render_error(str(error))
    except Exception as error:
        _log_unexpected(error)
        return cards.render_error(UNEXPECTED)


def _add_endpoints(engine: Engine) -> None:
    def ask(question: str, limit: int = DEFAULT_LIMIT) -> AnswerOut:
        """Find the passages of the code of conduct that speak to a situation, word for word.

        Args:
            question: What happened or what somebody wants to do, in everyday words; 1 to 1,000 characters.
            limit: How many passages to give at most, 1 to 10.
        """
        with _one_sentence():
            return answer_out(engine.ask(question, limit))

    def ask_many(questions: list[str], limit: int = DEFAULT_LIMIT) -> list[AnswerOut]:
        """Answer several questions at once, in order.

        Args:
            questions: 1 to 64 questions, each of 1 to 1,000 characters.
            limit: How many passages to give at most for each, 1 to 10.
        """
        with _one_sentence():
            return [answer_out(answer) for answer in engine.ask_many(questions, limit)]

    def code() -> CodeOut:
        """The whole code of conduct: its sections and passages with their ids, and where it comes from."""
        with _one_sentence():
            return code_out(engine.text())

    gr.api(ask, api_name="ask")
    gr.api(ask_many, api_name="ask_many")
    gr.api(code, api_name="code")


@contextmanager
def _one_sentence() -> Iterator[None]:
    """Whatever goes wrong inside reaches a program as one sentence; details go to the log, without the question."""
    try:
        yield
    except ConductError as error:
        raise gr.Error(str(error), print_exception=False) from None
    except Exception as error:
        _log_unexpected(error)
        raise gr.Error(UNEXPECTED, print_exception=False) from None


def _log_unexpected(error: Exception) -> None:
    # The place and the kind, but not the message: that may quote the question.
    place = error.__traceback__
    while place and place.tb_next:
        place = place.tb_next
    where = f"{Path(place.tb_frame.f_code.co_filename).name}:{place.tb_lineno}" if place else "unknown"
    log.error("Unexpected %s at %s", type(error).__name__, where)
