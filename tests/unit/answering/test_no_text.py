"""A community's text that cannot be read: nobody is shown the rules of other people in its place."""

import http.client
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from conduct.answering.engine import Engine
from conduct.cli import ask as ask_command
from conduct.cli import parser as command
from conduct.errors import DataError, HubError, NoTextError
from conduct.hub import fetch
from conduct.hub.snapshot import Snapshot
from conduct.settings import Settings
from tests.fakes import WordEncoder

SENTENCE = (
    "The text of ours could not be read, so questions cannot be answered now: "
    "tell the owner of this app, please, whose log says why."
)
LONGEST = 60.0


def engine_on(dataset: str, load: Callable = lambda *_: WordEncoder(), **options: float) -> Engine:
    """An engine with the encoder of tests/fakes.py."""
    model = Snapshot(Path(__file__).parent, "words", "local")
    return Engine(Settings(dataset=dataset), lambda settings: model, load, **options)


@pytest.fixture
def ours(tmp_path: Path) -> Path:
    """A folder whose text has nothing but a heading."""
    folder = tmp_path / "ours"
    folder.mkdir()
    (folder / "code_of_conduct.md").write_text("# Nothing but a title\n")
    return folder


def wait_for(true: Callable[[], bool]) -> None:
    """Wait until `true()`."""
    end = time.monotonic() + LONGEST
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("code_of_conduct.md", b"# Nothing but a title\n", "has no paragraph to show"),
        ("code_of_conduct.md", b"", "has no paragraph to show"),
        ("code_of_conduct.rst", b"Be kind.", "code_of_conduct.rst is not Markdown"),
        ("README.md", b"Be kind.", "There is no code_of_conduct.md"),
        ("code_of_conduct.md", b"Be kind.\x81", "is neither UTF-8 nor UTF-16 nor Windows-1252"),
    ],
)
def test_a_text_that_cannot_be_read_is_one_sentence_for_visitors_and_a_reason_for_the_owner(
    tmp_path: Path, name: str, content: bytes, why: str
):
    """For the code and for an answer; the visitor's sentence has no path."""
    folder = tmp_path / "ours"
    folder.mkdir()
    (folder / name).write_bytes(content)
    engine = engine_on(str(folder))
    for call in (engine.text, lambda: engine.ask("an accent"), lambda: engine.ask_many(["an accent"])):
        with pytest.raises(NoTextError) as error:
            call()
        assert str(error.value) == SENTENCE
        assert error.value.detail.startswith(f"CONDUCT_DATASET is {folder}, but there is no text to serve: ours cannot")
        assert why in error.value.detail
    assert (engine.ready, engine.loading) == (False, False)


def test_the_command_line_ends_with_3_and_one_sentence(ours: Path, monkeypatch, capfd):
    """The owner's sentence, which says where and why."""
    monkeypatch.setattr(ask_command, "Engine", lambda settings: engine_on(str(ours)))
    assert command.main(["ask", "an accent"]) == 3
    printed = capfd.readouterr()
    assert printed.out == ""
    assert printed.err == (
        f"CONDUCT_DATASET is {ours}, but there is no text to serve: ours cannot be used (The code of conduct has no "
        "paragraph to show: publish a Markdown text with at least one). Fix that text, or set CONDUCT_DATASET to a "
        "folder, a file or a dataset of the Hub.\n"
    )


def get(address: str, path: str) -> tuple[int, str]:
    """Status and body."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)
    connection.request("GET", path)
    response = connection.getresponse()
    return response.status, response.read().decode()


def test_the_page_comes_up_and_says_so_and_a_mended_text_is_taken_up(ours: Path, serve: Callable, caplog):
    """/healthz stays 503 until then; no page or answer has the path, and the log has the reason once."""
    engine = engine_on(str(ours), text_retry_seconds=0.05)
    with serve(engine) as address:
        wait_for(lambda: "Questions cannot be answered" in caplog.text)
        status, page = get(address, "/")
        assert (status, SENTENCE in page) == (200, True)
        assert get(address, "/healthz")[0] == 503
        answers = [page, get(address, "/embed?q=an+accent")[1], get(address, "/config")[1]]
        assert SENTENCE in answers[1]
        assert not [body for body in answers if str(ours.parent) in body]
        (ours / "code_of_conduct.md").write_text("## Ours\n\nNo accent is wrong.\n")
        wait_for(lambda: get(address, "/healthz")[0] == 200)
        assert engine.ask("an accent").passages[0].text == "No accent is wrong."
    assert caplog.text.count("Questions cannot be answered") == 1


def test_a_text_that_the_hub_gives_later_is_taken_up(ours: Path, monkeypatch: pytest.MonkeyPatch):
    """After a failure of the Hub at the first start, the text is tried again."""
    (ours / "code_of_conduct.md").write_text("## Ours\n\nNo accent is wrong.\n")
    found = [HubError("away"), HubError("away"), Snapshot(ours, "ada/code", "a" * 40)]

    def pull(*_: object) -> Snapshot:
        result = found.pop(0) if len(found) > 1 else found[0]
        if isinstance(result, Exception):
            raise result
        return result

    monkeypatch.setattr(fetch, "pull", pull)
    monkeypatch.setattr(fetch, "last_good", lambda *_: None)
    engine = engine_on("ada/code", text_retry_seconds=0.01)
    with pytest.raises(NoTextError, match=r"^The text of ada/code could not be read"):
        engine.ask("an accent")
    wait_for(lambda: engine.ready)
    assert engine.ask("an accent").source.dataset_revision == "a" * 40


def test_a_text_that_answers_nothing_leaves_the_last_good_one_of_that_dataset(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """It can be read but not used, as with an adapter that does not fit; only a text that has answered is noted as
    good."""
    remembered = []
    for name, text in {"bad": "A pizza.", "good": "No accent is wrong."}.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "code_of_conduct.md").write_text(f"## Ours\n\n{text}\n")
    bad, good = (
        Snapshot(tmp_path / name, "ada/code", commit * 40, url="https://hub.invalid/")
        for name, commit in (("bad", "b"), ("good", "a"))
    )
    monkeypatch.setattr(fetch, "pull", lambda *_: bad)
    monkeypatch.setattr(fetch, "last_good", lambda *_: good)
    monkeypatch.setattr(fetch, "remember", lambda *noted: remembered.append(noted[3]))
    texts = []

    class Picky(WordEncoder):
        def encode(self, asked):
            texts.append(list(asked))
            if any("A pizza." in text for text in asked):
                raise DataError("This does not fit.")
            return super().encode(asked)

    answer = engine_on("ada/code", lambda *_: Picky()).ask("an accent")
    assert answer.passages[0].text == "No accent is wrong."
    assert answer.source.dataset_revision == "a" * 40
    assert answer.source.fallback_reason == (
        "The newest ada/code was not used: ada/code at bbbbbbbb cannot be used (This does not fit)."
    )
    assert remembered == ["a" * 40]


def test_a_fault_of_ours_while_loading_is_logged_with_its_place(ours: Path, caplog):
    """There is no question yet that the traceback could contain."""
    (ours / "code_of_conduct.md").write_text("## Ours\n\nNo accent is wrong.\n")

    def load(*_: object):
        raise ZeroDivisionError("a slip")

    with pytest.raises(NoTextError, match="could not be read"):
        engine_on(str(ours), load).ask("an accent")
    assert "ZeroDivisionError: a slip" in caplog.text
    assert "in load" in caplog.text
    assert "cannot be used (unexpected ZeroDivisionError)" in caplog.text
