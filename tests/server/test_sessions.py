"""How long data of visitors is kept that Gradio would keep."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import gradio as gr
import pytest
from starlette.testclient import TestClient

from conduct.answering.engine import Engine
from conduct.api.service import AskService
from conduct.web.guard.sessions import forget
from conduct.web.page import build_page
from conduct.web.server import Timeouts, build_app
from tests.fakes import word_engine

MARK = "a marked accent"


@pytest.fixture
def engine_of_words(tmp_path: Path) -> Engine:
    """An engine that answers at once."""
    return word_engine(tmp_path)


@pytest.fixture
def seconds() -> float:
    """How long a session is kept: longer than a test."""
    return 1_000.0


@pytest.fixture
def running(engine_of_words: Engine, seconds: float) -> Iterator[tuple]:
    """A page, Gradio's own application within ours, and a client."""
    service = AskService(engine_of_words)
    demo = build_page(service)
    app = build_app(demo, service, timeouts=Timeouts(session=seconds))
    with TestClient(app) as client:
        yield demo, app.routes[-1].app, client


def ask(demo: gr.Blocks, client: TestClient, session: str) -> None:
    """Ask as the page does."""
    number = next(number for number, function in demo.fns.items() if function.api_name == "page_ask")
    call = {"data": [MARK], "fn_index": number, "session_hash": session}
    assert client.post("/gradio_api/queue/join", json=call).status_code == 200


def fetched(client: TestClient, session: str) -> str:
    """All messages for a session."""
    return client.get("/gradio_api/queue/data", params={"session_hash": session}).text


def kept(demo: gr.Blocks, gradio_app: object) -> list[set[str]]:
    """The sessions in each of Gradio's stores."""
    queue, states = demo._queue, gradio_app.state_holder
    stores = queue.pending_messages_per_session, queue.pending_event_ids_session
    return [set(store) for store in (*stores, states.session_data, states.time_last_used)]


def test_sessions_are_forgotten_fetched_or_not(running: tuple):
    """Gradio itself keeps their questions, and answers that were not fetched."""
    demo, gradio_app, client = running
    ask(demo, client, "fetched")
    assert "conduct-answer" in fetched(client, "fetched")
    ask(demo, client, "left")
    while demo._queue.event_ids_to_events:
        time.sleep(0.01)
    assert kept(demo, gradio_app) == [{"fetched", "left"}] * 4
    assert MARK in str(gradio_app.state_holder.session_data["left"].config_values)
    forget(demo, gradio_app, 500.0)
    assert kept(demo, gradio_app) == [{"fetched", "left"}] * 4
    forget(demo, gradio_app, 0.0)
    assert kept(demo, gradio_app) == [set()] * 4
    # A late fetch gets an error, and a new question is answered.
    assert "session_not_found" in fetched(client, "left")
    ask(demo, client, "left")
    assert "conduct-answer" in fetched(client, "left")


def test_a_session_in_which_a_question_is_answered_is_kept(running: tuple, engine_of_words: Engine):
    """However long that takes."""
    demo, gradio_app, client = running
    answer, go = engine_of_words.ask, threading.Event()
    engine_of_words.ask = lambda *given: (go.wait(60), answer(*given))[1]
    ask(demo, client, "waiting")
    forget(demo, gradio_app, 0.0)
    go.set()
    assert "conduct-answer" in fetched(client, "waiting")


@pytest.mark.parametrize("seconds", [0.3])
def test_the_server_forgets_by_itself(running: tuple):
    """While it runs."""
    demo, gradio_app, client = running
    ask(demo, client, "left")
    until = time.monotonic() + 60
    while kept(demo, gradio_app) != [set()] * 4:
        assert time.monotonic() < until
        time.sleep(0.05)


def test_an_event_that_has_ended_is_empty(running: tuple, engine_of_words: Engine):
    """Loops of Gradio's queue keep it until the next event."""
    demo, _, client = running
    answer, go = engine_of_words.ask, threading.Event()
    engine_of_words.ask = lambda *given: (go.wait(60), answer(*given))[1]
    ask(demo, client, "asked")
    [event] = demo._queue.event_ids_to_events.values()
    assert MARK in str(event.data)
    go.set()
    assert "conduct-answer" in fetched(client, "asked")
    until = time.monotonic() + 60
    while (event.data, event.request) != (None, None):
        assert time.monotonic() < until
        time.sleep(0.01)
