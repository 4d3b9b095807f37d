"""The small page for an iframe: rendered here, works without JavaScript. `GET /embed?q=&theme=&limit=`."""

from pathlib import Path
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import HTMLResponse
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from conduct.answering.limits import DEFAULT_LIMIT
from conduct.answering.validation import clean_question
from conduct.api.service import AskService
from conduct.errors import UNEXPECTED, BusyError, ConductError, QuestionError, log_unexpected
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


def embed_routes(service: AskService) -> list[BaseRoute]:
    """The page, and the style and script that it shares with the full one."""

    async def embed(request: Request) -> HTMLResponse:
        w = preferred(request.headers.get("accept-language"))
        question = request.query_params.get("q", "")
        theme, limit = "auto", DEFAULT_LIMIT
        body, waiting, status, headers = "", False, 200, HEADERS
        try:
            theme = _theme(request.query_params.get("theme", theme))
            limit = _limit(request.query_params.get("limit", str(limit)))
            if question.strip():
                waiting = service.engine.loading
                body = await _body(service, question, limit, w, request)
        except QuestionError as error:
            body, waiting, status = render.render_error(error.message, w), False, 400
        except ConductError as error:
            body, waiting, status = render.render_error(error.message, w), False, error.status
            if isinstance(error, BusyError):
                headers = HEADERS | {"retry-after": str(error.seconds)}
        except Exception as error:
            log_unexpected(error)
            body, waiting, status = render.render_error(Message(UNEXPECTED), w), False, 500
        html = render.render_embed(body, question, theme, limit, w, waiting=waiting)
        return HTMLResponse(html, status, headers)

    return [Route("/embed", embed), Mount("/embed-assets", StaticFiles(directory=ASSETS))]


async def _body(service: AskService, question: str, limit: int, w: Words, request: Request) -> str:
    """What stands under the form."""
    cleaned, engine = clean_question(question), service.engine
    if engine.loading:
        return render.render_waiting(w)
    full_page = "./?" + urlencode({"q": question})

    def answer() -> str:
        language = engine.text().code.language
        return render.render_answer(engine.ask(cleaned, limit), language, w, full_page, advice=False)

    return await service.answer(cleaned, answer, request.is_disconnected)


def _theme(value: str) -> str:
    if value in THEMES:
        return value
    raise QuestionError(WRONG_THEME, came=value[:40])


def _limit(value: str) -> int:
    if value.isascii() and value.isdigit() and len(value) < 3 and 1 <= int(value) <= MAX_PASSAGES:
        return int(value)
    raise QuestionError(WRONG_LIMIT, most=MAX_PASSAGES, came=value[:40])
