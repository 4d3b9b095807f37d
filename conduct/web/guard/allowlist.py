"""Which addresses answer at all: Gradio opens some ninety, and this app needs a third of them. Pure ASGI.

Why each of these is open: tests/expected/routes.json.
"""

import logging
import re

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from conduct.errors import UNEXPECTED, log_unexpected

log = logging.getLogger(__name__)

NOTHING = "There is nothing at this address: see the README for those that there are."
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


class RouteAllowlist:
    """Shuts every address that is not in OPEN; what fails behind an open one is told in one sentence."""

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
        if not is_open(scope["method"], scope["path"]):
            await JSONResponse({"error": NOTHING}, 404)(scope, receive, send)
            return
        head: Message | None = None

        async def send_and_see(message: Message) -> None:
            nonlocal head
            head = head or message
            await send(message)

        try:
            await self._app(scope, receive, send_and_see)
        except Exception as error:
            # The server would log the whole traceback, and its last line may quote the question.
            if head is None:
                log_unexpected(error)
                await JSONResponse({"error": UNEXPECTED}, 500)(scope, receive, send)
                return
            # So ends Gradio's stream of a session that it does not know: everything has been said.
            log.info("A response ended early: %s", type(error).__name__)
            if "content-length" not in Headers(raw=head["headers"]):
                await send({"type": "http.response.body"})


def is_open(method: str, path: str) -> bool:
    """Whether a request may go on."""
    return any(method in methods and pattern.fullmatch(path or "/") for methods, pattern in OPEN)
