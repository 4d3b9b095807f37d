"""Finds the text to use: the configured folder or file, the Hub's newest, the last good one, or the bundled copy."""

import logging
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from conduct.errors import DataError, HubError
from conduct.hub import fetch
from conduct.hub.fetch import DATASET, FIRST_TEXT_SECONDS, HUB_TIMEOUT_SECONDS
from conduct.hub.snapshot import BUNDLED, LOCAL, Snapshot
from conduct.settings import DATASET_NAME, Settings

log = logging.getLogger(__name__)

BUNDLED_DATA = Path(__file__).parents[1] / "data"
# The form of a path, which no Hub id has: if it does not exist here, it is a typo, and the Hub is not asked for it.
_PATH = re.compile(r"[/.~\\].*|.*[/\\].*[/\\].*|.*\.(md|markdown|txt)", re.IGNORECASE | re.DOTALL)

T = TypeVar("T")


def bundled_dataset(fallback_reason: str = "") -> Snapshot:
    """The copy of the text that is a part of this project."""
    return Snapshot(BUNDLED_DATA, BUNDLED, BUNDLED, fallback_reason)


def bundled_serves(settings: Settings) -> bool:
    """Whether the bundled copy may stand in for the configured dataset: never for another community's text."""
    return settings.dataset is None or bool(re.fullmatch(rf"[\w.-]+/{DATASET_NAME}", settings.dataset))


def dataset_label(settings: Settings) -> str:
    """What the dataset is called where visitors read it: a Hub id, or the last part of a path."""
    name = settings.dataset or BUNDLED
    return Path(name).name or name if local_dataset(name) or _PATH.fullmatch(name) else name


def find_dataset(
    settings: Settings,
    read: Callable[[Snapshot], T] = lambda snapshot: snapshot,
    seconds: float | None = None,
    refused: Mapping[str, str] | None = None,
) -> T:
    """The result of `read` for the first of these that it can read.

    In order: the configured folder or file, the Hub's newest revision, the last good one, and the bundled copy if
    `bundled_serves`. The Hub may take `seconds`, by default longer if there is no local copy. `refused` has revisions
    that are known to be unusable, and why. Raises DataError, which says what was tried, if there is no text.
    """
    if settings.dataset is None:
        return read(bundled_dataset())
    tried: list[str] = []
    refused = refused or {}
    for snapshot in _datasets(settings, seconds, tried):
        if snapshot.revision in refused:
            tried.append(refused[snapshot.revision])
            continue
        fallback_reason = f"The newest {settings.dataset} was not used: {'; '.join(tried)}." if tried else ""
        try:
            return read(replace(snapshot, fallback_reason=fallback_reason))
        # Reading a text from outside may raise anything: then the next candidate is tried.
        except Exception as error:
            tried.append(unreadable(snapshot, error))
    if bundled_serves(settings):
        return read(bundled_dataset(f"The dataset {settings.dataset} was not used: {'; '.join(tried)}."))
    raise DataError(
        f"CONDUCT_DATASET is {settings.dataset}, but there is no text to serve: {'; '.join(tried)}. "
        "Fix that text, or set CONDUCT_DATASET to a folder, a file or a dataset of the Hub."
    )


def unreadable(snapshot: Snapshot, error: Exception) -> str:
    """Why `snapshot` cannot be used, as a part of a sentence; unexpected errors are logged with their traceback."""
    at = "" if snapshot.revision == LOCAL else f" at {snapshot.revision[:8]}"
    return f"{snapshot.name}{at} cannot be used ({unreadable_because(snapshot, error)})"


def unreadable_because(snapshot: Snapshot, error: Exception) -> str:
    """The reason alone."""
    if isinstance(error, DataError):
        return str(error).rstrip(".")
    log.error("%s at %s cannot be used.", snapshot.name, snapshot.revision, exc_info=error)
    # The message of an unexpected error may quote anything, so only its kind is repeated.
    return f"unexpected {type(error).__name__}"


def _datasets(settings: Settings, seconds: float | None, tried: list[str]) -> Iterator[Snapshot]:
    """Folders of the text, the best first, without the bundled copy; reasons are added to `tried`."""
    if (snapshot := local_dataset(settings.dataset)) is not None:
        yield snapshot
        return
    if _PATH.fullmatch(settings.dataset):
        tried.append(f"{settings.dataset!r} is neither a folder nor a file here, nor a Hub id such as owner/name")
        return
    repo, revision = settings.dataset, settings.dataset_revision
    good = fetch.last_good(repo, DATASET, revision)
    if seconds is None:
        seconds = HUB_TIMEOUT_SECONDS if good is not None or bundled_serves(settings) else FIRST_TEXT_SECONDS
    newest = ""
    try:
        snapshot = fetch.pull(repo, DATASET, revision, seconds)
        newest = snapshot.revision
        yield snapshot
    except HubError as error:
        tried.append(str(error))
    if good is not None and good.revision != newest:
        yield good


def local_dataset(dataset: str) -> Snapshot | None:
    """The folder or file of that name on this machine, or None."""
    path = Path(dataset)
    try:
        folder, file = path.is_dir(), path.is_file()
        name = path.name or path.resolve().name
    # The name is too long, or a folder above it may not be entered.
    except OSError:
        return None
    if folder:
        return Snapshot(path, name, LOCAL, links_within=fetch.links_within(path))
    return Snapshot(path.parent, name, LOCAL, text_file=path.name) if file else None


def is_local(settings: Settings) -> bool:
    """Whether the dataset is on this machine, so that the Hub is not asked for it."""
    return (
        settings.dataset is None
        or local_dataset(settings.dataset) is not None
        or bool(_PATH.fullmatch(settings.dataset))
    )


def newest_dataset(settings: Settings) -> str:
    """The current commit of the dataset: one request. Raises HubError."""
    return fetch.ask(
        settings.dataset, DATASET, settings.dataset_revision, time.monotonic() + HUB_TIMEOUT_SECONDS
    ).commit


def pull_dataset(settings: Settings, seconds: float) -> Snapshot:
    """The newest dataset, within `seconds`. Raises HubError."""
    return fetch.pull(settings.dataset, DATASET, settings.dataset_revision, seconds)


def remember_dataset(settings: Settings, snapshot: Snapshot) -> None:
    """Note that a snapshot from the Hub works: the next start falls back on it."""
    if snapshot.url:
        fetch.remember(settings.dataset, DATASET, settings.dataset_revision, snapshot.revision, snapshot.day)
