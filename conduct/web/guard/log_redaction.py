"""The log quotes nobody: libraries' lines that would tell an address, a request or an error's words are left out."""

import logging

from conduct.errors import place

# These say nothing but requests.
SILENT = ("uvicorn.access", "mcp")
# What these say of a failure ends with its words.
WORDLESS = ("uvicorn.error", "asyncio")


def redact_logs() -> None:
    """Call it when uvicorn has set its loggers up; more calls change nothing."""
    for name in SILENT:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    for name in WORDLESS:
        _filter(logging.getLogger(name), _without_words)
    _filter(logging.getLogger(), _not_from_mcp)


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
