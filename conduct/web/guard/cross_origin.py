"""Which other sites' pages may read the answers: all, but not those of an app that only this machine can reach.

The rule is Gradio's own, whose middleware sees none of our routes and no request that RouteAllowlist shuts out.
"""

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

LOCAL = ("localhost", "127.0.0.1", "0.0.0.0", "[::1]")  # noqa: S104  (compared with, not bound to)
_LOCAL_ORIGIN = r"https?://(localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\])(:\d+)?"


class CrossOrigin:
    """Starlette's CORSMiddleware: open where the app has a name of its own, closed where it is asked as localhost."""

    def __init__(self, app: ASGIApp) -> None:
        # Gradio's client sends cookies along, and a browser wants the origin by its name then.
        shared = {"allow_methods": ("GET", "POST", "DELETE"), "allow_headers": ("*",), "allow_credentials": True}

        async def without_origin(scope: Scope, receive: Receive, send: Send) -> None:
            # Gradio would take [::1] for a public name, and overrule what is decided here.
            headers = [pair for pair in scope.get("headers", ()) if pair[0] != b"origin"]
            await app({**scope, "headers": headers}, receive, send)

        self._local = CORSMiddleware(without_origin, allow_origin_regex=_LOCAL_ORIGIN, **shared)
        self._public = CORSMiddleware(without_origin, allow_origin_regex=".*", **shared)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer a browser that asks whether it may send it."""
        host = Headers(scope=scope).get("host", "") if scope["type"] == "http" else ""
        name = host if host.endswith("]") else host.rpartition(":")[0] or host
        await (self._local if name in LOCAL else self._public)(scope, receive, send)
