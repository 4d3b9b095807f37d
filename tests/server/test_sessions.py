"""What Gradio would keep of its visitors, and for how long it may."""

import json
import threading
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from urllib.request import Request, urlopen

import gradio as gr
import pytest

from conduct.answering.engine import Engine
from conduct.web import page
from conduct.web.guard.sessions import forget, forget_ended_sessions
from conduct.web.page import build_page, launch
from tests.fakes import word_engine

MARK = "a marked accent"


@pytest.fixture
def engine_of_words(tmp_path: Path) -> Engine:
    """Answers at once."""
    return word_engine(tmp_path)


@pytest.fixture
def seconds() -> float:
    """So long a session is kept: longer than a test."""
    return 1_000.0


@pytest.fixture
def running(engine_of_words: Engine, seconds: float, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple]:
    """A page and its address."""
    monkeypatch.setattr(page, "forget_ended_sessions", partial(forget_ended_sessions, seconds=seconds))
    demo = build_page(engine_of_words)
    _, address, _ = launch(demo, engine_of_words, prevent_thread_lock=True, quiet=True, server_name="127.0.0.1")
    yield demo, address
    demo.close()


def ask(demo: gr.Blocks, address: str, session: str) -> None:
    """Ask as the page does."""
    number = next(number for number, function in demo.fns.items() if function.api_name == "page_ask")
    body = json.dumps({"data": [MARK], "fn_index": number, "session_hash": session}).encode()
    urlopen(Request(f"{address}gradio_api/queue/join", body, {"Content-Type": "application/json"})).read()


def fetched(address: str, session: str) -> str:
    """Everything that is said to a session."""
    return urlopen(f"{address}gradio_api/queue/data?session_hash={session}").read().decode()


def kept(demo: gr.Blocks) -> list[set[str]]:
    """The sessions in each of Gradio's stores."""
    queue, states = demo._queue, demo.app.state_holder
    stores = queue.pending_messages_per_session, queue.pending_event_ids_session
    return [set(store) for store in (*stores, states.session_data, states.time_last_used)]


def test_sessions_are_forgotten_fetched_or_not(running: tuple):
    """Gradio itself keeps the question of each, and the answers that nobody came for."""
    demo, address = running
    ask(demo, address, "fetched")
    assert "conduct-answer" in fetched(address, "fetched")
    ask(demo, address, "left")
    while demo._queue.event_ids_to_events:
        time.sleep(0.01)
    assert kept(demo) == [{"fetched", "left"}] * 4
    assert MARK in str(demo.app.state_holder.session_data["left"].config_values)
    forget(demo, 500.0)
    assert kept(demo) == [{"fetched", "left"}] * 4
    forget(demo, 0.0)
    assert kept(demo) == [set()] * 4
    # Who comes too late is told so, and who comes again is answered.
    assert "session_not_found" in fetched(address, "left")
    ask(demo, address, "left")
    assert "conduct-answer" in fetched(address, "left")


def test_a_session_in_which_a_question_is_answered_is_kept(running: tuple, engine_of_words: Engine):
    """However long that takes."""
    demo, address = running
    answer, go = engine_of_words.ask, threading.Event()
    engine_of_words.ask = lambda *given: (go.wait(60), answer(*given))[1]
    ask(demo, address, "waiting")
    forget(demo, 0.0)
    go.set()
    assert "conduct-answer" in fetched(address, "waiting")


@pytest.mark.parametrize("seconds", [0.3])
def test_the_server_forgets_by_itself(running: tuple):
    """While it runs."""
    demo, address = running
    ask(demo, address, "left")
    until = time.monotonic() + 60
    while kept(demo) != [set()] * 4:
        assert time.monotonic() < until
        time.sleep(0.05)
