"""The small page for an iframe: rendered here, works without JavaScript. `GET /embed?q=&theme=&limit=`."""

from pathlib import Path
from urllib.parse import urlencode

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
from conduct.web.translations import Words, preferred

ASSETS = Path(__file__).parent / "assets"
THEMES = ("auto", "light", "dark")
MAX_PASSAGES = 5
WRONG_THEME = "The theme must be light, dark or auto, but “{came}” came: fix the address."
WRONG_LIMIT = "The limit must be a whole number from 1 to {most}, but “{came}” came: fix the address."
HEADERS = {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors *"
    ),
    # The address holds a question: it is nobody's to keep.
    "cache-control": "no-store",
}


def embed_routes(engine: Engine) -> list[BaseRoute]:
    """The page, and the style and script that it shares with the full one."""

    # Not async: an answer is work for a thread, which Starlette then takes.
    def embed(request: Request) -> HTMLResponse:
        w = preferred(request.headers.get("accept-language"))
        question = request.query_params.get("q", "")
        theme, limit = "auto", DEFAULT_LIMIT
        try:
            theme = _theme(request.query_params.get("theme", theme))
            limit = _limit(request.query_params.get("limit", str(limit)))
            body, waiting = _body(engine, question, limit, w)
            status = 200
        except QuestionError as error:
            body, waiting, status = render.render_error(error.message, w), False, 400
        except ConductError as error:
            body, waiting, status = render.render_error(error.message, w), False, 503
        except Exception as error:
            log_unexpected(error)
            body, waiting, status = render.render_error(Message(UNEXPECTED), w), False, 500
        html = render.render_embed(body, question, theme, limit, w, waiting=waiting)
        return HTMLResponse(html, status, HEADERS)

    return [Route("/embed", embed), Mount("/embed-assets", StaticFiles(directory=ASSETS))]


def _body(engine: Engine, question: str, limit: int, w: Words) -> tuple[str, bool]:
    """What stands under the form, and whether the model is still being loaded."""
    if not question.strip():
        return "", False
    cleaned = clean_question(question)
    if engine.loading:
        return render.render_waiting(w), True
    answer = engine.ask(cleaned, limit)
    full_page = "./?" + urlencode({"q": question})
    code = engine.text().code
    return render.render_answer(answer, code.language, w, full_page, code.url), False


def _theme(value: str) -> str:
    if value in THEMES:
        return value
    raise QuestionError(WRONG_THEME, came=value[:40])


def _limit(value: str) -> int:
    if value.isascii() and value.isdigit() and len(value) < 3 and 1 <= int(value) <= MAX_PASSAGES:
        return int(value)
    raise QuestionError(WRONG_LIMIT, most=MAX_PASSAGES, came=value[:40])
