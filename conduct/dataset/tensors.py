"""The header of safetensors files, which may come from anybody, read with a limit and before any number."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

# Ours have a few thousand bytes, an adapter for a model of 24 layers 40,000. The library takes 100 MB of header, and
# gigabytes of memory for it.
MAX_HEADER_BYTES = 300_000
# What numpy can read.
READABLE = ("F16", "F32", "F64")


class DamagedTensorsError(ValueError):
    """A file that is not in the safetensors format, or whose header is too long."""


@dataclass(frozen=True, slots=True)
class TensorSpec:
    """What the header says of one tensor."""

    dtype: str
    shape: tuple[int, ...]

    @property
    def readable(self) -> bool:
        """Whether numpy has its type of numbers."""
        return self.dtype in READABLE


@dataclass(frozen=True, slots=True)
class Header:
    """The metadata and the tensors that a file says that it has."""

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
