"""Bodies too large, too deep, too slow, half there."""

import asyncio
import http.client
import json
import socket
from urllib.parse import urlsplit

import pytest

from conduct.web.guard.request_limits import DEEPEST, MOST_BYTES, RequestBodyGuard, too_deep
from tests.support.tooling import run

POSTS = ("run/ask", "api/ask", "call/ask_many", "call/v2/ask", "queue/join", "cancel", "mcp/")
TOO_LARGE = "A request may have 1,000,000 bytes, but this one has more: send fewer questions at once."
TOO_DEEP = "A request may have brackets nested 32 deep, but this one goes deeper: send it flatter."


def post(address: str, path: str, body: object, **headers: str) -> tuple[int, dict | str]:
    """Status and JSON or text; a body that is no bytes is sent in chunks."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)
    connection.request("POST", f"/gradio_api/{path}", body, {"Content-Type": "application/json"} | headers)
    response = connection.getresponse()
    said = response.read()
    return response.status, json.loads(said) if said.startswith(b"{") else said.decode()


@pytest.mark.parametrize("path", POSTS)
def test_fifty_megabytes_are_refused_at_each_door(light: str, path: str):
    """Announced, and in chunks that tell no length; neither is kept."""
    assert post(light, path, b" " * 50_000_000) == (413, {"error": TOO_LARGE})
    assert post(light, path, (b" " * 1_000_000 for _ in range(50))) == (413, {"error": TOO_LARGE})


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize(("opening", "closing"), [(b"[", b"]"), (b'{"data":', b"}"), (b'{"a":[', b"]}")])
def test_ten_thousand_brackets_are_refused_at_each_door(light: str, path: str, opening: bytes, closing: bytes):
    """Whether or not they close."""
    for body in (opening * 10_000 + b"1" + closing * 10_000, opening * 10_000):
        assert post(light, path, body) == (400, {"error": TOO_DEEP})


def test_many_questions_of_a_thousand_escaped_characters_fit(light: str):
    """The largest call that there can be, as the wordiest client writes it."""
    body = json.dumps({"questions": ["😀" * 1_000] * 64, "limit": 10})
    assert 0.7 * MOST_BYTES < len(body) < MOST_BYTES
    status, came = post(light, "run/ask_many", body)
    assert (status, len(came["data"][0])) == (200, 64)


@pytest.mark.parametrize(
    ("body", "deep"),
    [
        (b"[" * DEEPEST + b"]" * DEEPEST, False),
        (b"[" * (DEEPEST + 1), True),
        (b"[]" * 1_000, False),
        (json.dumps({"data": ["[" * 1_000 + '"' + "{" * 1_000 + "\\"]}).encode(), False),
        (b'"\\\\"' + b"[" * (DEEPEST + 1), True),
        (b'"' + b"[" * 1_000, False),
    ],
)
def test_only_brackets_outside_of_texts_count(body: bytes, deep: bool):
    """A question may be full of them."""
    assert too_deep(body) is deep


def test_a_body_that_never_ends_is_refused():
    """After its time is up, with a sentence; the app behind never sees it."""
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
    """Answered all the same, or refused; never a failure."""
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
    """Half a request, no HTTP at all, a stream that is left: the next visitor is answered, the log has no traceback."""
    host = urlsplit(light)
    for _ in range(20):
        with socket.create_connection((host.hostname, host.port), timeout=30) as connection:
            connection.sendall(raw)
    status, came = post(light, "run/ask", b'{"question": "accent"}')
    assert (status, came["data"][0]["coverage"]) == (200, "unclear")
    assert "Traceback" not in "".join(capfd.readouterr())
