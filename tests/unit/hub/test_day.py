"""The date of a text from the Hub: that of its commit, if the Hub gives it."""

from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from huggingface_hub import constants

from conduct.hub import client, fetch, find_dataset
from conduct.settings import Settings

COMMIT, DAY = "a" * 40, date(2026, 11, 20)
LONG = 60.0


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that the client downloads; its notes are beside it."""
    monkeypatch.setattr(constants, "HF_HOME", str(tmp_path / "home"))
    folder = tmp_path / "snapshots" / COMMIT
    folder.mkdir(parents=True)
    (folder / "code_of_conduct.md").write_text("Be kind.")
    monkeypatch.setattr(client, "pull", lambda *_: folder)
    monkeypatch.setattr(client, "cached", lambda *_: folder)
    return folder


def hub_says(monkeypatch: pytest.MonkeyPatch, modified: datetime | None) -> None:
    """The Hub's information about a revision."""
    info = SimpleNamespace(sha=COMMIT, siblings=[SimpleNamespace(rfilename="code_of_conduct.md", size=8)])
    info.last_modified = modified
    monkeypatch.setattr(client.HfApi, "repo_info", lambda *_, **__: info)


def test_the_day_of_the_newest_commit_is_kept_and_known_without_the_hub(folder: Path, monkeypatch: pytest.MonkeyPatch):
    """When the last good copy is used, readers need its date most."""
    settings = Settings(dataset="ada/code")
    hub_says(monkeypatch, datetime(2026, 11, 20, 23, 59, tzinfo=UTC))
    snapshot = find_dataset.find_dataset(settings)
    assert (snapshot.revision, snapshot.day) == (COMMIT, DAY)
    find_dataset.remember_dataset(settings, snapshot)
    assert client.remembered("ada/code", "dataset", "main") == (COMMIT, DAY)
    assert fetch.last_good("ada/code", "dataset", "main").day == DAY


def test_a_note_without_a_day_is_as_good(folder: Path, monkeypatch: pytest.MonkeyPatch):
    """The Hub may give no date."""
    settings = Settings(dataset="ada/code")
    hub_says(monkeypatch, None)
    snapshot = find_dataset.find_dataset(settings)
    find_dataset.remember_dataset(settings, snapshot)
    assert client.remembered("ada/code", "dataset", "main") == (COMMIT, None)
    assert fetch.last_good("ada/code", "dataset", "main").day is None


def test_of_another_revision_the_hub_says_no_day(folder: Path, monkeypatch: pytest.MonkeyPatch):
    """It gives the date of the repository's last change: an older commit would look newer than it is."""
    hub_says(monkeypatch, datetime(2026, 11, 20, tzinfo=UTC))
    assert client.newest("ada/code", "dataset", "v1").day is None
    assert client.newest("ada/code", "dataset", COMMIT).day is None
    assert client.newest("ada/code", "dataset", "main").day == DAY
