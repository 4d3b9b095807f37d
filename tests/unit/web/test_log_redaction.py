"""What libraries would log about a visitor."""

import asyncio
import logging

import pytest

from conduct.web.guard.log_redaction import MAX_LINES, WINDOW_SECONDS, CountRepeated, redact_logs


@pytest.fixture(autouse=True)
def _hushed() -> None:
    """Redact as a running server does."""
    redact_logs()


@pytest.mark.parametrize("name", ["uvicorn.error", "asyncio"])
def test_a_failure_is_told_without_its_words(name: str, caplog: pytest.LogCaptureFixture):
    """Its kind and place are logged."""
    try:
        raise ValueError("secret")
    except ValueError:
        logging.getLogger(name).exception("It was %s", "secret")
    assert caplog.messages[0].startswith(f"{name}: ValueError at test_log_redaction.py:")
    assert "secret" not in caplog.text


def test_without_redaction_the_words_of_a_failure_are_logged(caplog: pytest.LogCaptureFixture):
    """Otherwise the filter could go."""
    logger = logging.getLogger("uvicorn.error")
    filters, logger.filters = logger.filters, []
    try:
        raise ValueError("secret")
    except ValueError:
        logger.exception("It failed")
    finally:
        logger.filters = filters
    assert "secret" in caplog.text


def test_a_task_that_nobody_waits_for_is_told_without_its_words(caplog: pytest.LogCaptureFixture):
    """asyncio would log the whole error."""

    loop = asyncio.new_event_loop()
    try:
        raise ValueError("secret")
    except ValueError as error:
        loop.call_exception_handler({"message": "Task exception was never retrieved", "exception": error})
    finally:
        loop.close()
    assert "ValueError at test_log_redaction.py:" in caplog.text
    assert "secret" not in caplog.text


def test_other_lines_are_kept(caplog: pytest.LogCaptureFixture):
    """Lines that tell the owner what is wrong."""
    logging.getLogger("uvicorn.error").warning("Invalid HTTP request received.")
    logging.getLogger("conduct").warning("The text stays.")
    logging.warning("said to the root")
    assert caplog.messages == ["Invalid HTTP request received.", "The text stays.", "said to the root"]


def test_nobody_asks_who_came(caplog: pytest.LogCaptureFixture):
    """There is no access log, with any log level."""
    for name in ("uvicorn.access", "mcp", "mcp.server.streamable_http"):
        assert not logging.getLogger(name).isEnabledFor(logging.ERROR)


def logged(count: CountRepeated, name: str, line: int, message: str, *values: object) -> str | None:
    """The line as `count` passes it on, or None."""
    record = logging.LogRecord(name, logging.WARNING, "some/file.py", line, message, values, None)
    return record.getMessage() if count.filter(record) else None


def test_nobody_can_fill_the_log():
    """Repeated lines are counted, whatever words a visitor puts into them; the next minute logs their number."""
    now = 0.0
    count = CountRepeated(clock=lambda: now)
    written = [logged(count, "uvicorn.error", 1, "Invalid %s", number) for number in range(1_000 + MAX_LINES)]
    assert written == [f"Invalid {number}" for number in range(MAX_LINES)] + [None] * 1_000
    assert logged(count, "uvicorn.error", 2, "something else") == "something else"
    now = WINDOW_SECONDS
    assert logged(count, "uvicorn.error", 1, "Invalid x") == "Invalid x (1,000 lines like this one were left out.)"
    assert logged(count, "uvicorn.error", 1, "Invalid y") == "Invalid y"


def test_our_own_lines_are_told_apart_by_their_words():
    """Two faults in different places may be logged by one line of code; neither hides the other."""
    count = CountRepeated()
    for _ in range(MAX_LINES + 1):
        first = logged(count, "conduct.errors", 1, "Unexpected %s", "KeyError at a.py:1")
    assert first is None
    assert logged(count, "conduct.errors", 1, "Unexpected %s", "KeyError at b.py:2") is not None
