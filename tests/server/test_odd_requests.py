"""Requests with mistakes, and requests that try something: a status below 500 and a sentence."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from conduct.api.service import AskService
from conduct.web.guard.allowlist import MAX_ADDRESS, NO_PAGE, NOTHING, TOO_LONG
from conduct.web.page import build_page
from conduct.web.server import build_app
from tests.fakes import word_engine

EXAMPLE = '{"question": "They laugh at his accent"}'
RIGHT_FORM = f"To call /ask, send a POST to http://testserver/gradio_api/run/ask with a JSON body such as {EXAMPLE}."
RUN = "/gradio_api/run/ask"
FORM = f"The body must be a JSON object such as {EXAMPLE}, but a form came: send it as application/json."
QUOTES = (
    f"The body must be a JSON object such as {EXAMPLE}, with double quotes around names and texts, but it is not: "
    "fix it."
)
MCP_HEADERS = {"accept": "application/json, text/event-stream", "content-type": "application/json"}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A client of an app in process."""
    service = AskService(word_engine(Path(tmp_path_factory.mktemp("odd"))))
    with TestClient(build_app(build_page(service), service)) as client:
        yield client


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/ask", 404), ("POST", "/ask", 404), ("GET", "/ask/", 404), ("GET", "/Ask?question=accent", 404),
        ("POST", "/gradio_api/ask", 404), ("GET", "/run/ask", 404), ("GET", "/api/ask", 404),
        ("GET", "/gradio_api/run/ask?question=accent", 405), ("GET", "/gradio_api/call/ask", 405),
        ("PUT", "/gradio_api/call/v2/ask", 405), ("POST", "/gradio_api/run/ask/", 404),
    ],
)  # fmt: skip
def test_who_means_an_endpoint_is_told_its_form(client: TestClient, method: str, path: str, status: int):
    """If the method, the prefix or the slash was wrong."""
    said = client.request(method, path)
    assert (said.status_code, said.json()) == (status, {"error": RIGHT_FORM})
    assert said.headers.get("allow") == ("POST" if status == 405 else None)


@pytest.mark.parametrize(
    ("body", "kind", "status", "sentence"),
    [
        (b"question=They+laugh", "application/x-www-form-urlencoded", 400, FORM),
        (b'--x\r\nContent-Disposition: form-data; name="question"\r\n\r\nx\r\n--x--', "multipart/form-data; boundary=x",
         400, FORM),
        (b"{question: They laugh}", "application/json", 400, QUOTES),
        (b"{'question': 'They laugh'}", "application/json", 400, QUOTES),
        (b"They laugh at his accent", "text/plain", 400, QUOTES),
        (b'{"question": ["They laugh"]}', "application/json", 422,
         "The question must be a text, but a list came: send the question as a string."),
        (b'{"q": "They laugh"}', "application/json", 422,
         f"/ask takes question and limit, but 'q' came instead: send a body such as {EXAMPLE}."),
        (b'{"Question": "They laugh", "limit": 1}', "application/json", 422,
         f"/ask takes question and limit, but 'Question' came instead: send a body such as {EXAMPLE}."),
    ],
)  # fmt: skip
def test_who_writes_the_body_wrongly_is_told_how(
    client: TestClient, body: bytes, kind: str, status: int, sentence: str
):
    """A form, no quotes, single quotes, a list, another name."""
    said = client.post(RUN, content=body, headers={"content-type": kind})
    assert (said.status_code, said.json()) == (status, {"error": sentence})


def test_json_is_read_whatever_it_is_called(client: TestClient):
    """By default curl -d declares a form."""
    body, kind = b'{"question": "accent"}', "application/x-www-form-urlencoded"
    assert client.post(RUN, content=body, headers={"content-type": kind}).status_code == 200


@pytest.mark.parametrize(
    ("name", "arguments", "sentence"),
    [
        ("asks", {"question": "x"}, "The endpoints are /ask, /ask_many and /code, but another one was called: "
                                    "fix its name."),
        ("ask", {"q": "x"}, f"/ask takes question and limit, but 'q' came instead: send a body such as {EXAMPLE}."),
    ],
)  # fmt: skip
def test_a_wrong_tool_is_told_as_well(client: TestClient, name: str, arguments: dict, sentence: str):
    """By MCP, as an error that a model can read."""
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"name": name, "arguments": arguments}}
    said = client.post("/gradio_api/mcp", json=call, headers=MCP_HEADERS).text
    assert sentence.replace('"', '\\"') in said
    assert '"isError":true' in said


@pytest.mark.parametrize("path", ["/?page=../x", "/?q=a&page=x", "/config?page=nope", "/gradio_api/info?page=x"])
def test_there_is_one_page(client: TestClient, path: str):
    """Gradio fails if another one is named."""
    said = client.get(path)
    assert (said.status_code, said.json()) == (404, {"error": NO_PAGE})


@pytest.mark.parametrize("folder", ["static", "assets", "embed-assets", "gradio_api/call/ask"])
def test_a_name_that_no_file_can_have(client: TestClient, folder: str):
    """The file system would raise an error."""
    for name in ("a" * 300, "é" * 150, "a" * 5_000, "x/" + "a" * 300):
        said = client.get(f"/{folder}/{name}")
        assert (said.status_code, said.json()) == (404, {"error": NOTHING})


@pytest.mark.parametrize("path", ["/", "/embed", "/healthz", "/nothing"])
def test_an_address_without_end(client: TestClient, path: str):
    """The longest question fits, percent-encoded; longer addresses are refused."""
    assert client.get(path, params={"q": "😀" * 1_000}).status_code in (200, 404)
    said = client.get(path, params={"q": "a" * MAX_ADDRESS})
    assert (said.status_code, said.json()) == (414, {"error": TOO_LONG.format(most=MAX_ADDRESS)})


@pytest.mark.parametrize(
    "message_id", ["9" * 5_000, "9" * 90, "-1", "1.5", "1e400", "null", "true", '"' + "a" * 900_000 + '"', "[1]", "NaN"]
)
def test_an_id_of_absurd_size(client: TestClient, message_id: str):
    """It is answered or refused, without an internal error."""
    body = f'{{"jsonrpc": "2.0", "id": {message_id}, "method": "ping"}}'
    said = client.post("/gradio_api/mcp/", content=body.encode(), headers=MCP_HEADERS)
    assert 200 <= said.status_code < 500
    assert "Traceback" not in said.text


def test_a_stream_that_nothing_would_come_through_is_none(client: TestClient):
    """It would stay open as long as the client wants; the protocol allows to refuse it."""
    for method in ("GET", "DELETE"):
        said = client.request(method, "/gradio_api/mcp/", headers={"accept": "text/event-stream"})
        assert (said.status_code, said.headers["allow"]) == (405, "POST")
