"""`/embed`, with q, theme and limit: the small page for an iframe, rendered on the server, without JavaScript."""

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

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
from conduct.web.long_question import answer_beginning, beginning
from conduct.web.translations import Translator, preferred_translator

ASSETS = Path(__file__).parent / "assets"
THEMES = ("auto", "light", "dark")
NO_FORM = "The form holds more fields than it has: reload the page and ask again."
WRONG_THEME = "The theme must be light, dark or auto, but “{received}” came: fix the address."
WRONG_LIMIT = "The limit must be a whole number from 1 to {limit}, but “{received}” came: fix the address."
HEADERS = {
    "content-security-policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors *"
    ),
    # The address may hold a question, so no cache may store the page.
    "cache-control": "no-store",
}


@dataclass(frozen=True, slots=True)
class _Body:
    """The HTML under the form, and the verdict for the page's title."""

    html: str
    verdict: str = ""
    is_draft: bool = False


def embed_routes(service: AskService) -> list[BaseRoute]:
    """The page, and the folder of styles and scripts, which it shares with the full page."""

    async def embed(request: Request) -> HTMLResponse:
        translator = preferred_translator(request.headers.get("accept-language"))
        # The form sends the question in the body; links and snippets have it in the address.
        given = dict(request.query_params)
        theme, limit, status, headers = "auto", DEFAULT_LIMIT, 200, HEADERS
        try:
            if request.method == "POST":
                given |= _fields(await request.body())
            theme = _theme(given.get("theme", theme))
            limit = _limit(given.get("limit", str(limit)))
            body = await _body(service, given.get("q", ""), limit, translator, request)
        except QuestionError as error:
            body, status = _wrong(error.message, translator), 400
        except ConductError as error:
            body, status = _wrong(error.message, translator), error.status
            if isinstance(error, BusyError):
                headers = HEADERS | {"retry-after": str(error.seconds)}
        except Exception as error:
            log_unexpected(error)
            body, status = _wrong(Message(UNEXPECTED), translator), 500
        html = render.render_embed(
            body.html, given.get("q", ""), theme, limit, translator, verdict=body.verdict, is_draft=body.is_draft
        )
        return HTMLResponse(html, status, headers)

    return [
        Route("/embed", embed, methods=["GET", "POST"]),
        Mount("/embed-assets", StaticFiles(directory=ASSETS)),
    ]


def _fields(body: bytes) -> dict[str, str]:
    """The fields of a form; if a name occurs twice, as when an example was pressed, the last value."""
    try:
        return dict(parse_qsl(body.decode("utf-8", "replace"), max_num_fields=20))
    except ValueError as error:
        raise QuestionError(NO_FORM) from error


def _wrong(message: Message, translator: Translator) -> _Body:
    return _Body(render.render_error(message, translator), translator.say(message))


async def _body(service: AskService, question: str, limit: int, translator: Translator, request: Request) -> _Body:
    if not question.strip():
        return _Body("")
    cleaned, engine = clean_question(beginning(question)), service.engine
    if engine.loading:
        return _Body(render.render_waiting(translator), translator(render.GETTING_READY))

    def answered() -> _Body:
        answer, code = answer_beginning(engine, question, limit), engine.text().code
        full_page = "./" if answer.is_draft else "./?" + urlencode({"q": question})
        html = render.render_answer(answer, code.language, translator, full_page, code.url)
        return _Body(html, translator.say(Message(answer.message)), answer.is_draft)

    return await service.answer(cleaned, answered, request.is_disconnected)


def _theme(value: str) -> str:
    if value in THEMES:
        return value
    raise QuestionError(WRONG_THEME, received=value[:40])


def _limit(value: str) -> int:
    if value.isascii() and value.isdigit() and len(value) < 3 and 1 <= int(value) <= render.MAX_EMBEDDED:
        return int(value)
    raise QuestionError(WRONG_LIMIT, limit=render.MAX_EMBEDDED, received=value[:40])
