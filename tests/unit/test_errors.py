"""What the log says about an internal error."""

import re

from conduct.errors import log_unexpected, place


def fail(question: str) -> None:
    """Raises with the question in its message."""
    raise ValueError(question)


def caught(question: str) -> ValueError:
    """The error with its frames."""
    try:
        fail(question)
    except ValueError as error:
        return error
    raise AssertionError("it raises")


def test_the_place_of_each_frame_is_kept_and_the_message_is_not(caplog):
    """The innermost first; a message may quote the question."""
    error = caught("zanzibar")
    assert re.fullmatch(r"ValueError at test_errors\.py:10 < test_errors\.py:16", place(error))
    log_unexpected(error)
    assert caplog.messages == [f"Unexpected {place(error)}"]
    assert place(ValueError("never raised")) == "ValueError at unknown"
