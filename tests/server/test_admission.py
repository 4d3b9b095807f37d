"""One limit for page, embed, HTTP and MCP, which does not apply to /healthz."""

import asyncio
import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from anyio.to_thread import current_default_thread_limiter
from starlette.testclient import TestClient

from conduct.answering.engine import Engine
from conduct.answering.limits import MAX_QUESTIONS
from conduct.api.service import MAX_PENDING_QUESTIONS, AskService
from conduct.api.turns import MAX_RUNNING_CALLS
from conduct.settings import Settings
from conduct.web.page import build_page
from conduct.web.server import build_app

BUSY = "No more than 256 questions can wait at once, and 256 do: ask again in 6 seconds."
# What Starlette and Gradio's page have of their own.
STARLETTES_THREADS = 40


class Held(Engine):
    """An engine that answers only when it is released."""

    loading = False

    def __init__(self) -> None:
        super().__init__(Settings())
        self.go = threading.Event()

    def start(self) -> None:
        """Load nothing."""

    def ask(self, question: str, limit: int = 3) -> object:
        """Answer late, with an error that names the question."""
        self.go.wait(60)
        raise LookupError

    def ask_many(self, questions: list[str], limit: int = 3) -> list:
        """No answers, late."""
        self.go.wait(60)
        return []


@pytest.fixture
def held() -> Iterator[tuple[Held, AskService, TestClient, int]]:
    """A held engine, its service, a client of its app in process, and the number of the page's own event."""
    engine = Held()
    service = AskService(engine)
    demo = build_page(service)
    number = next(number for number, function in demo.fns.items() if function.api_name == "page_ask")
    with TestClient(build_app(demo, service)) as client:
        try:
            yield engine, service, client, number
        finally:
            engine.go.set()


def fill(client: TestClient) -> list[str]:
    """Let the maximum number of questions wait."""
    full = {"questions": ["x"] * MAX_QUESTIONS}
    begun = [client.post("/gradio_api/call/ask_many", json=full) for _ in range(MAX_PENDING_QUESTIONS // MAX_QUESTIONS)]
    return [response.json()["event_id"] for response in begun]


def test_every_door_is_behind_the_same_limit(held: tuple):
    """The pages say that many ask, and when to come back; programs get a status and a header."""
    _, service, client, number = held
    fill(client)
    assert service.pending == MAX_PENDING_QUESTIONS
    embed = client.get("/embed?q=accent")
    assert (embed.status_code, embed.headers["retry-after"]) == (503, "6")
    assert BUSY in embed.text
    one_step = client.post("/gradio_api/run/ask", json={"question": "accent"})
    assert (one_step.status_code, one_step.headers["retry-after"], one_step.json()) == (503, "6", {"error": BUSY})
    call = {"data": ["accent"], "fn_index": number, "session_hash": "s"}
    assert client.post("/gradio_api/queue/join", json=call).status_code == 200
    assert BUSY in client.get("/gradio_api/queue/data?session_hash=s").text
    tool = {"name": "ask", "arguments": {"question": "accent"}}
    said = client.post(
        "/gradio_api/mcp/",
        json={"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": tool},
        headers={"accept": "application/json, text/event-stream"},
    )
    assert BUSY in said.text


def test_questions_of_the_small_page_count_as_well(held: tuple):
    """They fill the same queue, so that others are refused."""
    engine, service, client, _ = held
    with ThreadPoolExecutor(MAX_PENDING_QUESTIONS) as pool:
        asking = [pool.submit(client.get, "/embed?q=accent") for _ in range(MAX_PENDING_QUESTIONS)]
        while service.pending < MAX_PENDING_QUESTIONS:
            assert not any(one.done() for one in asking)
        assert client.post("/gradio_api/run/ask", json={"question": "accent"}).json() == {"error": BUSY}
        # There are more questions than threads; health, the page and its files need none of their threads.
        assert MAX_PENDING_QUESTIONS > MAX_RUNNING_CALLS + STARLETTES_THREADS
        assert client.get("/healthz").text == "loading\n"
        assert client.get("/").status_code == 200
        assert client.get("/embed-assets/cards.css").status_code == 200
        engine.go.set()
        assert {one.result().status_code for one in asking} == {500}
    assert service.pending == 0


def test_health_needs_no_thread(held: tuple):
    """All of Starlette's threads are busy: the page waits for one, /healthz does not."""
    _, _, client, _ = held

    async def take_all() -> None:
        limiter = current_default_thread_limiter()
        # The app has rendered its first page for itself.
        while limiter.borrowed_tokens:
            await asyncio.sleep(0.01)
        for borrower in range(int(limiter.total_tokens)):
            limiter.acquire_on_behalf_of_nowait(borrower)

    async def give_back() -> None:
        limiter = current_default_thread_limiter()
        for borrower in range(int(limiter.total_tokens)):
            limiter.release_on_behalf_of(borrower)

    client.portal.call(take_all)
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(client.get, "/")
        for _ in range(20):
            assert client.get("/healthz").text == "loading\n"
        assert not waiting.done()
        client.portal.call(give_back)
        assert waiting.result().status_code == 200
    assert json.loads(client.post("/gradio_api/run/code").text)["data"][0]["title"]
