"""Repositories of the Hub as local folders, within a time limit."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from conduct.dataset.files import (
    ADAPTER_FILE,
    MOST_BYTES,
    NEXT_STEPS_FILE,
    QUESTIONS_FILE,
    SITUATIONS_FILE,
    TEXT_FILE,
    VECTORS_FILE,
)
from conduct.errors import HubError
from conduct.hub import deadline
from conduct.hub.snapshot import Snapshot

if TYPE_CHECKING:
    from conduct.hub.client import Remote

# A Hub that is down, hanging or slow may cost this much before the copy at hand serves; a download that
# was begun goes on behind and is there for the next start.
PATIENCE_SECONDS = 3.0
# Where nobody waits, or where there is no copy at hand, a slow download is better than none.
LONG_PATIENCE_SECONDS = 900.0

DATASET, MODEL = "dataset", "model"
PATTERNS = {
    DATASET: (TEXT_FILE, SITUATIONS_FILE, QUESTIONS_FILE, NEXT_STEPS_FILE, VECTORS_FILE, ADAPTER_FILE),
    MODEL: ("*.json", "*.txt", "*.model", "*.safetensors", "README.md"),
}

T = TypeVar("T")


def pull(repo: str, kind: str, revision: str, seconds: float) -> Snapshot:
    """The files of a revision, from the cache if it is a commit, else from the Hub. Raises HubError."""
    from conduct.hub import client  # it is not free to import, and those who need no Hub need not pay

    if not client.valid(repo):
        raise HubError(f"{repo!r} is neither a folder nor a Hub id such as owner/name")
    if client.COMMIT.fullmatch(revision) and (cached := _cached(repo, kind, revision)):
        return cached
    until = time.monotonic() + seconds
    remote = ask(repo, kind, revision, until)
    # It becomes the name of a folder.
    if not client.COMMIT.fullmatch(remote.commit or ""):
        raise HubError(f"the Hub gave no commit of {repo}")
    if kind == DATASET and TEXT_FILE not in dict(remote.sizes):
        raise HubError(f"{repo} has no {TEXT_FILE}")
    for name, size in remote.sizes:
        if size > MOST_BYTES.get(name, size):
            raise HubError(f"{name} of {repo} has {size:,} bytes, {MOST_BYTES[name]:,} at most can be read")

    def download() -> Path:
        return client.pull(repo, kind, remote.commit, PATTERNS[kind])

    folder = _run_with_deadline(until, ("pull", repo, kind, remote.commit), download)
    return Snapshot(folder, repo, remote.commit, url=client.address(repo, kind, remote.commit))


def ask(repo: str, kind: str, revision: str, until: float) -> "Remote":
    """What the Hub has of a revision now: one request. Raises HubError at the latest at `until`."""
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
    """The cached snapshot that was good before, or the one that the client itself last pulled."""
    from conduct.hub import client

    if not client.valid(repo):
        return None
    good = client.remembered(repo, kind, revision)
    return (good and _cached(repo, kind, good)) or _cached(repo, kind, revision)


def _cached(repo: str, kind: str, revision: str) -> Snapshot | None:
    """The cached snapshot if all that is needed is there."""
    from conduct.hub import client

    folder = client.cached(repo, kind, revision, PATTERNS[kind])
    if folder is None:
        return None
    # What filled the cache may have left no list of the files: then this is all that can be told.
    if kind == DATASET:
        whole = (folder / TEXT_FILE).is_file()
    else:
        whole = (folder / "config.json").is_file() and any(folder.rglob("*.safetensors"))
    return Snapshot(folder, repo, folder.name, url=client.address(repo, kind, folder.name)) if whole else None


def remember(repo: str, kind: str, revision: str, commit: str) -> None:
    """Note that `commit` of a branch was pulled whole and can be used: the next start falls back on it."""
    from conduct.hub import client

    client.remember(repo, kind, revision, commit)
