"""Finds texts that are still in memory."""

import gc
import warnings
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def without_gc() -> Iterator[None]:
    """Without the cyclic garbage collector."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def held_texts(start: str) -> list[str]:
    """Texts longer than `start` that begin with it, in any live object, including frames of tracebacks."""
    with warnings.catch_warnings():
        # Some libraries' modules warn when they are asked for their type.
        warnings.simplefilter("ignore")
        held = (text for holder in gc.get_objects() for text in gc.get_referents(holder) if isinstance(text, str))
        return [text for text in held if text.startswith(start) and text != start]
