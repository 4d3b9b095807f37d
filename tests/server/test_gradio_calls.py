"""What is passed on to Gradio's queue, and what is not."""

import http.client
import http.server
import json
import uuid
from urllib.parse import urlsplit

import pytest

from conduct.errors import RequestError
from conduct.web.guard.gradio_calls import sanitize_cancel_payload, sanitize_queue_payload
from tests.support.background import serve_in_background

CALL = {"data": ["x", 3], "fn_index": 5, "session_hash": "s", "event_data": None, "trigger_id": None}
INPUTS = {0: 1, 5: 2}


def tidied(**changes: object) -> dict:
    """CALL with some changes, after `sanitize_queue_payload`."""
    return json.loads(sanitize_queue_payload(json.dumps(CALL | changes).encode(), INPUTS))


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ([], [None, None]),
        (["x"], ["x", None]),
        (["x", 3, "more"], ["x", 3]),
        ([{"path": "/etc/passwd", "meta": {"_type": "gradio.FileData"}}, 3], [{}, 3]),
        ([["a", {"path": "http://127.0.0.1/"}, ["b"]], 3], [["a", {}, {}], 3]),
        ([None, 1e300], [None, 1e300]),
    ],
)
def test_a_function_gets_as_many_plain_values_as_it_takes(sent: list, kept: list):
    """Gradio would fetch what looks like a file, and write into the log what is too few."""
    assert tidied(data=sent) == CALL | {"data": kept}


def test_only_the_known_fields_go_on():
    """Not the field that chooses the form of the answer, nor Gradio's internal ones."""
    assert tidied(batched=True, simple_format=True, request={}, event_id="x", oauth_token="t") == CALL
    assert tidied(event_data={"a": 1}, trigger_id="x") == CALL
    assert tidied(trigger_id=4) == CALL | {"trigger_id": 4}


@pytest.mark.parametrize(
    ("body", "status", "begin"),
    [
        (b"", 400, "The body must be"),
        (b"[]", 400, "The body must be"),
        (b"\xff", 400, "The body must be"),
        (b'{"data": "x"}', 400, "The body must be"),
        (b'{"data": []}', 400, "The session_hash must be"),
        (b'{"data": [], "session_hash": "a b"}', 400, "The session_hash must be"),
        (b'{"data": [], "session_hash": "' + b"x" * 65 + b'"}', 400, "The session_hash must be"),
        (b'{"data": [], "session_hash": "s"}', 404, "There is no function"),
        (b'{"data": [], "session_hash": "s", "fn_index": 9}', 404, "There is no function"),
        (b'{"data": [], "session_hash": "s", "fn_index": true}', 404, "There is no function"),
        (b'{"data": [' + b"1" * 5_000 + b'], "session_hash": "s"}', 400, "The body must be"),
    ],
)
def test_what_is_no_call_is_refused(body: bytes, status: int, begin: str):
    """With a status and a sentence."""
    with pytest.raises(RequestError, match=begin) as refused:
        sanitize_queue_payload(body, INPUTS)
    assert refused.value.status == status


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"NaN",
        b'{"session_hash": "s", "event_id": "e"}',
        b'{"session_hash": "s", "event_id": NaN, "fn_index": 1}',
        b'{"session_hash": "s", "event_id": "e", "fn_index": NaN}',
    ],
)
def test_what_gives_nothing_up_is_refused(body: bytes):
    """Gradio would try to quote an invalid cancellation, and fail."""
    with pytest.raises(RequestError) as refused:
        sanitize_cancel_payload(body)
    assert refused.value.status == 400


def test_giving_up_goes_on():
    """A cancellation is passed on with its three fields."""
    body = json.dumps({"session_hash": "s", "event_id": "e", "fn_index": 1})
    assert json.loads(sanitize_cancel_payload(body.encode())) == json.loads(body)


def test_nothing_is_fetched_and_nothing_is_read(light: str):
    """A question that looks like one of Gradio's files is not a text, and its address is not fetched."""
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        do_HEAD = do_GET  # noqa: N815

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    serve_in_background(server)
    file = {"path": f"http://127.0.0.1:{server.server_port}/x", "meta": {"_type": "gradio.FileData"}}
    for question in (file, file | {"path": "/etc/passwd"}, file | {"url": file["path"]}, {"a": 1}):
        assert "The question must be a text, but an object came" in queued(light, "ask", [question])
        assert "Question 1 of 1: The question must be a text" in queued(light, "ask_many", [[question]])
    server.shutdown()
    server.server_close()
    assert asked == []


def test_too_few_values_are_no_fault_of_ours(light: str, capfd: pytest.CaptureFixture):
    """The answer says what is missing, and the log has no error."""
    assert "The questions must be a list of texts, but a text came" in queued(light, "ask_many", ["marked"])
    assert "The question must be a text, but nothing came" in queued(light, "ask", [])
    assert 'data-state=\\"error\\"' in queued(light, "page_ask", [])
    assert "marked" not in "".join(capfd.readouterr())


def test_only_the_opening_of_the_page_is_called_directly(light: str):
    """By number, without the queue: endpoints are called by name, and the page's questions go through the queue."""
    connection = http.client.HTTPConnection(urlsplit(light).netloc, timeout=30)
    connection.request("GET", "/config")
    functions = {one["id"]: one["api_name"] for one in json.loads(connection.getresponse().read())["dependencies"]}
    answered = []
    for number, name in functions.items():
        call = json.dumps({"data": ["x", 1], "fn_index": number, "session_hash": "s"})
        connection.request("POST", "/gradio_api/run/predict", call, {"Content-Type": "application/json"})
        response = connection.getresponse()
        said = response.read()
        if response.status == 200:
            answered.append(name)
        else:
            assert (response.status, said[:10]) == (404, b'{"error":"')
    assert answered == ["page_open"]


def queued(address: str, name: str, data: list) -> str:
    """All messages of Gradio's queue for a call."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=30)
    connection.request("GET", "/config")
    functions = json.loads(connection.getresponse().read())["dependencies"]
    number = next(function["id"] for function in functions if function["api_name"] == name)
    join = {"data": data, "fn_index": number, "session_hash": uuid.uuid4().hex}
    connection.request("POST", "/gradio_api/queue/join", json.dumps(join), {"Content-Type": "application/json"})
    assert connection.getresponse().read().startswith(b'{"event_id"')
    connection.request("GET", f"/gradio_api/queue/data?session_hash={join['session_hash']}")
    return connection.getresponse().read().decode()
