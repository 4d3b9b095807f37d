"""The encoder that this app brings: where it lies, and what tells it from others."""

from pathlib import Path

from conduct.dataset.tensors import read_header
from conduct.errors import ModelError
from conduct.hub.snapshot import PACKAGED, Snapshot
from conduct.model import adapter, base_weights

FOLDER = Path(__file__).parent / "learnt"
PEAKS_FILE = "input_peaks.safetensors"
ANY_CODE_FILE = "any_code.safetensors"
GLANCE_FILE = "glance.safetensors"
# What this app reads beside the weights: which languages were measured, how it serves, what is known of any code, and
# how to tell which sentences of a long text are worth being read.
BESIDE = ("README.md", PEAKS_FILE, ANY_CODE_FILE, GLANCE_FILE)
# A model in the layout of sentence-transformers has it.
MODULES_FILE = "modules.json"
# How the base encoder was trained to be asked; one prompt for questions and passages alike.
PROMPT = "query: "
# Tokens of a text that are read; what it learnt from was shorter.
MAX_TOKENS = 256


def snapshot(fallback_reason: str = "") -> Snapshot:
    """Where it lies."""
    return Snapshot(FOLDER, PACKAGED, PACKAGED, fallback_reason)


def base_file() -> Path:
    """The base weights. Raises ModelError if their package is not installed."""
    path = base_weights.packaged_file()
    if path is None:
        raise ModelError(f"The package {base_weights.PACKAGE} is not installed: install what requirements.txt names.")
    return path


def is_here(folder: Path) -> bool:
    """Whether `folder` holds what the packaged encoder learnt, and no model of its own."""
    return (folder / adapter.FILE).is_file() and not (folder / MODULES_FILE).exists()


def identity(model: Snapshot) -> str:
    """What vectors of a model are bound to, "id@revision"; this app's encoder has the same wherever it lies."""
    if is_here(model.folder):
        return adapter.identity(model.folder / adapter.FILE)
    return exported_identity(model.folder) or f"{model.name}@{model.revision}"


def exported_identity(folder: Path) -> str | None:
    """What the exported encoder in `folder` says that it is; None if it is another model."""
    try:
        return read_header(folder / PEAKS_FILE).metadata.get("identity")
    except (OSError, ValueError):
        return None
