"""Plain HTTP: one step or two, with a status that says what went wrong."""

import asyncio
import http.client
import json
import socket
import threading
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError

from conduct.answering.engine import Engine
from conduct.answering.limits import MAX_QUESTIONS
from conduct.api.http_routes import PendingResults
from conduct.api.service import MAX_PENDING_QUESTIONS, AskService
from conduct.api.turns import MAX_RUNNING_CALLS
from conduct.errors import BusyError, RequestError
from conduct.settings import Settings
from tests.support.tooling import run, with_tools

ASK = {"question": "He talks over her", "limit": 1}
NO_QUESTION = "The question must be a text, but nothing came: send the question as a string."
NO_ENDPOINT = "The endpoints are /ask, /ask_many and /code, but another one was called: fix its name."
NO_JSON = (
    'The body must be a JSON object such as {"question": "They laugh at his accent"}, with double quotes around names '
    "and texts, but it is not: fix it."
)


def request(address: str, method: str, path: str, body: object = None) -> tuple[int, dict, bytes]:
    """Status, headers (lower case) and body."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)
    sent = body if isinstance(body, bytes | None) else json.dumps(body).encode()
    connection.request(method, f"/gradio_api/{path}", sent, {"Content-Type": "application/json"})
    response = connection.getresponse()
    return response.status, {name.lower(): value for name, value in response.getheaders()}, response.read()


def post(address: str, path: str, body: object = None) -> tuple[int, dict]:
    """Status and JSON."""
    status, _, came = request(address, "POST", path, body)
    return status, json.loads(came)


def fetched(address: str, name: str, event_id: str) -> tuple[str, object]:
    """The event and its data of a second step."""
    status, headers, came = request(address, "GET", f"call/{name}/{event_id}")
    assert (status, headers["content-type"]) == (200, "text/event-stream; charset=utf-8")
    assert headers["cache-control"] == "no-store"
    event, data, *_ = came.decode().splitlines()
    return event.removeprefix("event: "), json.loads(data.removeprefix("data: "))


@pytest.mark.parametrize("body", [ASK, {"data": ["He talks over her", 1]}])
def test_arguments_come_by_name_or_in_order(address: str, body: dict):
    """Both ways, in one step and in two."""
    status, one = post(address, "run/ask", body)
    assert status == 200
    assert (one["data"][0]["question"], len(one["data"][0]["passages"])) == ("He talks over her", 1)
    for first in ("call/ask", "call/v2/ask"):
        status, begun = post(address, first, body)
        assert status == 200
        assert fetched(address, "ask", begun["event_id"]) == ("complete", one["data"])


def test_defaults_are_filled_in(address: str):
    """An argument that has a default may be left out."""
    assert len(post(address, "run/ask", {"data": ["He talks over her"]})[1]["data"][0]["passages"]) == 3
    assert post(address, "run/code")[1]["data"][0]["complete"] is False


@pytest.mark.parametrize(
    ("name", "body", "status", "sentence"),
    [
        ("ask", {}, 422, NO_QUESTION),
        ("ask", {"data": []}, 422, NO_QUESTION),
        ("ask", {"question": "x", "limit": 11}, 422,
         "The limit must be a whole number from 1 to 10, but 11 came: leave it out for 3."),
        ("ask", {"question": "x", "k": 1}, 422, "/ask takes question and limit, but 'k' came as well: leave it out."),
        ("ask", {"data": ["x", 1, 2]}, 422, "/ask takes question and limit, but 3 came: leave out what is too much."),
        ("ask", {"data": "x"}, 422, "The data must be a list of arguments in order, but it is not: fix it."),
        ("code", {"x": 1}, 422, "/code takes no arguments, but 'x' came as well: leave it out."),
        ("ask_many", {"questions": ["x", ""]}, 422,
         "Question 2 of 2: The question is empty: describe in a few words what happened or what you want to do."),
        ("ask", b"hello", 400, NO_JSON),
        ("ask", b"[]", 400, NO_JSON),
        ("ask", b"[" * 100_000, 400,
         "A request may have brackets nested 32 deep, but this one goes deeper: send it flatter."),
        ("ask", b" " * 1_300_001, 413,
         "A request may have 1,300,000 bytes, but this one has more: send fewer questions at once."),
        ("nope", {}, 404, NO_ENDPOINT),
        ("page_ask", {"data": ["x"]}, 404, NO_ENDPOINT),
    ],
)  # fmt: skip
def test_what_is_wrong_has_a_status_and_a_sentence(address: str, name: str, body: object, status: int, sentence: str):
    """The same in one step and in the first of two."""
    for first in ("run", "call", "call/v2"):
        assert post(address, f"{first}/{name}", body) == (status, {"error": sentence})


def test_a_result_is_fetched_once(address: str):
    """Gradio itself would send heartbeats for ever on a second fetch."""
    event_id = post(address, "call/v2/code")[1]["event_id"]
    assert fetched(address, "code", event_id)[0] == "complete"
    status, _, came = request(address, "GET", f"call/code/{event_id}")
    sentence = "No result waits under this event id, which holds for one fetch within 120 seconds: ask again."
    assert (status, json.loads(came)) == (404, {"error": sentence})


class Held(Engine):
    """An engine that answers only when it is released, and remembers the questions."""

    def __init__(self) -> None:
        super().__init__(Settings())
        self.go = threading.Event()
        self.asked: list[str] = []

    def start(self) -> None:
        """Load nothing."""

    def ask_many(self, questions: list[str], limit: int = 3) -> list:
        """No answers, late."""
        self.asked += questions
        self.go.wait(60)
        return []


@pytest.fixture
def held(serve) -> Iterator[tuple[Held, str]]:
    """A held engine and the address of its app."""
    engine = Held()
    with serve(engine) as address:
        try:
            yield engine, address
        finally:
            engine.go.set()


def test_a_full_queue_says_when_to_come_back(held: tuple[Held, str]):
    """In each client; questions that wait already are answered."""
    engine, address = held
    full = {"questions": ["x"] * MAX_QUESTIONS}
    begun = [
        post(address, "call/v2/ask_many", full)[1]["event_id"] for _ in range(MAX_PENDING_QUESTIONS // MAX_QUESTIONS)
    ]
    sentence = "No more than 256 questions can wait at once, and 256 do: ask again in 6 seconds."
    for first in ("run", "call", "call/v2"):
        status, headers, came = request(address, "POST", f"{first}/ask", ASK)
        assert (status, headers["retry-after"], json.loads(came)) == (503, "6", {"error": sentence})
    with pytest.raises(AppError) as refused:
        Client(address, verbose=False).predict(**ASK, api_name="/ask")
    assert (refused.value.message, refused.value.title) == (sentence, "Error 503")
    tool = with_tools(address, lambda session: session.call_tool("ask", ASK))
    assert (tool.isError, tool.content[0].text) == (True, sentence)
    # /code needs no turn, and does not wait.
    assert post(address, "run/code")[0] == 200
    engine.go.set()
    assert [fetched(address, "ask_many", event_id) for event_id in begun] == [("complete", [[]])] * len(begun)
    assert post(address, "run/ask_many", full)[0] == 200


def test_gradios_own_queue_holds_no_question_back(held: tuple[Held, str]):
    """By default it would run one at a time, and refuse without saying when to come back."""
    _, address = held
    function = Client(address, verbose=False).endpoints
    number = next(number for number, one in function.items() if one.api_name == "/ask_many")
    for session in range(MAX_PENDING_QUESTIONS):
        queued = {"data": [["x"], 3], "fn_index": number, "session_hash": f"s{session}"}
        assert post(address, "queue/join", queued)[0] == 200
    with pytest.raises(AppError, match="No more than 256 questions can wait at once, and 256 do: ask again in"):
        Client(address, verbose=False).predict(**ASK, api_name="/ask")


def test_who_leaves_while_waiting_is_not_looked_up(held: tuple[Held, str]):
    """In one step, in two, through Gradio's queue and through MCP."""
    engine, address = held
    client = Client(address, verbose=False)
    number_of = {one.api_name: number for number, one in client.endpoints.items()}
    for number in range(MAX_RUNNING_CALLS):
        post(address, "call/v2/ask_many", {"questions": [f"held {number}"]})
    leave(address, "POST", "run/ask_many", {"questions": ["gone in one step"]})
    event_id = post(address, "call/v2/ask_many", {"questions": ["gone in two steps"]})[1]["event_id"]
    leave(address, "GET", f"call/ask_many/{event_id}")
    queued = {"data": [["gone from the queue"], 3], "fn_index": number_of["/ask_many"], "session_hash": "s"}
    assert post(address, "queue/join", queued)[0] == 200
    leave(address, "GET", "queue/data?session_hash=s")
    tool = {"name": "ask_many", "arguments": {"questions": ["gone from a chat"]}}
    leave(address, "POST", "mcp/", {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": tool})
    after = post(address, "call/v2/ask_many", {"questions": ["stayed"]})[1]["event_id"]
    engine.go.set()
    assert fetched(address, "ask_many", after) == ("complete", [[]])
    assert sorted(engine.asked) == sorted([*(f"held {number}" for number in range(MAX_RUNNING_CALLS)), "stayed"])


def leave(address: str, method: str, path: str, body: object = None) -> None:
    """Send a request, wait until it has arrived, and hang up."""
    sent = json.dumps(body).encode() if body else b""
    host = urlsplit(address)
    takes = "Content-Type: application/json\r\nAccept: application/json, text/event-stream"
    head = f"{method} /gradio_api/{path} HTTP/1.1\r\nHost: x\r\n{takes}\r\nContent-Length: {len(sent)}\r\n\r\n"
    with socket.create_connection((host.hostname, host.port)) as connection:
        connection.sendall(head.encode() + sent)
        wait_a_little(address)
    wait_a_little(address)


def wait_a_little(address: str) -> None:
    """Send other requests: when they are answered, earlier ones have arrived, and disconnects were noticed."""
    for _ in range(10):
        post(address, "run/code")


class _Never(AskService):
    """A service that never answers, and counts cancelled calls."""

    def __init__(self) -> None:
        super().__init__(Held())
        self.cancelled = 0

    async def call(self, name: str, arguments: object, gone: object = None) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            self.cancelled += 1


def test_a_result_that_nobody_fetches_is_forgotten():
    """After its time limit; work on it is cancelled."""

    async def begin_and_leave() -> tuple[int, int]:
        service = _Never()
        begun = PendingResults(service, seconds=0.01)
        event_id = await begun.begin("ask", ASK)
        while len(begun):
            await asyncio.sleep(0.01)
        await asyncio.sleep(0)
        with pytest.raises(RequestError, match=r"within 0\.01 seconds"):
            begun.fetch(event_id)
        return len(begun), service.cancelled

    assert run(begin_and_leave()) == (0, 1)


def test_more_results_than_most_push_out_the_oldest():
    """However fast new calls begin, the number of results that wait to be fetched is limited."""

    async def begin_many() -> tuple[int, int]:
        service = _Never()
        begun = PendingResults(service, max_kept=3)
        for _ in range(5):
            await begun.begin("ask", ASK)
        await asyncio.sleep(0)
        return len(begun), service.cancelled

    assert run(begin_many()) == (3, 2)


def test_a_full_queue_refuses_the_first_step_already():
    """Not only the second one."""

    async def begin_twice() -> None:
        engine = Held()
        begun = PendingResults(AskService(engine, max_pending=1))
        await begun.begin("ask_many", {"questions": ["x"]})
        try:
            with pytest.raises(BusyError, match="No more than 1 questions can wait at once, and 1 do"):
                await begun.begin("ask_many", {"questions": ["x"]})
        finally:
            engine.go.set()

    run(begin_twice())


def test_results_that_wait_to_be_fetched_are_bounded_in_bytes():
    """The oldest are dropped, and a later fetch says so."""

    class Large(AskService):
        def __init__(self) -> None:
            super().__init__(Held())

        async def call(self, name: str, arguments: object, gone: object = None) -> list:
            return []

    async def begin_many() -> list[int]:
        # "[[]]" has four bytes.
        begun = PendingResults(Large(), max_bytes=8)
        kept = []
        for _ in range(4):
            await begun.begin("ask_many", {"questions": ["x"]})
            await asyncio.sleep(0)
            kept.append(len(begun))
        return kept

    assert run(begin_many()) == [1, 2, 2, 2]
