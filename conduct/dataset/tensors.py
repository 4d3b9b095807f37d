"""Reads safetensors files, which may come from anybody: the header up to a limit, and before any number."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open

# Our headers have a few thousand bytes, that of an adapter for 24 layers 40,000. The library accepts 100 MB, for which
# it needs gigabytes of memory.
MAX_HEADER_BYTES = 300_000
# Number types that numpy can read.
READABLE = ("F16", "F32", "F64")


class DamagedTensorsError(ValueError):
    """A file that is not in the safetensors format, whose header is too long, or that lacks what it must hold."""


class ForeignTensorsError(Exception):
    """A file that belongs to another encoder."""


@dataclass(frozen=True, slots=True)
class TensorSpec:
    """What the header says of one tensor."""

    dtype: str
    shape: tuple[int, ...]

    @property
    def readable(self) -> bool:
        """Whether numpy can read its numbers."""
        return self.dtype in READABLE


@dataclass(frozen=True, slots=True)
class Header:
    """The metadata of a file, and the tensors that it claims to have."""

    metadata: Mapping[str, str]
    tensors: Mapping[str, TensorSpec]


def read_header(path: Path) -> Header:
    """The header of `path`. Raises DamagedTensorsError, or OSError."""
    with path.open("rb") as file:
        size = int.from_bytes(file.read(8), "little")
        if not 2 <= size <= MAX_HEADER_BYTES:
            raise DamagedTensorsError(f"a header may have {MAX_HEADER_BYTES:,} bytes, this one has {size:,}")
        content = file.read(size)
    try:
        entries = json.loads(content)
        metadata = entries.pop("__metadata__", None) or {}
        specs = {name: TensorSpec(str(entry["dtype"]), tuple(entry["shape"])) for name, entry in entries.items()}
        if not isinstance(metadata, dict) or any(
            type(length) is not int or length < 0 for spec in specs.values() for length in spec.shape
        ):
            raise DamagedTensorsError("the header says nothing of tensors")
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise DamagedTensorsError("the header cannot be read") from error
    return Header(metadata, specs)


def read_arrays(
    path: Path, metadata: Mapping[str, str], shapes: Mapping[str, tuple[int, ...]] | None = None
) -> dict[str, np.ndarray]:
    """The arrays in `path` that `shapes` names, or all of them, as float32.

    Raises ForeignTensorsError unless the file has `metadata`, DamagedTensorsError unless it has each array in its shape
    and in a type that numpy can read, and OSError.
    """
    header = read_header(path)
    if any(header.metadata.get(name) != value for name, value in metadata.items()):
        raise ForeignTensorsError
    for name in shapes or header.tensors:
        spec = header.tensors.get(name)
        if spec is None or not spec.readable or (shapes and spec.shape != shapes[name]):
            raise DamagedTensorsError(f"{name} is missing, or has another type or shape")
    try:
        with safe_open(path, framework="numpy") as file:
            return {name: file.get_tensor(name).astype(np.float32) for name in shapes or header.tensors}
    except (SafetensorError, ValueError, TypeError, LookupError) as error:
        raise DamagedTensorsError("the arrays cannot be read") from error
