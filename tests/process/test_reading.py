"""Reading a text that takes too long is ended, and the last good one is still used."""

import logging
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from conduct.answering import reading
from conduct.answering.dataset_revision import DatasetRevision
from conduct.answering.engine import Engine
from conduct.answering.reading import read_in_subprocess, read_with_deadline
from conduct.errors import DataError
from conduct.hub import deadline, fetch, find_dataset
from conduct.hub.find_dataset import bundled_dataset
from conduct.hub.snapshot import Snapshot
from conduct.settings import Settings
from tests.fakes import WordEncoder

LONGEST = 60.0
# Writes the id of its process to a file, and never ends.
HANGING = 'printf %s $$ > "$0"; exec sleep 3600'


def written(folder: Path, words: str) -> Path:
    """A folder with this text."""
    folder.mkdir()
    (folder / "code_of_conduct.md").write_text(f"## Ours\n\n{words}\n")
    return folder


def wait_for(true: Callable[[], bool]) -> None:
    """Wait until `true()`."""
    end = time.monotonic() + LONGEST
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


def runs(process: str) -> bool:
    """Whether a process with that id runs."""
    return Path("/proc", process).exists()


@pytest.fixture
def hanging(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Every process that reads a text hangs; this file has the id of the last one."""
    noted = tmp_path / "process"
    monkeypatch.setattr(reading, "COMMAND", ("sh", "-c", HANGING, str(noted)))
    return noted


def test_what_is_read_apart_is_what_is_read_here():
    """A text that is read in a subprocess is the same: text, situations and steps, in all fields."""
    assert read_in_subprocess(bundled_dataset()) == DatasetRevision.read(bundled_dataset())


@pytest.mark.parametrize("words", ["", "\x81"])
def test_why_a_text_cannot_be_read_is_said_in_the_same_words(tmp_path: Path, words: str):
    """In a subprocess or not."""
    folder = written(tmp_path / "ours", "")
    (folder / "code_of_conduct.md").write_bytes(words.encode("latin-1"))
    messages = set()
    for read in (DatasetRevision.read, read_with_deadline, read_in_subprocess):
        with pytest.raises(DataError) as error:
            read(Snapshot(folder, "ours", "local"))
        messages.add(str(error.value).rstrip("."))
    assert len(messages) == 1


def test_a_process_that_reads_is_given_no_token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Nor any other variable that it does not need."""
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    noted = tmp_path / "environment"
    script = "import os, pathlib, sys; pathlib.Path(sys.argv[1]).write_text(str(dict(os.environ))); sys.exit(3)"
    monkeypatch.setattr(reading, "COMMAND", (sys.executable, "-c", script, str(noted)))
    with pytest.raises(DataError, match=r"^the process that read it ended with 3"):
        read_in_subprocess(bundled_dataset())
    assert "PYTHONPATH" in noted.read_text()
    assert "hf_secret" not in noted.read_text()


def test_a_process_that_takes_too_long_is_ended(hanging: Path):
    """And the reason says what to do."""
    with pytest.raises(DataError, match=r"^reading it took more than 1 seconds: publish a shorter text$"):
        read_in_subprocess(bundled_dataset(), seconds=1.0)
    assert not runs(hanging.read_text())


def test_a_refreshed_text_that_hangs_the_reader_delays_no_answer(
    tmp_path: Path, hanging: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    """While it is read, and after reading was ended, the old text is used; the new one is not read again."""
    good, bad = (
        Snapshot(written(tmp_path / name, words), "ada/code", commit * 40)
        for name, words, commit in (("good", "No accent is wrong.", "a"), ("bad", "A trap.", "b"))
    )
    monkeypatch.setattr(fetch, "pull", lambda *_: good)
    monkeypatch.setattr(find_dataset, "pull_dataset", lambda *_: bad)
    monkeypatch.setattr(find_dataset, "newest_dataset", lambda *_: bad.revision)
    monkeypatch.setattr(find_dataset, "remember_dataset", lambda *_: None)
    monkeypatch.setattr(read_in_subprocess, "__defaults__", (1.0,))
    model = Snapshot(tmp_path, "words", "local")
    settings = Settings(dataset="ada/code", refresh_minutes=0.0001)
    engine = Engine(settings, lambda settings: model, lambda *_: WordEncoder())
    assert engine.ask("an accent").source.dataset_revision == good.revision
    wait_for(lambda: hanging.exists() and hanging.read_text() != "")
    assert runs(hanging.read_text())
    assert engine.ask("an accent").source.dataset_revision == good.revision
    with caplog.at_level(logging.WARNING):
        wait_for(lambda: "cannot be used (reading it took more than 1 seconds" in caplog.text)
    assert not runs(hanging.read_text())
    assert engine.ask("an accent").source.dataset_revision == good.revision
    assert caplog.text.count("The text stays at") == 1


def test_a_first_text_that_hangs_the_reader_makes_way_for_the_last_good_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """The page waits only for the time limit."""
    bad, good = (
        Snapshot(written(tmp_path / name, words), "ada/code", commit * 40)
        for name, words, commit in (("bad", "A trap.", "b"), ("good", "No accent is wrong.", "a"))
    )
    monkeypatch.setattr(fetch, "pull", lambda *_: bad)
    monkeypatch.setattr(fetch, "last_good", lambda *_: good)
    monkeypatch.setattr(read_with_deadline, "__defaults__", (1.0,))
    read, given_up = DatasetRevision.read, threading.Event()

    def read_or_hang(snapshot: Snapshot) -> DatasetRevision:
        if snapshot is not good and snapshot.revision == bad.revision:
            given_up.wait(LONGEST)
        return read(snapshot)

    monkeypatch.setattr(DatasetRevision, "read", read_or_hang)
    try:
        text = Engine(Settings(dataset="ada/code")).text()
        assert text.source.dataset_revision == good.revision
        assert "(reading it took more than 1 seconds: publish a shorter text)" in text.source.fallback_reason
    finally:
        given_up.set()
    # A text whose reading missed the deadline does not stay in memory once it is read.
    wait_for(lambda: not deadline._running)
