"""Bodies that are too large, too deep, too slow, or incomplete."""

import asyncio
import http.client
import json
import re
import socket
import threading
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from conduct.web.guard import request_limits
from conduct.web.guard.request_limits import (
    MAX_BODY_BYTES,
    MAX_DEPTH,
    MAX_VALUES,
    QUICK_BYTES,
    RequestBodyGuard,
    too_deep,
    too_many_values,
)
from tests.support.tooling import run

POSTS = ("run/ask", "api/ask", "call/ask_many", "call/v2/ask", "queue/join", "cancel", "mcp/")
TOO_LARGE = "A request may have 1,300,000 bytes, but this one has more: send fewer questions at once."
TOO_DEEP = "A request may have brackets nested 32 deep, but this one goes deeper: send it flatter."

TOO_MANY_VALUES = "A request may have 10,000 values, but this one has more: send fewer questions at once."


def post(address: str, path: str, body: object, **headers: str) -> tuple[int, dict | str]:
    """Status and JSON or text; a body that is not bytes is sent in chunks."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)
    connection.request("POST", f"/gradio_api/{path}", body, {"Content-Type": "application/json"} | headers)
    response = connection.getresponse()
    said = response.read()
    return response.status, json.loads(said) if said.startswith(b"{") else said.decode()


@pytest.mark.parametrize("path", POSTS)
def test_fifty_megabytes_are_refused_at_each_door(light: str, path: str):
    """Announced in a header, and in chunks without a length; neither is kept."""
    assert post(light, path, b" " * 50_000_000) == (413, {"error": TOO_LARGE})
    assert post(light, path, (b" " * 1_000_000 for _ in range(50))) == (413, {"error": TOO_LARGE})


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize(("opening", "closing"), [(b"[", b"]"), (b'{"data":', b"}"), (b'{"a":[', b"]}")])
def test_ten_thousand_brackets_are_refused_at_each_door(light: str, path: str, opening: bytes, closing: bytes):
    """Closed or not."""
    for body in (opening * 10_000 + b"1" + closing * 10_000, opening * 10_000):
        assert post(light, path, body) == (400, {"error": TOO_DEEP})


def test_as_many_escaped_characters_as_one_call_may_have_fit(light: str):
    """The largest possible call, with every character escaped."""
    body = json.dumps({"questions": ["😀" * 10_000] * 10, "limit": 10})
    assert 0.7 * MAX_BODY_BYTES < len(body) < MAX_BODY_BYTES
    status, came = post(light, "run/ask_many", body)
    assert (status, len(came["data"][0])) == (200, 10)


@pytest.mark.parametrize(
    ("body", "deep"),
    [
        (b"[" * MAX_DEPTH + b"]" * MAX_DEPTH, False),
        (b"[" * (MAX_DEPTH + 1), True),
        (b"[]" * 1_000, False),
        (json.dumps({"data": ["[" * 1_000 + '"' + "{" * 1_000 + "\\"]}).encode(), False),
        (b'"\\\\"' + b"[" * (MAX_DEPTH + 1), True),
        (b'"' + b"[" * 1_000, False),
    ],
)
def test_only_brackets_outside_of_texts_count(body: bytes, deep: bool):
    """A question may contain many."""
    assert too_deep(body) is deep


def test_a_body_that_never_ends_is_refused():
    """After the time limit, with a sentence; the app does not see it."""
    sent: list[dict] = []

    async def never() -> dict:
        if sent:
            return {"type": "http.disconnect"}
        await asyncio.sleep(0.02)
        return {"type": "http.request", "body": b"x", "more_body": True}

    async def send(message: dict) -> None:
        sent.append(message)

    async def unseen(*_: object) -> None:
        raise AssertionError("half a body came through")

    scope = {"type": "http", "method": "POST", "path": "/", "headers": []}
    run(RequestBodyGuard(unseen, {}, seconds=0.2)(scope, never, send))
    assert sent[0]["status"] == 408
    sentence = "A request must arrive within 0.2 seconds, but this one did not: send it again."
    assert json.loads(sent[1]["body"]) == {"error": sentence}


@pytest.mark.parametrize(
    "kind", ["", "text/plain", "multipart/form-data; boundary=x", "application/xml", "\xe9", "x" * 9_000]
)
@pytest.mark.parametrize("path", POSTS)
def test_a_wrong_content_type_is_no_fault_of_ours(light: str, path: str, kind: str):
    """The request is answered or refused, without an internal error."""
    status, _ = post(light, path, b'{"question": "accent", "data": []}', **{"Content-Type": kind})
    assert 200 <= status < 500


@pytest.mark.parametrize(
    "raw",
    [
        b"POST /gradio_api/run/ask HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{",
        b"POST /gradio_api/run/ask HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc",
        b"GET /embed?q=accent HTTP/1.1\r\nHo",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET http://127.0.0.1:1/ HTTP/1.1\r\nHost: x\r\n\r\n",
        b"POST /gradio_api/run/ask HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /gradio_api/queue/data?session_hash=nobody HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /embed HTTP/1.1\r\nHost: x\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n",
    ],
)
def test_who_hangs_up_in_the_middle_harms_nobody(light: str, raw: bytes, capfd: pytest.CaptureFixture):
    """Half a request, no HTTP at all, an abandoned stream: the next visitor is answered, the log has no traceback."""
    host = urlsplit(light)
    for _ in range(20):
        with socket.create_connection((host.hostname, host.port), timeout=30) as connection:
            connection.sendall(raw)
    status, came = post(light, "run/ask", b'{"question": "accent"}')
    assert (status, came["data"][0]["coverage"]) == (200, "covered")
    assert "Traceback" not in "".join(capfd.readouterr())


@pytest.mark.parametrize(
    "body",
    [
        b"[" + b"[]," * 300_000 + b"1]",
        b'{"jsonrpc": "2.0", "id": 1, "method": "completion/complete", "params": {"a": [' + b"{}," * 300_000 + b"1]}}",
        b'{"data": [' + b'"x",' * 200_000 + b"1]}",
        b"{" + b'"a":1,' * 150_000 + b'"b":1}',
    ],
)
@pytest.mark.parametrize("path", POSTS)
def test_a_hundred_thousand_small_values_are_refused_before_they_are_read(light: str, path: str, body: bytes):
    """A megabyte of them would block the event loop for a second, and each takes a hundred times its bytes of
    memory."""
    assert post(light, path, body) == (400, {"error": TOO_MANY_VALUES})


@pytest.mark.parametrize(
    ("body", "many"),
    [
        (b"[" + b"1," * (MAX_VALUES - 2) + b"1]", False),
        (b"[" + b"1," * (MAX_VALUES - 1) + b"1]", True),
        (json.dumps({"question": ",[{" * MAX_VALUES}).encode(), False),
        (json.dumps({"questions": ["a, b"] * 64}).encode(), False),
    ],
)
def test_only_values_outside_of_texts_count(body: bytes, many: bool):
    """A question may contain many commas."""
    assert too_many_values(body) is many


def test_bodies_of_all_together_are_bounded():
    """Large ones count until they have been worked on; those of ordinary size are always accepted."""
    go = asyncio.Event()
    seen: list[int] = []

    async def hold(scope: dict, receive: object, send: object) -> None:
        seen.append(len((await receive())["body"]))
        await go.wait()

    async def sent_to(guard: RequestBodyGuard, body: bytes, chunks: int) -> list[dict]:
        parts = [body[start::chunks] for start in range(chunks)]
        messages = [{"type": "http.request", "body": part, "more_body": True} for part in parts]
        messages.append({"type": "http.request", "body": b"", "more_body": False})
        answers: list[dict] = []

        async def receive() -> dict:
            return messages.pop(0)

        async def send(message: dict) -> None:
            answers.append(message)

        await guard({"type": "http", "method": "POST", "path": "/", "headers": []}, receive, send)
        return answers

    async def three() -> tuple[list[list[dict]], list[int]]:
        guard = RequestBodyGuard(hold, {}, max_held=2 * QUICK_BYTES)
        large = b" " * (2 * QUICK_BYTES + QUICK_BYTES // 2)
        held = asyncio.create_task(sent_to(guard, large, 3))
        await asyncio.sleep(0.01)
        while not seen:
            await asyncio.sleep(0.01)
        refused = await sent_to(guard, large, 3)
        small = asyncio.create_task(sent_to(guard, b" " * QUICK_BYTES, 1))
        await asyncio.sleep(0.01)
        go.set()
        await held
        await small
        # Its bytes do not count any more.
        again = await sent_to(guard, large, 3)
        return [refused, again], seen

    (refused, again), lengths = run(three())
    assert refused[0]["status"] == 503
    assert dict(refused[0]["headers"])[b"retry-after"] == b"5"
    sentence = "Too many large requests are being read at once: send this one again in 5 seconds."
    assert json.loads(refused[1]["body"]) == {"error": sentence}
    assert again == []
    assert lengths == [125_000, 50_000, 125_000]


@pytest.mark.parametrize(("size", "apart"), [(QUICK_BYTES, False), (QUICK_BYTES + 1, True)])
def test_large_bodies_are_looked_through_off_the_loop(size: int, apart: bool):
    """Other requests are answered meanwhile; for small bodies another thread would cost more than it saves."""
    threads: list[bool] = []

    async def look() -> None:
        loop_thread = threading.get_ident()

        def rewrite(body: bytes) -> bytes:
            threads.append(threading.get_ident() != loop_thread)
            return body

        async def receive() -> dict:
            return {"type": "http.request", "body": b" " * size, "more_body": False}

        async def app(*_: object) -> None:
            """Answer nothing."""

        guard = RequestBodyGuard(app, {"/": rewrite})
        await guard({"type": "http", "method": "POST", "path": "/", "headers": []}, receive, app)

    run(look())
    assert threads == [apart]


def test_no_more_brackets_are_looked_at_than_values_may_begin(monkeypatch: pytest.MonkeyPatch):
    """To count half a million took a quarter of a second with Python's lock held; so many are refused as too many
    values."""
    seen = 0
    brackets = request_limits._BRACKETS

    class Counted:
        def finditer(self, body: bytes) -> Iterator[re.Match]:
            nonlocal seen
            for bracket in brackets.finditer(body):
                seen += 1
                yield bracket

    monkeypatch.setattr(request_limits, "_BRACKETS", Counted())
    for body in (b"[" + b"[]," * 300_000, b"]" * 900_000, b"[]" * 450_000):
        assert not too_deep(body)
        assert too_many_values(body) or body.startswith(b"]")
    assert seen <= 3 * (2 * MAX_VALUES + 2)


def test_large_bodies_are_looked_through_one_after_the_other():
    """Eight threads at once blocked the event loop for half a second."""
    at_once, most = 0, 0

    def rewrite(body: bytes) -> bytes:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        time.sleep(0.02)
        at_once -= 1
        return body

    async def receive() -> dict:
        return {"type": "http.request", "body": b" " * (QUICK_BYTES + 1), "more_body": False}

    async def app(*_: object) -> None:
        """Answer nothing."""

    async def send_all() -> None:
        guard = RequestBodyGuard(app, {"/": rewrite})
        request = {"type": "http", "method": "POST", "path": "/", "headers": []}
        await asyncio.gather(*(guard(dict(request), receive, app) for _ in range(8)))

    run(send_all())
    assert most == 1
