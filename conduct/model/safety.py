"""Checks whether a folder with a model may be loaded: weights that are only numbers, and no code of its own."""

import json
import re
from pathlib import Path

from conduct.errors import ModelError

# Pickled weights run code when they are loaded; they are allowed only beside a safetensors file, which is used instead.
_PICKLED = {"pytorch_model*.bin": "model*.safetensors", "adapter_model*.bin": "adapter_model*.safetensors"}
_MODULES = "modules.json"
# Any other class would be code that the folder chooses.
_OWN_MODULE = re.compile(r"sentence_transformers(\.[a-z_]+)*\.[A-Z]\w*")


def check_model(folder: Path) -> None:
    """Raise ModelError unless `folder` has its weights as safetensors and names no code to run."""
    if not next(folder.rglob("*.safetensors"), None):
        raise ModelError(
            f"The model folder {folder} has no .safetensors file, and other weight formats can run code: "
            "name a model that has its weights as safetensors."
        )
    for pattern, beside in _PICKLED.items():
        for path in folder.rglob(pattern):
            if not next(path.parent.glob(beside), None):
                raise ModelError(
                    f"The model folder {folder} has {path.relative_to(folder)} with no .safetensors file beside it, "
                    "and that format can run code: name a model that has its weights as safetensors."
                )
    for name in _classes(folder):
        if not _OWN_MODULE.fullmatch(name):
            raise ModelError(
                f"The model in {folder} asks for code of its own ({name[:80]}), which is never run: "
                "name a model that needs none."
            )


def _classes(folder: Path) -> list[str]:
    """The classes that a model of sentence-transformers names; a plain transformer names none."""
    try:
        listed = json.loads((folder / _MODULES).read_text(encoding="utf-8"))
        return [str(module["type"]) for module in listed]
    except FileNotFoundError:
        return []
    except (OSError, ValueError, TypeError, KeyError, RecursionError) as error:
        raise ModelError(f"{_MODULES} of the model in {folder} cannot be read: download the model again.") from error
