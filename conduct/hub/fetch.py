"""Repositories of the Hub as local folders, within a time limit."""

import logging
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from conduct.dataset.files import MAX_FILE_BYTES, NEXT_STEPS_FILE, SITUATIONS_FILE, VECTORS_FILE
from conduct.dataset.source_text import TEXT_FILE, choose_text, text_patterns
from conduct.errors import HubError
from conduct.hub import deadline
from conduct.hub.snapshot import Snapshot

if TYPE_CHECKING:
    from conduct.hub.client import Remote

log = logging.getLogger(__name__)

# In seconds. If the Hub is down or slow, the local copy is used after this time; a download that has begun continues in
# the background, for the next start.
HUB_TIMEOUT_SECONDS = 3.0
# Where nobody waits for it, a slow download is better than none.
LONG_HUB_TIMEOUT_SECONDS = 900.0
# For a text without a local copy: the page waits this long, and then says that there is no text.
FIRST_TEXT_SECONDS = 30.0

DATASET, MODEL = "dataset", "model"
PATTERNS = {
    # Without labelled questions, which are not needed to answer.
    DATASET: (*text_patterns(), SITUATIONS_FILE, NEXT_STEPS_FILE, VECTORS_FILE),
    MODEL: ("*.json", "*.txt", "*.model", "*.safetensors", "README.md"),
}

T = TypeVar("T")


def pull(repo: str, kind: str, revision: str, seconds: float) -> Snapshot:
    """The files of a revision, from the cache if it is a commit, else from the Hub. Raises HubError."""
    try:
        return _pull(repo, kind, revision, seconds)
    except HubError:
        raise
    # Whatever goes wrong with the Hub, its client or its cache, the local copy must be used.
    except Exception as error:
        log.warning("Unexpected error while %s was fetched.", repo, exc_info=error)
        raise HubError(f"the Hub did not give {repo} (unexpected {type(error).__name__})") from error


def _pull(repo: str, kind: str, revision: str, seconds: float) -> Snapshot:
    from conduct.hub import client  # slow to import, and not needed without the Hub

    if not client.is_valid_id(repo):
        raise HubError(f"{repo!r} is neither a folder nor a Hub id such as owner/name")
    if client.COMMIT.fullmatch(revision) and (cached := _cached(repo, kind, revision)):
        return cached
    until = time.monotonic() + seconds
    remote = ask(repo, kind, revision, until)
    # The commit becomes the name of a folder.
    if not client.COMMIT.fullmatch(remote.commit or ""):
        raise HubError(f"the Hub gave no commit of {repo}")
    if kind == DATASET and choose_text(dict(remote.sizes)) is None:
        raise HubError(f"{repo} has no {TEXT_FILE}")
    for name, size in remote.sizes:
        limit = MAX_FILE_BYTES.get(TEXT_FILE if choose_text([name]) else name, size)
        if size > limit:
            raise HubError(f"{name} of {repo} has {size:,} bytes, {limit:,} at most can be read")

    def download() -> Path:
        return client.pull(repo, kind, remote.commit, PATTERNS[kind])

    folder = _run_with_deadline(until, ("pull", repo, kind, remote.commit), download)
    return replace(_snapshot(folder, repo, kind, remote.commit), day=remote.day)


def ask(repo: str, kind: str, revision: str, until: float) -> "Remote":
    """The current state of a revision on the Hub: one request. Raises HubError at the latest at `until`."""
    from conduct.hub import client

    return _run_with_deadline(until, ("ask", repo, kind, revision), lambda: client.newest(repo, kind, revision))


def _run_with_deadline(until: float, what: tuple[str, ...], work: Callable[[], T]) -> T:
    """The result of `work` for the repository what[1], or HubError at the latest at `until`."""
    from conduct.hub import client

    try:
        return deadline.run_with_deadline(until, what, work)
    except Exception as error:
        raise HubError(f"the Hub did not give {what[1]} ({client.reason(error)})") from error


def last_good(repo: str, kind: str, revision: str) -> Snapshot | None:
    """The cached snapshot that was last noted as good, or the one that the client itself last downloaded."""
    try:
        from conduct.hub import client

        if not client.is_valid_id(repo):
            return None
        if good := client.remembered(repo, kind, revision):
            commit, day = good
            if snapshot := _cached(repo, kind, commit):
                return replace(snapshot, day=day)
        return _cached(repo, kind, revision)
    # A cache that cannot be read counts as empty: then the bundled copy or the packaged encoder is used.
    except Exception as error:
        log.warning("The Hub's cache cannot be read (%s).", type(error).__name__)
        return None


def _cached(repo: str, kind: str, revision: str) -> Snapshot | None:
    """The cached snapshot, if it is complete."""
    from conduct.hub import client

    folder = client.cached(repo, kind, revision, PATTERNS[kind])
    if folder is None:
        return None
    # If another program filled the cache, there is no list of the files, and only this can be checked.
    if kind == DATASET:
        complete = any(
            choose_text([path.relative_to(folder).as_posix()]) for path in folder.rglob("*") if path.is_file()
        )
    else:
        complete = (folder / "config.json").is_file() and any(folder.rglob("*.safetensors"))
    return _snapshot(folder, repo, kind, folder.name) if complete else None


def _snapshot(folder: Path, repo: str, kind: str, commit: str) -> Snapshot:
    from conduct.hub import client

    return Snapshot(
        folder, repo, commit, url=client.address(repo, kind, commit), links_within=client.links_within(folder)
    )


def links_within(folder: Path) -> Path | None:
    """How far links in `folder` may lead: to its repository, if the folder is in the Hub's cache; else None."""
    if folder.resolve().parent.name != "snapshots":
        return None
    from conduct.hub import client

    return client.links_within(folder)


def remember(repo: str, kind: str, revision: str, commit: str, day: date | None = None) -> None:
    """Note that `commit` of a branch is complete and usable: the next start falls back on it."""
    from conduct.hub import client

    client.remember(repo, kind, revision, commit, day)
