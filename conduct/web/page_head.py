"""The page's first HTML: link previews with our words, the visitor's language, scripts that may run. Pure ASGI."""

import re
import secrets
from html import escape

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from conduct.web.guard.headers import page_policy
from conduct.web.translations import preferred

_TAGS = re.compile(r'\s*<meta\s+(?:property="og:|name="twitter:)[^>]*>')
NO_SCRIPT = '<noscript><p><a href="embed">This page without JavaScript</a></p></noscript>'

# Unseen until page.js has put things in their places (or has failed to, for seconds): nothing jumps.
STILL = (
    "\n<style>@keyframes conduct-late { to { visibility: visible } } "
    ".gradio-container:not([data-conduct]) { visibility: hidden; animation: conduct-late 0s 4s forwards }</style>"
)


class LinkPreview:
    """Rewrites `GET /` alone: Gradio offers no setting for what it says there."""

    def __init__(self, app: ASGIApp, title: str, description: str) -> None:
        self._app = app
        tags = {"og:title": title, "og:description": description, "og:type": "website"}
        self._tags = "".join(f'\n<meta property="{name}" content="{escape(text)}" />' for name, text in tags.items())
        self._tags += f'\n<meta name="twitter:card" content="summary" />\n<title>{escape(title)}</title>'
        self._tags += f'\n<meta name="description" content="{escape(description)}" />' + STILL

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http" or scope["method"] != "GET" or scope["path"] not in ("", "/"):
            await self._app(scope, receive, send)
            return
        w = preferred(Headers(scope=scope).get("accept-language"))
        head: Message = {}
        body = b""

        async def send_rewritten(message: Message) -> None:
            nonlocal head, body
            if message["type"] == "http.response.start":
                head = message
                return
            if message["type"] != "http.response.body":
                # Extensions, such as what a test client is told of templates.
                await send(message)
                return
            body += message.get("body", b"")
            if message.get("more_body"):
                return
            headers = MutableHeaders(scope=head)
            if headers.get("content-type", "").startswith("text/html"):
                html = _TAGS.sub("", body.decode("utf-8"))
                html = html.replace('lang="en"', f'lang="{w.language}" dir="{w.direction}"', 1)
                html = html.replace("</head>", self._tags + "\n</head>", 1).replace("</body>", NO_SCRIPT + "</body>", 1)
                nonce = secrets.token_urlsafe(16)
                body = html.replace("<script", f'<script nonce="{nonce}"').encode("utf-8")
                headers["content-security-policy"] = page_policy(nonce)
                # The address may hold a question: no cache keeps the page under it.
                headers["cache-control"] = "no-store"
                headers["content-length"] = str(len(body))
                headers.add_vary_header("accept-language")
            await send(head)
            await send({"type": "http.response.body", "body": body})

        await self._app(scope, receive, send_rewritten)
