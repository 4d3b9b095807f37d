"""Standard input and output as they come: closed, full, or in an encoding that lacks the answer's letters."""

import io
import sys
from contextlib import suppress
from pathlib import Path

from conduct.errors import OutputError


def prepare_streams() -> None:
    """Make the three streams usable, whatever the process was started with. Raises OutputError without an output."""
    # Python has None for a stream that is closed. A file that is opened later would get its number, and with it
    # whatever a library prints there.
    if sys.stdin is None:
        sys.stdin = _nowhere("r")
    closed = sys.stdout is None
    if closed:
        sys.stdout = _nowhere("w")
    if sys.stderr is None:
        sys.stderr = _nowhere("w")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A letter that the encoding lacks costs itself, as "\u0142", and not the answers after it.
            stream.reconfigure(errors="backslashreplace")
    if closed:
        raise OutputError("Standard output is closed, so that nobody would read the answer: leave it open.")


def writes_unicode() -> bool:
    """Whether standard output takes any character."""
    return (getattr(sys.stdout, "encoding", None) or "utf-8").lower().replace("-", "").startswith("utf")


def write(text: str, end: str = "\n") -> None:
    """Print at once. Raises OutputError if the output cannot be written, BrokenPipeError if its reader has gone."""
    try:
        print(text, end=end, flush=True)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputError(
            f"Standard output cannot be written ({error.strerror}): free space there, or send it somewhere else."
        ) from error


def print_error(text: object) -> None:
    """Print to standard error; where even that is not possible, the exit code has to do."""
    with suppress(OSError):
        print(text, file=sys.stderr, flush=True)


def discard_output() -> None:
    """Drop what could not be printed, which Python would try once more at exit."""
    with suppress(OSError):
        sys.stdout.close()
    sys.stdout = io.StringIO()


def discard_lost_errors() -> None:
    """The same for standard error, which would turn the exit code into another."""
    try:
        sys.stderr.flush()
    except OSError:
        with suppress(OSError):
            sys.stderr.close()
        sys.stderr = io.StringIO()


def _nowhere(mode: str) -> io.TextIOBase:
    return open("/dev/null" if Path("/dev/null").exists() else "nul", mode, encoding="utf-8")
