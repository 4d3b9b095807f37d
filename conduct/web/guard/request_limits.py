"""Request bodies: complete, small, flat and in time, or refused with one sentence. Pure ASGI.

Starlette's RequestBodyLimitMiddleware counts the bytes; what it cannot do stands here: our sentence instead of its
"Content Too Large", a sender who sees it, a limit on all bodies together, on time, depth and number of values.
"""

import asyncio
import re
from collections.abc import Callable, Mapping

from starlette.datastructures import MutableHeaders
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from conduct.answering.limits import MAX_TOTAL_CHARACTERS
from conduct.errors import BusyError, RequestError

# As many characters as one call may have fit, each escaped as JSON may: two times six bytes.
MAX_BODY_BYTES = 12 * MAX_TOTAL_CHARACTERS + 100_000
# All bodies that are being read or worked on. Those of ordinary size are always let in: see QUICK_BYTES.
MAX_HELD_BYTES = 32_000_000
# Ours go five deep. Python's and Gradio's readers call themselves for each level.
MAX_DEPTH = 32
# Ours have two hundred. Each small value costs its readers a hundred times its bytes, in time and memory.
MAX_VALUES = 10_000
# Python refuses to read longer ones, with an error that MCP's library does not expect.
MAX_DIGITS = 4_000
# Enough for the largest body over a slow line; a client that sends a byte a second is cut off.
SECONDS = 30.0
# How long the rest of a refused body is read and discarded: a client that is cut off would not see the reason.
LINGER_SECONDS = 5.0
HELD_RETRY_SECONDS = 5
# Larger bodies are checked in a thread: it takes longer than the event loop should be blocked.
QUICK_BYTES = 50_000
TOO_LARGE = "A request may have {most} bytes, but this one has more: send fewer questions at once."
FULL = "Too many large requests are being read at once: send this one again in {seconds} seconds."
_STRINGS = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"?', re.DOTALL)
_TOO_MANY_DIGITS = re.compile(rb"\d{%d}" % (MAX_DIGITS + 1))
_BRACKETS = re.compile(rb"[\[\]{}]")


def limit_bodies(app: ASGIApp, rewrites: Mapping[str, Callable[[bytes], bytes]], seconds: float = SECONDS) -> ASGIApp:
    """A middleware: `app` behind all limits of this module; `rewrites` has a function for the bodies of some paths."""
    guarded = RequestBodyGuard(app, rewrites, seconds)
    return ReadableRefusal(RequestBodyLimitMiddleware(guarded, MAX_BODY_BYTES))


class ReadableRefusal:
    """Replaces Starlette's 413 by our sentence, after the client has had time to finish sending."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        refused = False

        async def send_ours(message: Message) -> None:
            nonlocal refused
            if message["type"] == "http.response.start" and message["status"] == 413:
                refused = True
                await _linger(receive)
                await _refusal(RequestError(TOO_LARGE, 413, most=MAX_BODY_BYTES))(scope, receive, send)
            elif not refused:
                await send(message)

        await self._app(scope, receive, send_ours)


class RequestBodyGuard:
    """Takes each body in before anybody reads it; `max_held` bounds the bytes of all together."""

    def __init__(
        self,
        app: ASGIApp,
        rewrites: Mapping[str, Callable[[bytes], bytes]],
        seconds: float = SECONDS,
        max_held: int = MAX_HELD_BYTES,
    ) -> None:
        self._app = app
        self._rewrites = rewrites
        self._seconds = seconds
        self._max_held = max_held
        self._held = 0
        self._one_at_a_time = asyncio.Semaphore(1)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] != "http" or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        held = _Body()
        try:
            await self._pass_on(scope, receive, send, held)
        except ClientDisconnect:
            return
        finally:
            self._held -= held.charged

    async def _pass_on(self, scope: Scope, receive: Receive, send: Send, held: "_Body") -> None:
        try:
            body = await self._checked(scope, receive, held)
        except (RequestError, BusyError) as error:
            await _refusal(error)(scope, receive, send)
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

    async def _checked(self, scope: Scope, receive: Receive, held: "_Body") -> bytes:
        try:
            async with asyncio.timeout(self._seconds):
                await self._read(receive, held)
        except TimeoutError:
            raise RequestError(
                f"A request must arrive within {self._seconds:g} seconds, but this one did not: send it again.", 408
            ) from None
        body = bytes(held.content)
        held.content.clear()
        rewrite = self._rewrites.get(scope["path"], bytes)
        if len(body) <= QUICK_BYTES:
            return _checked(body, rewrite)
        # One after the other: each thread that works may keep the loop waiting for Python's lock.
        async with self._one_at_a_time:
            return await asyncio.to_thread(_checked, body, rewrite)

    async def _read(self, receive: Receive, held: "_Body") -> None:
        more = True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise ClientDisconnect
            held.content += message.get("body", b"")
            more = message.get("more_body", False)
            charge = max(0, len(held.content) - QUICK_BYTES) - held.charged
            if charge and self._held + charge > self._max_held:
                held.content.clear()
                if more:
                    await _linger(receive)
                raise BusyError(FULL, HELD_RETRY_SECONDS)
            held.charged += charge
            self._held += charge


class _Body:
    """The received part of a body, and how many of its bytes count against the limit for all bodies."""

    def __init__(self) -> None:
        self.content = bytearray()
        self.charged = 0


def _checked(body: bytes, rewrite: Callable[[bytes], bytes]) -> bytes:
    # JSON may be UTF-16 as well, in which brackets are not those that are counted here.
    if b"\0" in body or not _is_utf8(body):
        raise RequestError("The body must be JSON in UTF-8, but it is not: fix it.", 400)
    if too_deep(body):
        raise RequestError(
            f"A request may have brackets nested {MAX_DEPTH} deep, but this one goes deeper: send it flatter.", 400
        )
    if too_many_values(body):
        raise RequestError(
            f"A request may have {MAX_VALUES:,} values, but this one has more: send fewer questions at once.", 400
        )
    if _TOO_MANY_DIGITS.search(body) and _TOO_MANY_DIGITS.search(_STRINGS.sub(b'""', body)):
        raise RequestError(
            f"A number may have {MAX_DIGITS:,} digits, but one in this request has more: send a shorter one.", 400
        )
    return rewrite(body)


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def too_deep(body: bytes) -> bool:
    """Whether JSON has more than MAX_DEPTH brackets open at once, outside of its texts."""
    if body.count(b"[") + body.count(b"{") <= MAX_DEPTH:
        return False
    depth = 0
    for number, bracket in enumerate(_BRACKETS.finditer(_STRINGS.sub(b'""', body))):
        depth += 1 if bracket[0] in b"[{" else -1
        if depth > MAX_DEPTH:
            return True
        # No parser reads on behind a bracket that closes nothing; and half of so many brackets open a value each.
        if depth < 0 or number == 2 * MAX_VALUES:
            return False
    return False


def too_many_values(body: bytes) -> bool:
    """Whether JSON has more than MAX_VALUES values, outside of its texts: each but the first follows one of these."""
    if sum(map(body.count, (b",", b"[", b"{"))) < MAX_VALUES:
        return False
    bare = _STRINGS.sub(b'""', body)
    return sum(map(bare.count, (b",", b"[", b"{"))) >= MAX_VALUES


def _refusal(error: RequestError | BusyError) -> JSONResponse:
    headers = {"connection": "close"}
    if isinstance(error, BusyError):
        headers["retry-after"] = str(error.seconds)
    return JSONResponse({"error": str(error)}, error.status, headers)


async def _linger(receive: Receive) -> None:
    try:
        async with asyncio.timeout(LINGER_SECONDS):
            while (message := await receive())["type"] == "http.request" and message.get("more_body"):
                pass
    except TimeoutError:
        pass
