"""The public address of a request: validated once, passed to Gradio and our pages, a path prefix stripped.

Gradio repeats Host and X-Forwarded-Host to the page unchecked, and leaves a prefix that a proxy keeps to the proxy.
"""

import re
from urllib.parse import quote, urlsplit

from starlette.datastructures import Headers
from starlette.responses import JSONResponse, RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

_HOST = re.compile(r"([A-Za-z0-9_.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(:\d{1,5})?", re.ASCII)
_PREFIX = re.compile(r"(/(?!\.\.?(/|$))[A-Za-z0-9_.~-]{1,64}){1,8}", re.ASCII)
_FORWARDED = (b"x-forwarded-host", b"x-forwarded-proto", b"x-forwarded-prefix", b"x-gradio-server")
WRONG_HOST = "The Host header must be a host name, with or without a port, but it is not: fix the address."


class PublicAddress:
    """Puts the address, without a slash at its end, into `request.state.address`.

    `root_path` is what the owner says (GRADIO_ROOT_PATH): a prefix such as /coc, or the whole address, which then
    holds whatever a request says. Without it, X-Forwarded-Prefix names the prefix.
    """

    def __init__(self, app: ASGIApp, root_path: str = "") -> None:
        self._app = app
        whole = root_path.startswith(("http://", "https://"))
        self._address = root_path.rstrip("/") if whole else None
        self._prefix = (urlsplit(root_path).path if whole else root_path).rstrip("/")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on as if it had come to the root of this host."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        # HTTP/1.0 has none.
        if host and not _HOST.fullmatch(host):
            await JSONResponse({"error": WRONG_HOST}, 400)(scope, receive, send)
            return
        prefix = self._prefix or _first(headers, "x-forwarded-prefix", _PREFIX)
        path = scope["path"]
        if prefix and path == prefix:
            # The page's own links are relative to the folder that it lies in.
            query = scope["query_string"].decode("latin-1")
            where = prefix + "/" + ("?" + quote(query, safe="%&=+;,/:?@!$'()*~[]") if query else "")
            await RedirectResponse(where)(scope, receive, send)
            return
        if prefix and path.startswith(prefix + "/"):
            path = path[len(prefix) :]
        address = self._address or self._address_of(scope, headers, host) + prefix
        # The only header that Gradio gets to derive its address from.
        kept = [pair for pair in scope["headers"] if pair[0] not in _FORWARDED]
        passed_on = {
            **scope,
            "path": path,
            "raw_path": quote(path).encode(),
            "headers": [*kept, (b"x-gradio-server", address.encode("latin-1"))],
            "state": {**scope.get("state", {}), "address": address},
        }
        await self._app(passed_on, receive, send)

    @staticmethod
    def _address_of(scope: Scope, headers: Headers, host: str) -> str:
        secure = headers.get("x-forwarded-proto", "").split(",")[0].strip() == "https"
        name = _first(headers, "x-forwarded-host", _HOST) or host or ":".join(map(str, scope["server"]))
        return f"{'https' if secure else scope['scheme']}://{name}"


def _first(headers: Headers, name: str, pattern: re.Pattern) -> str:
    """The first of the values that proxies have written one after the other, if it is one; else an empty text."""
    value = headers.get(name, "").split(",")[0].strip().rstrip("/")
    return value if pattern.fullmatch(value) else ""
