"""Response headers: what a browser may load, guess and tell others. Pure ASGI, so that no stream is held up."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# For what is no page: an error, an answer, a list of tools.
PLAIN_POLICY = (
    "default-src 'none'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "frame-ancestors *; base-uri 'none'; form-action 'none'"
)
# A question is typed; nothing here needs more of a visitor's machine than a clipboard to write to.
# Chromium logs a warning for each name that it does not know.
PERMISSIONS = ", ".join(
    f"{name}=()"
    for name in (
        "accelerometer", "autoplay", "browsing-topics", "camera", "display-capture", "encrypted-media",
        "fullscreen", "gamepad", "geolocation", "gyroscope", "hid", "idle-detection", "local-fonts", "magnetometer",
        "microphone", "midi", "payment", "picture-in-picture", "publickey-credentials-get", "screen-wake-lock",
        "serial", "storage-access", "usb", "window-management", "xr-spatial-tracking",
    )
)  # fmt: skip


def page_policy(nonce: str) -> str:
    """What Gradio's page may do. Its own inline scripts carry `nonce`: one that came with a text would not run.

    Gradio makes functions of its templates ('unsafe-eval') and styles its components inline; everything else comes
    from this host alone.
    """
    return (
        f"default-src 'none'; script-src 'self' 'nonce-{nonce}' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data:; font-src 'self' data:; connect-src 'self'; "
        "frame-ancestors *; base-uri 'self'; form-action 'self'"
    )


class ResponseHeaders:
    """Adds headers to each response, and leaves those that a route has set itself."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers.setdefault("content-security-policy", PLAIN_POLICY)
                headers.setdefault("permissions-policy", PERMISSIONS)
                headers.setdefault("x-content-type-options", "nosniff")
                # A link that is followed from here must not tell the question in `?q=`.
                headers.setdefault("referrer-policy", "same-origin")
                # Files have a tag; all else depends on who asks, or names the host that the request named.
                if "etag" not in headers:
                    headers.setdefault("cache-control", "no-store")
            await send(message)

        await self._app(scope, receive, send_with_headers)
