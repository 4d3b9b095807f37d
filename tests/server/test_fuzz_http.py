"""Any HTTP request: no internal error, no traceback in a response, nothing of the request in the log."""

import http.client
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote, urlsplit

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

POSTS = ("run/ask", "run/ask_many", "run/code", "call/ask", "call/v2/ask_many", "queue/join", "cancel", "mcp/")
MARK = "marked-7b1e"
# The same in each run: a failure can be reproduced.
MANY = settings(
    max_examples=300, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)

KEYS = st.sampled_from(
    ["data", "question", "questions", "limit", "fn_index", "session_hash", "event_data", "trigger_id", "batched",
     "simple_format", "event_id", "path", "url", "meta", "_type", "jsonrpc", "id", "method", "params", "name",
     "arguments", "protocolVersion", "__proto__", "oauth_token"]
)  # fmt: skip
WORDS = st.sampled_from(
    ["accent", MARK, "", "s", "2.0", "ask", "tools/call", "tools/list", "initialize", "resources/read", "ping",
     "gradio.FileData", "/etc/passwd", "http://127.0.0.1:1/", "file:///etc/passwd", "${7*7}", "{{7*7}}", "<img src=x>",
     "\u202e", "\ud800", "\x00", "a" * 1_001, "\r\nX: y"]
)  # fmt: skip
NUMBERS = st.sampled_from([0, 1, 3, 5, 6, -1, 2**63, 10**400, 1.5, float("nan"), float("inf"), 1e308])
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | WORDS | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS | st.text(max_size=5), inner, max_size=5),
    max_leaves=12,
)
BODIES = st.one_of(
    st.dictionaries(KEYS, VALUES, max_size=6).map(lambda body: json.dumps(body).encode()),
    VALUES.map(lambda body: json.dumps(body).encode()),
    st.binary(max_size=200),
    st.dictionaries(KEYS, VALUES, max_size=4).map(lambda body: json.dumps(body).encode()[:-1]),
)
KINDS = st.sampled_from(
    ["application/json"] * 6 + ["text/plain", "multipart/form-data; boundary=x", "", "application/x"]
)
ACCEPTS = st.sampled_from(["application/json, text/event-stream", "*/*", "text/html", ""])


@contextmanager
def nothing_wrong(caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture) -> Iterator[None]:
    """Fails if the log or the console has an internal error or a question."""
    caplog.set_level(logging.INFO)
    yield
    told = caplog.text + "".join(capfd.readouterr())
    assert "Traceback" not in told
    assert "Unexpected" not in told
    assert "Exception in ASGI" not in told
    assert MARK not in told


def sent(address: str, method: str, path: str, body: bytes | None = None, **headers: str) -> tuple[int, bytes]:
    """Status, and the beginning of the body."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)
    try:
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        return response.status, response.read1(20_000)
    finally:
        connection.close()


def test_bodies(light: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture):
    """JSON like a call, other JSON, truncated JSON, and bytes, at each address that takes a body."""

    @MANY
    @given(st.sampled_from(POSTS), BODIES, KINDS, ACCEPTS)
    def check(path: str, body: bytes, kind: str, accept: str) -> None:
        headers = {"Content-Type": kind, "Accept": accept}
        status, said = sent(light, "POST", f"/gradio_api/{path}", body, **headers)
        assert 200 <= status < 500
        assert b"Traceback" not in said

    with nothing_wrong(caplog, capfd):
        check()


def test_calls_of_the_queue(light: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture):
    """Each function with any values: an answer or one sentence; nothing hangs."""
    functions = json.loads(whole(light, "/config"))["dependencies"]
    numbers = [function["id"] for function in functions if function["backend_fn"]]
    browsers = [function["id"] for function in functions if not function["backend_fn"]]

    @MANY
    @given(st.sampled_from(numbers * 3 + browsers), st.lists(VALUES, max_size=3), st.integers(0, 10**9))
    def check(number: int, data: list, session: int) -> None:
        call = {"data": data, "fn_index": number, "session_hash": f"fuzz-{session}"}
        status, said = sent(
            light, "POST", "/gradio_api/queue/join", json.dumps(call).encode(), **{"Content-Type": "application/json"}
        )
        if number in browsers:
            assert status == 404
            return
        assert (status, said[:12]) == (200, b'{"event_id":')
        told = whole(light, f"/gradio_api/queue/data?session_hash=fuzz-{session}")
        assert '"msg":"process_completed"' in told
        assert "Traceback" not in told
        assert "not enabled verbose" not in told

    with nothing_wrong(caplog, capfd):
        check()


def whole(address: str, path: str) -> str:
    """The whole body."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)
    connection.request("GET", path)
    said = connection.getresponse().read().decode()
    connection.close()
    return said


def test_addresses(light: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture):
    """Anything in a path, a query or a header."""
    paths = st.sampled_from(
        ["/", "/embed", "/assets/", "/static/", "/embed-assets/", "/config", "/healthz", "/gradio_api/info",
         "/gradio_api/call/ask/", "/gradio_api/queue/data", "/gradio_api/mcp/schema", "/theme.css", "/gradio_api/"]
    )  # fmt: skip
    parts = st.text(max_size=30) | st.sampled_from(["../../etc/passwd", "con", "%00", "a" * 5_000, MARK])
    fields = st.sampled_from(["q", "theme", "limit", "session_hash", "__theme", "view", "tools", "root", "serialize"])
    names = st.sampled_from(
        ["Accept-Language", "Accept-Encoding", "Host", "X-Forwarded-Host", "X-Forwarded-Proto", "Origin", "Range",
         "Cookie", "Authorization", "If-None-Match", "If-Modified-Since", "Accept"]
    )  # fmt: skip
    headers = st.dictionaries(
        names,
        st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=40), max_size=3,
    )  # fmt: skip

    @MANY
    @given(st.sampled_from(["GET", "HEAD", "OPTIONS", "DELETE", "PUT"]), paths, parts, fields, parts, headers)
    def check(method: str, path: str, part: str, field: str, value: str, given_headers: dict) -> None:
        part, value = (quote(one.encode("utf-8", "surrogatepass"), safe="") for one in (part, value))
        end = part if path.endswith("/") and path != "/" else ""
        status, said = sent(light, method, f"{path}{end}?{field}={value}", **given_headers)
        assert 200 <= status < 500
        assert b"Traceback" not in said
        assert b"root:x" not in said

    with nothing_wrong(caplog, capfd):
        check()
