"""When a new text is looked for at all."""

import threading
from pathlib import Path

import pytest

from conduct.hub import refresh
from conduct.hub.refresh import Refresher
from conduct.settings import Settings


@pytest.mark.parametrize(
    ("dataset", "minutes", "looks"),
    [("ada/code", 15.0, True), ("ada/code", 0.0, False), (None, 15.0, False), ("/no/such/folder", 15.0, False)],
)
def test_only_a_dataset_of_the_hub_is_looked_for_again(
    monkeypatch: pytest.MonkeyPatch, dataset: str | None, minutes: float, looks: bool
):
    """And only if the owner wants it."""
    waited = threading.Event()

    def sleep(seconds: float) -> None:
        assert seconds == minutes * 60
        waited.set()
        threading.Event().wait()  # a daemon, which ends with the process

    monkeypatch.setattr(refresh.time, "sleep", sleep)
    settings = Settings(dataset=dataset, refresh_minutes=minutes)
    Refresher(settings, lambda: None, lambda snapshot: None, lambda reader: None).start()
    assert waited.wait(timeout=30 if looks else 0.2) is looks


def test_neither_a_folder_nor_a_file_is_looked_for_again(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """They lie on this machine."""
    monkeypatch.setattr(threading.Thread, "start", lambda self: pytest.fail("a thread was started"))
    (tmp_path / "code.md").write_text("Be kind.")
    for place in (tmp_path, tmp_path / "code.md"):
        settings = Settings(dataset=str(place), refresh_minutes=15.0)
        Refresher(settings, lambda: None, lambda snapshot: None, lambda reader: None).start()
