"""Rewrites the page's first HTML: link previews, the visitor's language, a first form, nonces. Pure ASGI."""

import re
import secrets
from html import escape
from urllib.parse import urlencode

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from conduct.answering.limits import MAX_CHARACTERS
from conduct.web.guard.headers import page_policy
from conduct.web.render import render_first
from conduct.web.translations import Translator, preferred_translator

_TAGS = re.compile(r'\s*<meta\s+(?:property="og:|name="twitter:)[^>]*>')
_BODY = re.compile(r"<body[^>]*>")
_TITLE = re.compile(r"\s*<title>[^<]*</title>")
# Parts of Gradio's head that delay the first paint: its settings, which are most of the bytes, and style sheets.
_HEAVY = re.compile(r'\s*(?:<script\b.*?</script>|<link rel="stylesheet"[^>]*>)', re.DOTALL)
PREVIEW = "embed-assets/preview.png"

# Gradio's part is hidden until page.js has arranged it, or for a minute at most, so that nothing jumps.
STILL = (
    "\n<style>@keyframes conduct-late { to { visibility: visible } } "
    ".gradio-container:not([data-conduct]) { visibility: hidden; animation: conduct-late 0s 60s forwards }</style>"
)


class LinkPreview:
    """Rewrites the response to `GET /`, for which Gradio has no settings."""

    def __init__(self, app: ASGIApp, title: str, description: str) -> None:
        self._app = app
        self._title = title
        self._description = description

    def _head(self, translator: Translator, address: str) -> str:
        title, description = translator(self._title), translator(self._description)
        tags = {
            "og:title": title,
            "og:description": description,
            "og:type": "website",
            "og:url": address,
            "og:image": address + PREVIEW,
        }
        head = "".join(f'\n<meta property="{name}" content="{escape(text)}" />' for name, text in tags.items())
        head += f'\n<meta name="twitter:card" content="summary_large_image" />\n<title>{escape(title)}</title>'
        # Without it a browser asks the root of the host, which may belong to another app if this one is under a path.
        head += '\n<link rel="icon" href="favicon.ico" />'
        return head + f'\n<meta name="description" content="{escape(description)}" />' + STILL

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http" or scope["method"] != "GET" or scope["path"] not in ("", "/"):
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        translator = preferred_translator(request.headers.get("accept-language"))
        question = request.query_params.get("q", "").strip()[:MAX_CHARACTERS]
        # Without the query string, which may hold a question.
        address = str(request.url.replace(query="", path="/"))
        start: Message = {}
        body = b""

        async def send_rewritten(message: Message) -> None:
            nonlocal start, body
            if message["type"] == "http.response.start":
                start = message
                return
            if message["type"] != "http.response.body":
                # Messages of ASGI extensions, such as those for test clients.
                await send(message)
                return
            body += message.get("body", b"")
            if message.get("more_body"):
                return
            headers = MutableHeaders(scope=start)
            if headers.get("content-type", "").startswith("text/html"):
                html = _TITLE.sub("", _TAGS.sub("", body.decode("utf-8")))
                html = html.replace('lang="en"', f'lang="{translator.language}" dir="{translator.direction}"', 1)
                head = self._head(translator, address)
                if question:
                    # Without JavaScript, a link with a question opens its answer on the server-rendered page.
                    there = escape("embed?" + urlencode({"q": question}))
                    head += f'\n<noscript><meta http-equiv="refresh" content="0; url={there}"></noscript>'
                html = html.replace("</head>", head + "\n</head>", 1)
                # The plain form before Gradio's part, so that it is shown first on a slow connection.
                above, _, below = html.partition("</head>")
                first = render_first(question, translator) + "".join(_HEAVY.findall(above))
                html = _HEAVY.sub("", above) + "</head>" + _BODY.sub(lambda body: body[0] + first, below, count=1)
                nonce = secrets.token_urlsafe(16)
                body = html.replace("<script", f'<script nonce="{nonce}"').encode("utf-8")
                headers["content-security-policy"] = page_policy(nonce)
                # The address may hold a question, so no cache may store the page.
                headers["cache-control"] = "no-store"
                headers["content-length"] = str(len(body))
                headers.add_vary_header("accept-language")
            await send(start)
            await send({"type": "http.response.body", "body": body})

        await self._app(scope, receive, send_rewritten)
