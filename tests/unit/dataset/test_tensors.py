"""Safetensors files, also those that were made to be expensive."""

import json
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

from conduct.dataset.files import write_tensors
from conduct.dataset.tensors import (
    MAX_HEADER_BYTES,
    DamagedTensorsError,
    ForeignTensorsError,
    Header,
    TensorSpec,
    read_arrays,
    read_header,
)


def test_a_header_says_what_a_file_holds(tmp_path: Path):
    """Its numbers are not read."""
    path = tmp_path / "a.safetensors"
    write_tensors(path, {"a": np.zeros((2, 3), np.float16), "b": np.zeros(4, np.int8)}, {"model": "m"})
    header = read_header(path)
    assert header == Header({"model": "m"}, {"a": TensorSpec("F16", (2, 3)), "b": TensorSpec("I8", (4,))})
    assert [header.tensors[name].readable for name in "ab"] == [True, False]


def test_a_long_header_is_not_read(tmp_path: Path):
    """95 MB of it cost the library 1.3 GB of memory; here it is a sparse file, of which only eight bytes are read."""
    path = tmp_path / "a.safetensors"
    with path.open("wb") as file:
        file.write((95_000_000).to_bytes(8, "little"))
        file.truncate(95_000_008)
    tracemalloc.start()
    with pytest.raises(DamagedTensorsError, match="a header may have 300,000 bytes, this one has 95,000,000"):
        read_header(path)
    assert tracemalloc.get_traced_memory()[1] < MAX_HEADER_BYTES
    tracemalloc.stop()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no tensors at all",
        b"[]",
        b"[" * 100_000,
        b'{"a": 1}',
        b'{"a": {"dtype": "F16"}}',
        b'{"a": {"dtype": "F16", "shape": 3}}',
        b'{"a": {"dtype": "F16", "shape": [-1]}}',
        b'{"a": {"dtype": "F16", "shape": ["x"]}}',
        b'{"__metadata__": [1]}',
        b"\xff\xfe",
    ],
)
def test_a_header_that_is_none_is_one_error(tmp_path: Path, content: bytes):
    """With any content."""
    path = tmp_path / "a.safetensors"
    path.write_bytes(len(content).to_bytes(8, "little") + content)
    with pytest.raises(DamagedTensorsError):
        read_header(path)
    path.write_bytes(content[:7])
    with pytest.raises(DamagedTensorsError):
        read_header(path)


def test_the_longest_header_of_ours_fits(tmp_path: Path):
    """An adapter for each of six matrices in 24 layers."""
    names = [f"0.model.encoder.layer.{n}.attention.self.{part}.weight" for n in range(24) for part in "abcdef"]
    tensors = {name + end: np.zeros((1, 1), np.float16) for name in names for end in (".up", ".down")}
    path = tmp_path / "a.safetensors"
    write_tensors(path, tensors, {"model": json.dumps(names[:1])})
    assert len(read_header(path).tensors) == 288


def test_arrays_are_read_as_float32_if_the_file_is_the_expected_one(tmp_path: Path):
    """With its metadata, and each array in its shape; without shapes, all arrays."""
    path = tmp_path / "a.safetensors"
    write_tensors(path, {"a": np.ones(2, np.float16), "b": np.zeros((1, 2))}, {"identity": "x"})
    assert list(read_arrays(path, {"identity": "x"})) == ["a", "b"]
    read = read_arrays(path, {"identity": "x"}, {"a": (2,)})
    assert (list(read), read["a"].dtype, read["a"].tolist()) == (["a"], np.float32, [1.0, 1.0])
    with pytest.raises(ForeignTensorsError):
        read_arrays(path, {"identity": "y"}, {"a": (2,)})
    for shapes in ({"a": (3,)}, {"c": (2,)}, {"a": (2, 1)}):
        with pytest.raises(DamagedTensorsError):
            read_arrays(path, {"identity": "x"}, shapes)
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(DamagedTensorsError):
        read_arrays(path, {"identity": "x"}, {"a": (2,)})
