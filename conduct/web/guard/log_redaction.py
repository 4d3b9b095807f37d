"""The log quotes nobody and cannot be filled: lines that would tell a request are left out, repeated ones counted."""

import logging
import threading
import time
from collections.abc import Callable

from conduct.errors import place

# These say nothing but requests.
SILENT = ("uvicorn.access", "mcp")
# What these say of a failure ends with its words.
WORDLESS = ("uvicorn.error", "asyncio")
# So many lines from one place are written in a minute; the others are counted.
MAX_LINES = 10
WINDOW_SECONDS = 60.0
MAX_KINDS = 1_000


def redact_logs() -> None:
    """Call it before the server starts; more calls change nothing."""
    for name in SILENT:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    for name in WORDLESS:
        _filter(logging.getLogger(name), _without_words)
    _filter(logging.getLogger(), _not_from_mcp)


def count_repeated_lines() -> None:
    """Call it once when the log's handlers are there."""
    for handler in logging.getLogger().handlers:
        # A filter of a logger would not see what comes up from the loggers below it.
        handler.addFilter(CountRepeated())


class CountRepeated(logging.Filter):
    """Lets MAX_LINES lines that are alike through each minute; the next one after it tells how many were left out.

    Our own are alike if their words are; others if one place in the code wrote them, since a visitor may choose words.
    """

    def __init__(self, most: int = MAX_LINES, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._most = most
        self._clock = clock
        self._windows: dict[tuple[str, int, str], tuple[float, int]] = {}
        self._lock = threading.Lock()

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether `record` is written."""
        own = record.getMessage() if record.name.partition(".")[0] == "conduct" else ""
        where, now = (record.pathname, record.lineno, own), self._clock()
        with self._lock:
            if len(self._windows) > MAX_KINDS:
                self._windows.clear()
            began, lines = self._windows.get(where, (now, 0))
            left_out = 0
            if now - began >= WINDOW_SECONDS:
                began, lines, left_out = now, 0, max(0, lines - self._most)
            self._windows[where] = began, lines + 1
        if left_out:
            record.msg, record.args = f"{record.getMessage()} ({left_out:,} lines like this one were left out.)", ()
        return lines < self._most


def _filter(logger: logging.Logger, keep: object) -> None:
    if keep not in logger.filters:
        logger.addFilter(keep)


def _without_words(record: logging.LogRecord) -> bool:
    if record.exc_info and record.exc_info[1]:
        record.msg, record.args = "%s: %s", (record.name, place(record.exc_info[1]))
        record.exc_info = record.exc_text = None
    return True


def _not_from_mcp(record: logging.LogRecord) -> bool:
    """A filter of the root logger sees what is logged to it directly, as mcp does with what it cannot read."""
    return "/mcp/" not in record.pathname.replace("\\", "/")
