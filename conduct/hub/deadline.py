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
    """The result of `work`, or TimeoutError at `until` (of time.monotonic); its thread then continues.

    Further calls with the same `what` wait for the thread that runs already, so that threads that hang do not pile up.
    """

    def run() -> None:
        try:
            result.set_result(work())
        except BaseException as error:
            result.set_exception(error)
        # The callers hold the result; if it stayed here, it would stay in memory.
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
    """End the process, even if work that missed its deadline still hangs.

    After Ctrl-C a thread may be in the middle of an import; Python would then print errors when it ends.
    """
    if code == INTERRUPTED or any(not result.done() for result in list(_running.values())):
        with suppress(OSError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)
    sys.exit(code)
