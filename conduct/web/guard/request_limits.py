"""What is sent here: whole, small, flat and in time, or refused with one sentence. Pure ASGI."""

import asyncio
import re
from collections.abc import Callable, Mapping

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from conduct.errors import RequestError

# 64 questions of 1,000 characters fit, each character escaped as JSON may.
MOST_BYTES = 1_000_000
# Ours go five deep. Python's and Gradio's readers call themselves for each level.
DEEPEST = 32
# A megabyte over a slow telephone line; who sends a byte a second does not get that far.
SECONDS = 30.0
# For so long the rest of a refused body is read and thrown away: hung up on, its sender would not see why.
LINGER_SECONDS = 5.0
# Looking through more than this takes longer than others should wait for.
_QUICK_BYTES = 50_000
_TOKENS = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"?|[\[{]|[\]}]', re.DOTALL)


class RequestBodyGuard:
    """Takes each body in before anybody reads it; `rewrites` has a function for those of some paths."""

    def __init__(
        self, app: ASGIApp, rewrites: Mapping[str, Callable[[bytes], bytes]], seconds: float = SECONDS
    ) -> None:
        self._app = app
        self._rewrites = rewrites
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] != "http" or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        try:
            body = await self._body(scope, receive)
        except ClientDisconnect:
            return
        except RequestError as error:
            refusal = JSONResponse({"error": str(error)}, error.status, {"connection": "close"})
            await refusal(scope, receive, send)
            return
        waiting = True

        async def receive_whole() -> Message:
            nonlocal waiting
            if waiting:
                waiting = False
                return {"type": "http.request", "body": body, "more_body": False}
            return await receive()

        headers = MutableHeaders(raw=[pair for pair in scope["headers"] if pair[0] != b"transfer-encoding"])
        headers["content-length"] = str(len(body))
        await self._app({**scope, "headers": headers.raw}, receive_whole, send)

    async def _body(self, scope: Scope, receive: Receive) -> bytes:
        declared = Headers(scope=scope).get("content-length", "")
        if declared.isdigit() and (len(declared) > 12 or int(declared) > MOST_BYTES):
            await _linger(receive)
            raise _too_large()
        try:
            async with asyncio.timeout(self._seconds):
                body = await _whole(receive)
        except TimeoutError:
            raise RequestError(
                f"A request must arrive within {self._seconds:g} seconds, but this one did not: send it again.", 408
            ) from None
        rewrite = self._rewrites.get(scope["path"], bytes)
        if len(body) <= _QUICK_BYTES:
            return _checked(body, rewrite)
        return await asyncio.to_thread(_checked, body, rewrite)


async def _whole(receive: Receive) -> bytes:
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        body += message.get("body", b"")
        more = message.get("more_body")
        if len(body) > MOST_BYTES:
            if more:
                await _linger(receive)
            raise _too_large()
        if not more:
            return bytes(body)


def _checked(body: bytes, rewrite: Callable[[bytes], bytes]) -> bytes:
    # JSON may be UTF-16 as well, in which brackets are not those that `too_deep` counts.
    if b"\0" in body or not _is_utf8(body):
        raise RequestError("The body must be JSON in UTF-8, but it is not: fix it.", 400)
    if too_deep(body):
        raise RequestError(
            f"A request may have brackets nested {DEEPEST} deep, but this one goes deeper: send it flatter.", 400
        )
    return rewrite(body)


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def too_deep(body: bytes) -> bool:
    """Whether JSON has more than DEEPEST brackets open at once, outside of its texts."""
    if body.count(b"[") + body.count(b"{") <= DEEPEST:
        return False
    depth = 0
    for found in _TOKENS.finditer(body):
        token = found[0]
        if token in (b"[", b"{"):
            depth += 1
            if depth > DEEPEST:
                return True
        elif token in (b"]", b"}"):
            depth -= 1
    return False


async def _linger(receive: Receive) -> None:
    try:
        async with asyncio.timeout(LINGER_SECONDS):
            while (message := await receive())["type"] == "http.request" and message.get("more_body"):
                pass
    except TimeoutError:
        pass


def _too_large() -> RequestError:
    return RequestError(
        f"A request may have {MOST_BYTES:,} bytes, but this one has more: send fewer questions at once.", 413
    )
