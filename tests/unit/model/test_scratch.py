"""Memory for a moment."""

from pathlib import Path

import numpy as np
import pytest

from conduct.model.scratch import scratch


@pytest.mark.parametrize(("count", "dtype"), [(0, np.float32), (5, bool), (7, np.uint8), (10_000_000, np.float32)])
def test_an_array_of_the_length_and_kind_that_was_asked_for(count: int, dtype: type):
    """Also one that is longer than the least that is taken."""
    made = scratch(count, dtype)
    assert made.shape == (count,)
    assert made.dtype == dtype
    made[:] = 1
    assert made.sum() == count


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs Linux")
def test_only_what_is_used_takes_memory_and_all_of_it_goes_back():
    """Even beside something that was made later and stays."""

    def pages() -> int:
        return int(Path("/proc/self/statm").read_text().split()[1])

    # malloc then takes pieces of up to this size from its heap, as in a process that has read large files.
    large = np.ones(3_800_000)
    del large
    before = pages()
    rooms = [scratch(1_000_000) for _ in range(8)]
    assert pages() - before < 500
    for room in rooms:
        room[:] = 1.0
    kept = [np.ones(1_000) for _ in range(100)]
    assert pages() - before > 7_000
    del room, rooms
    assert pages() - before < 1_000
    assert len(kept) == 100
