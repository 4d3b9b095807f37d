"""What libraries would log of a visitor."""

import asyncio
import logging

import pytest

from conduct.web.guard.log_redaction import redact_logs


@pytest.fixture(autouse=True)
def _hushed() -> None:
    """As after a launch."""
    redact_logs()


@pytest.mark.parametrize("name", ["uvicorn.error", "asyncio"])
def test_a_failure_is_told_without_its_words(name: str, caplog: pytest.LogCaptureFixture):
    """Its kind and place are kept."""
    try:
        raise ValueError("secret")
    except ValueError:
        logging.getLogger(name).exception("It was %s", "secret")
    assert caplog.messages[0].startswith(f"{name}: ValueError at test_log_redaction.py:")
    assert "secret" not in caplog.text


def test_a_task_that_nobody_waits_for_is_told_without_its_words(caplog: pytest.LogCaptureFixture):
    """asyncio would show the whole error."""

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
    """Those that tell the owner what is wrong."""
    logging.getLogger("uvicorn.error").warning("Invalid HTTP request received.")
    logging.getLogger("conduct").warning("The text stays.")
    logging.warning("said to the root")
    assert caplog.messages == ["Invalid HTTP request received.", "The text stays.", "said to the root"]


def test_nobody_asks_who_came(caplog: pytest.LogCaptureFixture):
    """No access log, whatever level is set for the rest."""
    for name in ("uvicorn.access", "mcp", "mcp.server.streamable_http"):
        assert not logging.getLogger(name).isEnabledFor(logging.ERROR)
