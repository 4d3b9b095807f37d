"""Finds a configured model: a folder, a revision on the Hub, or the cached one."""

from dataclasses import replace
from pathlib import Path

from conduct.dataset.files import sha256
from conduct.errors import HubError, ModelError
from conduct.hub import fetch
from conduct.hub.fetch import HUB_TIMEOUT_SECONDS, MODEL
from conduct.hub.snapshot import LOCAL, Snapshot


def find_model(name: str, revision: str, seconds: float = HUB_TIMEOUT_SECONDS) -> Snapshot:
    """The folder of the model `name`, a folder or a Hub id, at `revision`. Raises ModelError."""
    if (folder := Path(name)).is_dir():
        return Snapshot(folder, folder.name, _weights_revision(folder))
    try:
        found = fetch.pull(name, MODEL, revision, seconds)
    except HubError as error:
        kept = fetch.last_good(name, MODEL, revision)
        if kept is None:
            raise ModelError(f"{error}; the cache has no complete {name}") from error
        return replace(kept, fallback_reason=f"The newest {name} was not used: {error}.")
    fetch.remember(name, MODEL, revision, found.revision)
    return found


def _weights_revision(folder: Path) -> str:
    """The revision of a local model: the hash of its weights."""
    weights = sorted(folder.rglob("*.safetensors"))
    return f"sha256-{sha256(weights[0])}" if weights else LOCAL
