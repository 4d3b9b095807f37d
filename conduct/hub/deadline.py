"""Runs work that may hang with a deadline."""

import os
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from typing import TypeVar

T = TypeVar("T")

# The exit code of a process that Ctrl-C ended.
INTERRUPTED = 130

_running: dict[tuple[str, ...], Future] = {}
_lock = threading.Lock()


def run_with_deadline(until: float, what: tuple[str, ...], work: Callable[[], T]) -> T:
    """The result of `work`, or TimeoutError at `until` (by time.monotonic); the work then goes on in its thread.

    Further calls for the same `what` wait for the thread that runs already, so that hanging work never piles up.
    """

    def run() -> None:
        try:
            result.set_result(work())
        except BaseException as error:
            result.set_exception(error)
        # The callers hold the result; kept here it would stay in memory.
        with _lock:
            if _running.get(what) is result:
                del _running[what]

    with _lock:
        result = _running.get(what)
        if result is None or result.done():
            result = _running[what] = Future()
            # A daemon thread, so that hanging work does not keep the process alive.
            threading.Thread(target=run, name=what[0], daemon=True).start()
    return result.result(timeout=max(0.0, until - time.monotonic()))


def lower_priority() -> None:
    """Lower this process's scheduling priority, so that the process that answers goes first."""
    if hasattr(os, "nice"):
        os.nice(10)


def exit_without_waiting(code: int) -> None:
    """End the process, also if work that missed its deadline still hangs.

    After Ctrl-C a thread may be in the middle of an import, which Python cannot end without noise.
    """
    if code == INTERRUPTED or any(not result.done() for result in list(_running.values())):
        with suppress(OSError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)
    sys.exit(code)
