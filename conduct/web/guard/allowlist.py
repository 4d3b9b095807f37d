"""Which addresses answer at all: Gradio opens some ninety, and this app needs a third of them. Pure ASGI.

Why each of these is open: tests/expected/routes.json.
"""

import json
import logging
import re
from urllib.parse import parse_qs

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from conduct.api.endpoints import ENDPOINTS, Endpoint
from conduct.errors import UNEXPECTED, log_unexpected

log = logging.getLogger(__name__)

NOTHING = "There is nothing at this address: see docs/api.md for those that there are."
NO_PAGE = "The app has one page, but the address names another: leave out “page”."
TOO_LONG = "An address may have {most:,} characters, but this one has more: send a long question with POST."
RIGHT_FORM = "To call /{name}, send a POST to {address} with a JSON body such as {example}."
# A question of the greatest length, each character percent-encoded as four bytes.
MAX_ADDRESS = 16_000
# File systems have a limit of their own, and answer with an error.
MAX_PATH_PART = 200
_API = "/gradio_api"
OPEN = tuple(
    (frozenset(methods.split()), re.compile(pattern))
    for methods, pattern in (
        ("GET HEAD", r"/"),
        ("GET HEAD", r"/healthz"),
        ("GET HEAD POST", r"/embed"),
        ("GET HEAD", r"/(embed-assets|assets|static)/.+"),
        ("GET", r"/(theme\.css|favicon\.ico|robots\.txt|config)"),
        ("GET", _API + r"/(info|openapi\.json|startup-events|app_id)"),
        # By the endpoints' names; what Gradio's page calls by number comes through its queue, or as "predict".
        ("POST", _API + r"/(run|(api|call|call/v2)(?!/predict$))/[^/]+"),
        ("GET", _API + r"/call/(v2/)?[^/]+/[^/]+"),
        ("POST", _API + r"/(queue/join|cancel)"),
        ("GET", _API + r"/queue/data"),
        ("GET POST DELETE", _API + r"/mcp/?"),
        ("GET", _API + r"/mcp/schema"),
    )
)
# Requests for an endpoint with a wrong method, without the prefix, or with a slash too many.
_INTENDED = {
    endpoint.name: re.compile(rf"(/gradio_api)?(/run|/api|/call|/call/v2)?/{endpoint.name}/?", re.IGNORECASE)
    for endpoint in ENDPOINTS
}


class RouteAllowlist:
    """Shuts every address that is not in OPEN; an exception behind an open one becomes one sentence."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close"})
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if (refusal := refused(scope)) is not None:
            await refusal(scope, receive, send)
            return
        head: Message | None = None
        failed = False

        async def send_and_see(message: Message) -> None:
            nonlocal head, failed
            if message["type"] == "http.response.start":
                # Starlette's own response to an exception that it then raises; ours replaces it.
                failed = message["status"] == 500 and Headers(raw=message["headers"]).get(
                    "content-type", ""
                ).startswith("text/plain")
                head = None if failed else message
            if not failed:
                await send(message)

        try:
            await self._app(scope, receive, send_and_see)
        except Exception as error:
            # The server would log the whole traceback, and its last line may quote the question.
            if head is None:
                log_unexpected(error)
                await JSONResponse({"error": UNEXPECTED}, 500)(scope, receive, send)
                return
            # Gradio's stream of an unknown session ends like this, after its last message.
            log.info("A response ended early: %s", type(error).__name__)
            if "content-length" not in Headers(raw=head["headers"]):
                await send({"type": "http.response.body"})


def refused(scope: Scope) -> JSONResponse | None:
    """The answer to a request that may not go on, or None."""
    method, path = scope["method"], scope["path"]
    if len(scope.get("raw_path") or path) + len(scope["query_string"]) > MAX_ADDRESS:
        return JSONResponse({"error": TOO_LONG.format(most=MAX_ADDRESS)}, 414)
    if is_open(method, path):
        # Gradio looks its pages up by this name, and fails where there is none.
        if any(parse_qs(scope["query_string"].decode("latin-1"), max_num_fields=None).get("page", ())):
            return JSONResponse({"error": NO_PAGE}, 404)
        return None
    for endpoint in ENDPOINTS:
        if _INTENDED[endpoint.name].fullmatch(path):
            # At the right address only the method is wrong.
            wrong_method = is_open("POST", path)
            sentence = {"error": right_form(endpoint, scope)}
            return JSONResponse(sentence, 405 if wrong_method else 404, {"allow": "POST"} if wrong_method else None)
    return JSONResponse({"error": NOTHING}, 404)


def right_form(endpoint: Endpoint, scope: Scope) -> str:
    """How to call `endpoint`, in one sentence."""
    address = scope.get("state", {}).get("address", "") + f"{_API}/run/{endpoint.name}"
    return RIGHT_FORM.format(name=endpoint.name, address=address, example=json.dumps(endpoint.example))


def is_open(method: str, path: str) -> bool:
    """Whether a request may go on."""
    if any(len(part.encode("utf-8", "surrogatepass")) > MAX_PATH_PART for part in path.split("/")):
        return False
    return any(method in methods and pattern.fullmatch(path or "/") for methods, pattern in OPEN)
