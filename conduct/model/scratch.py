"""Memory for numbers that are needed for a moment only."""

import numpy as np

# malloc maps so many bytes by themselves, however it has adapted to the process (mallopt(3), M_MMAP_THRESHOLD): of them
# only those that are used take memory, and all go back to the system. Smaller arrays leave holes between what stays.
_MAPPED_BYTES = 33 << 20


def scratch(count: int, dtype: type = np.float32) -> np.ndarray:
    """An empty array (count,) whose memory goes back to the system with it, on Linux."""
    needed = count * np.dtype(dtype).itemsize
    return np.empty(max(needed, _MAPPED_BYTES), np.uint8)[:needed].view(dtype)
