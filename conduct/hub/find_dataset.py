"""Which text serves: the folder that is set, the Hub's newest, the last good one, or the bundled copy."""

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from conduct.errors import DataError, HubError
from conduct.hub import fetch
from conduct.hub.fetch import DATASET, PATIENCE_SECONDS
from conduct.hub.snapshot import BUNDLED, LOCAL, Snapshot
from conduct.settings import Settings

BUNDLED_DATA = Path(__file__).parents[1] / "data"

T = TypeVar("T")


def bundled_dataset(fallback_reason: str = "") -> Snapshot:
    """The copy that is a part of this project."""
    return Snapshot(BUNDLED_DATA, BUNDLED, BUNDLED, fallback_reason)


def find_dataset(
    settings: Settings,
    read: Callable[[Snapshot], T] = lambda snapshot: snapshot,
    seconds: float = PATIENCE_SECONDS,
) -> T:
    """What `read` makes of the best folder that it can read, which then counts as good.

    In order: the folder that is set, the Hub's newest, the last one that was good, the bundled copy. Only what
    `read` raises of the bundled copy is raised.
    """
    if settings.dataset is None:
        return read(bundled_dataset())
    tried: list[str] = []
    for snapshot in _datasets(settings, seconds, tried):
        fallback_reason = f"The newest {settings.dataset} was not used: {'; '.join(tried)}." if tried else ""
        try:
            found = read(replace(snapshot, fallback_reason=fallback_reason))
        # Whatever a text from outside does to its reader, the next one is tried.
        except Exception as error:
            tried.append(unreadable(snapshot, error))
            continue
        if snapshot.url:
            remember_dataset(settings, snapshot.revision)
        return found
    return read(bundled_dataset(f"The dataset {settings.dataset} was not used: {'; '.join(tried)}."))


def unreadable(snapshot: Snapshot, error: Exception) -> str:
    """Why `snapshot` cannot be used, as a part of a sentence."""
    # An unexpected error's own text may quote anything; its kind is enough to report it.
    why = str(error).rstrip(".") if isinstance(error, DataError) else f"unexpected {type(error).__name__}"
    return f"{snapshot.name} at {snapshot.revision[:8]} cannot be used ({why})"


def _datasets(settings: Settings, seconds: float, tried: list[str]) -> Iterator[Snapshot]:
    """Folders of the text, the best first, before the bundled copy; reasons are added to `tried`."""
    if (folder := Path(settings.dataset)).is_dir():
        yield Snapshot(folder, folder.name, LOCAL)
        return
    refused = ""
    try:
        newest = fetch.pull(settings.dataset, DATASET, settings.dataset_revision, seconds)
        yield newest
        refused = newest.revision
    except HubError as error:
        tried.append(str(error))
    good = fetch.last_good(settings.dataset, DATASET, settings.dataset_revision)
    if good is not None and good.revision != refused:
        yield good


def newest_dataset(settings: Settings) -> str:
    """The commit that the dataset is at now: one request. Raises HubError."""
    return fetch.ask(settings.dataset, DATASET, settings.dataset_revision, time.monotonic() + PATIENCE_SECONDS).commit


def pull_dataset(settings: Settings, seconds: float) -> Snapshot:
    """The newest dataset, for those who can wait for so long. Raises HubError."""
    return fetch.pull(settings.dataset, DATASET, settings.dataset_revision, seconds)


def remember_dataset(settings: Settings, commit: str) -> None:
    """Note that `commit` can be read: the next start falls back on it."""
    fetch.remember(settings.dataset, DATASET, settings.dataset_revision, commit)
