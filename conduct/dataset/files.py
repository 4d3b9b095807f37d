"""The files of a dataset folder: their names, whether they may be read, and how they are read and written."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from safetensors.numpy import save as serialize

from conduct.dataset.situations import MAX_BYTES
from conduct.dataset.source_text import TEXT_FILE, SourceText, decode, find_text
from conduct.errors import DataError

SITUATIONS_FILE = "situations.jsonl"
QUESTIONS_FILE = "questions.jsonl"
NEXT_STEPS_FILE = "next_steps.json"
VECTORS_FILE = "vectors.safetensors"

# Limits in bytes of the files that answers are made from. A larger file is not downloaded; vectors take about 1.5 kB a
# situation.
MAX_FILE_BYTES = {
    TEXT_FILE: 1_000_000,
    SITUATIONS_FILE: MAX_BYTES,
    NEXT_STEPS_FILE: 200_000,
    VECTORS_FILE: 300_000_000,
}


def read_text(folder: Path, name: str = "", links_within: Path | None = None) -> SourceText:
    """The code of conduct in a dataset folder: the file `name`, by default the one that `find_text` finds.

    Raises DataError unless all files in MAX_FILE_BYTES may be read; links may lead no further than `links_within`, by
    default the folder itself.
    """
    root = links_within or folder
    name = name or find_text(folder)
    check_files(folder, MAX_FILE_BYTES | {name: MAX_FILE_BYTES[TEXT_FILE]}, root)
    try:
        content = (folder / name).read_bytes()
    except FileNotFoundError as error:
        raise DataError(f"There is no {name}: add the text of the code as Markdown.") from error
    except OSError as error:
        raise DataError(f"{name} cannot be read ({type(error).__name__}): fix its permissions.") from error
    return decode(content, name)


def check_files(folder: Path, max_bytes: Mapping[str, int], root: Path) -> None:
    """Raise DataError, in one sentence, for the first of the named files that may not be read; any may be missing.

    A folder from elsewhere may hold a link to a file of this machine, which would then be shown on a public page.
    """
    for name, limit in max_bytes.items():
        path = folder / name
        try:
            if not path.exists():
                continue
            inside = path.resolve().is_relative_to(root.resolve())
            size = path.stat().st_size
        except (OSError, RuntimeError) as error:
            raise DataError(f"{name} cannot be read ({type(error).__name__}): put the file itself there.") from error
        if not inside:
            raise DataError(f"{name} is a link that leads out of its folder: put the file itself there.")
        if not path.is_file():
            raise DataError(f"{name} is not a file: put one there or remove it.")
        if size > limit:
            raise DataError(f"{name} may have {limit:,} bytes, this one has {size:,}: publish a shorter one.")


def sha256(path: Path) -> str:
    """The sha256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_tensors(path: Path, tensors: dict[str, np.ndarray], metadata: dict[str, str]) -> None:
    """Write a safetensors file, the same bytes for the same numbers: the library orders its header randomly."""
    content = serialize(tensors, metadata=metadata)
    end = 8 + int.from_bytes(content[:8], "little")
    header = json.dumps(json.loads(content[8:end]), sort_keys=True, separators=(",", ":")).encode()
    header += b" " * (-len(header) % 8)
    path.write_bytes(len(header).to_bytes(8, "little") + header + content[end:])
