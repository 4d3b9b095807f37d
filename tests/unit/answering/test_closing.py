"""A closed engine: none of its background work continues."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from conduct.answering.engine import NOT_READY, Engine
from conduct.api.service import AskService
from conduct.errors import InferenceError, ModelError, NoTextError
from conduct.hub import fetch, find_dataset
from conduct.hub.snapshot import Snapshot
from conduct.model.remote import AWAY
from conduct.settings import Settings
from conduct.web.page import build_page
from conduct.web.server import build_app
from tests.fakes import WordEncoder, word_engine

# Longer than any test runs, so that a thread fails the test if it does not notice that the engine was closed.
NEVER = 3600.0
LONGEST = 60.0


def without_text(folder: Path) -> Engine:
    """An engine that keeps trying to read a text."""
    (folder / "code_of_conduct.md").write_text("# Nothing but a title\n")
    model = Snapshot(folder, "words", "local")
    engine = Engine(
        Settings(dataset=str(folder)), lambda settings: model, lambda *_: WordEncoder(), text_retry_seconds=NEVER
    )
    with pytest.raises(NoTextError):
        engine.ask("an accent")
    return engine


def without_engine_elsewhere(folder: Path) -> Engine:
    """An engine that keeps asking a remote engine."""

    def away(*_: object):
        raise InferenceError(AWAY)

    model = Snapshot(folder, "words", "local")
    engine = Engine(Settings(), lambda settings: model, away, retry_seconds=NEVER)
    with pytest.raises(InferenceError):
        engine.ask("an accent")
    return engine


@pytest.fixture
def refreshing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], Engine]:
    """Makes an engine that keeps polling the Hub."""

    def make(folder: Path) -> Engine:
        (folder / "code_of_conduct.md").write_text("## Ours\n\nNo accent is wrong.\n")
        monkeypatch.setattr(fetch, "pull", lambda *_: Snapshot(folder, "ada/code", "a" * 40))
        monkeypatch.setattr(find_dataset, "remember_dataset", lambda *_: None)
        model = Snapshot(folder, "words", "local")
        settings = Settings(dataset="ada/code", refresh_minutes=NEVER)
        engine = Engine(settings, lambda settings: model, lambda *_: WordEncoder())
        engine.ask("an accent")
        return engine

    return make


def ends(engine: Engine) -> None:
    """Check that it is working, and that closing it ends that."""
    working = [thread for thread in threading.enumerate() if thread.name in ("load", "refresh")]
    assert working
    assert engine.working
    engine.close(LONGEST)
    assert not engine.working
    assert not [thread for thread in working if thread.is_alive()]


@pytest.mark.parametrize("make", [without_text, without_engine_elsewhere])
def test_the_threads_of_a_closed_engine_are_gone(make: Callable[[Path], Engine], tmp_path: Path):
    """Even if the next attempt was an hour away."""
    ends(make(tmp_path))


def test_a_closed_engine_looks_for_no_other_text(refreshing: Callable[[Path], Engine], tmp_path: Path):
    """It still answers from what it has loaded."""
    engine = refreshing(tmp_path)
    ends(engine)
    assert engine.ask("an accent").passages[0].text == "No accent is wrong."


def test_an_engine_that_is_closed_before_it_was_asked_loads_nothing(tmp_path: Path):
    """A question is refused and does not wait."""
    engine = Engine(Settings(), lambda settings: pytest.fail("a model was looked for"))
    engine.close()
    with pytest.raises(ModelError, match=f"^{NOT_READY}$"):
        engine.ask("an accent")


def test_the_app_closes_its_engine_when_it_ends(tmp_path: Path):
    """Whatever the engine is waiting for."""
    engine = without_text(tmp_path)
    service = AskService(engine)
    with TestClient(build_app(build_page(service), service)):
        assert engine.working
    deadline = time.monotonic() + LONGEST
    while engine.working:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_closing_twice_does_no_harm(tmp_path: Path):
    """Nor does closing an engine without background work."""
    engine = word_engine(tmp_path)
    engine.close()
    engine.close()
    assert engine.ask("an accent").passages[0].text == "No accent is wrong."
