"""When a new text is looked for."""

from pathlib import Path

import pytest

from conduct.hub.refresh import Refresher
from conduct.settings import Settings


def refresher(settings: Settings) -> Refresher:
    """A refresher that finds no new text."""
    return Refresher(settings, lambda: None, lambda snapshot: None, lambda reader: None)


@pytest.mark.parametrize(
    ("dataset", "minutes", "wanted"),
    [("ada/code", 15.0, True), ("ada/code", 0.0, False), (None, 15.0, False), ("/no/such/folder", 15.0, False)],
)
def test_only_a_dataset_of_the_hub_is_looked_for_again(dataset: str | None, minutes: float, wanted: bool):
    """And only if the owner set an interval."""
    assert refresher(Settings(dataset=dataset, refresh_minutes=minutes)).wanted is wanted


def test_neither_a_folder_nor_a_file_is_looked_for_again(tmp_path: Path):
    """They are on this machine."""
    (tmp_path / "code.md").write_text("Be kind.")
    for place in (tmp_path, tmp_path / "code.md"):
        assert refresher(Settings(dataset=str(place), refresh_minutes=15.0)).wanted is False


def test_it_looks_after_as_many_minutes_as_the_owner_set_until_it_is_ended(monkeypatch: pytest.MonkeyPatch):
    """Each wait can be ended, and then it does not poll again."""
    waits, looks = [], []

    class Ended:
        """An event that is set at the third wait."""

        def wait(self, seconds: float) -> bool:
            waits.append(seconds)
            return len(waits) == 3

    monkeypatch.setattr(Refresher, "once", lambda self: bool(looks.append(len(waits))))
    refresher(Settings(dataset="ada/code", refresh_minutes=15.0)).run(Ended())
    assert (waits, looks) == ([900.0] * 3, [1, 2])
