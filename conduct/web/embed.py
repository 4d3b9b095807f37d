"""The small page for an iframe: rendered here, works without JavaScript. `/embed` with q, theme and limit."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from conduct.answering.engine import Engine
from conduct.answering.limits import DEFAULT_LIMIT
from conduct.answering.validation import clean_question
from conduct.errors import UNEXPECTED, ConductError, QuestionError, log_unexpected
from conduct.messages import Message
from conduct.web import render
from conduct.web.long_question import answer_beginning, beginning
from conduct.web.translations import Words, preferred

ASSETS = Path(__file__).parent / "assets"
THEMES = ("auto", "light", "dark")
WRONG_THEME = "The theme must be light, dark or auto, but “{came}” came: fix the address."
WRONG_LIMIT = "The limit must be a whole number from 1 to {most}, but “{came}” came: fix the address."
HEADERS = {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors *"
    ),
    # The address of a shared link holds a question: it is nobody's to keep.
    "cache-control": "no-store",
}


@dataclass(frozen=True, slots=True)
class _Body:
    """What stands under the form, and its verdict for the page's title."""

    html: str
    said: str = ""


def embed_routes(engine: Engine) -> list[BaseRoute]:
    """The page, and the style and script that it shares with the full one."""

    async def embed(request: Request) -> HTMLResponse:
        # The form's own questions come in a body, those of links and snippets in the address.
        given = dict(request.query_params)
        if request.method == "POST":
            given |= parse_qsl((await request.body()).decode("utf-8", "replace"), max_num_fields=20)
        w = preferred(request.headers.get("accept-language"))
        return await run_in_threadpool(_page, engine, given, w)

    return [
        Route("/embed", embed, methods=["GET", "POST"]),
        Mount("/embed-assets", StaticFiles(directory=ASSETS)),
    ]


def _page(engine: Engine, given: Mapping[str, str], w: Words) -> HTMLResponse:
    question, theme, limit = given.get("q", ""), "auto", DEFAULT_LIMIT
    try:
        theme = _theme(given.get("theme", theme))
        limit = _limit(given.get("limit", str(limit)))
        body, status = _body(engine, question, limit, w), 200
    except QuestionError as error:
        body, status = _wrong(error.message, w), 400
    except ConductError as error:
        body, status = _wrong(error.message, w), 503
    except Exception as error:
        log_unexpected(error)
        body, status = _wrong(Message(UNEXPECTED), w), 500
    return HTMLResponse(render.render_embed(body.html, question, theme, limit, w, said=body.said), status, HEADERS)


def _wrong(message: Message, w: Words) -> _Body:
    return _Body(render.render_error(message, w), w.say(message))


def _body(engine: Engine, question: str, limit: int, w: Words) -> _Body:
    if not question.strip():
        return _Body("")
    clean_question(beginning(question))
    if engine.loading:
        return _Body(render.render_waiting(w), w(render.GETTING_READY))
    answer, code = answer_beginning(engine, question, limit), engine.text().code
    full_page = "./?" + urlencode({"q": question})
    return _Body(render.render_answer(answer, code.language, w, full_page, code.url), w(answer.message))


def _theme(value: str) -> str:
    if value in THEMES:
        return value
    raise QuestionError(WRONG_THEME, came=value[:40])


def _limit(value: str) -> int:
    if value.isascii() and value.isdigit() and len(value) < 3 and 1 <= int(value) <= render.MAX_EMBEDDED:
        return int(value)
    raise QuestionError(WRONG_LIMIT, most=render.MAX_EMBEDDED, came=value[:40])
