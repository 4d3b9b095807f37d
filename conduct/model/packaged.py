"""The encoder that is part of this app: where it is stored, and its identity."""

from pathlib import Path

from conduct.dataset.tensors import read_header
from conduct.errors import ModelError
from conduct.hub.snapshot import PACKAGED, Snapshot
from conduct.model import adapter, base_weights

FOLDER = Path(__file__).parent / "learnt"
RANGES_FILE = "input_ranges.safetensors"
ANY_CODE_FILE = "any_code.safetensors"
GLANCE_FILE = "glance.safetensors"
# The files beside the weights that this app reads: the measured languages, the ranges for int8, the numbers for codes
# without situations, and the map that chooses sentences of a long text.
BESIDE = ("README.md", RANGES_FILE, ANY_CODE_FILE, GLANCE_FILE)
# Every model in the format of sentence-transformers has this file.
MODULES_FILE = "modules.json"
# The prompt with which the base encoder was trained; here for questions and passages alike.
PROMPT = "query: "
# How many tokens of a text are read; the texts in training were shorter.
MAX_TOKENS = 256


def snapshot(fallback_reason: str = "") -> Snapshot:
    """The packaged encoder as a snapshot."""
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
    """A model's identity, "id@revision", to which its vectors are bound; this app's encoder has the same one in any
    folder."""
    if is_here(model.folder):
        return adapter.identity(model.folder / adapter.FILE)
    return exported_identity(model.folder) or f"{model.name}@{model.revision}"


def exported_identity(folder: Path) -> str | None:
    """The identity of the exported encoder in `folder`; None if it is another model."""
    try:
        return read_header(folder / RANGES_FILE).metadata.get("identity")
    except (OSError, ValueError):
        return None
