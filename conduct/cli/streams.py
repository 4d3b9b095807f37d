"""Standard input and output, also if they are closed, full, or in an encoding that lacks letters of the answer."""

import io
import sys
from contextlib import suppress
from pathlib import Path

from conduct.errors import OutputError


def prepare_streams() -> None:
    """Make the three streams usable, however the process was started. Raises OutputError if there is no output."""
    # Python has None for a closed stream. A file that is opened later would get its descriptor, and everything that a
    # library prints to it.
    if sys.stdin is None:
        sys.stdin = _nowhere("r")
    closed = sys.stdout is None
    if closed:
        sys.stdout = _nowhere("w")
    if sys.stderr is None:
        sys.stderr = _nowhere("w")
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            # A letter that the encoding lacks is printed as an escape, and does not end the program.
            stream.reconfigure(errors="backslashreplace")
    if closed:
        raise OutputError("Standard output is closed, so that nobody would read the answer: leave it open.")


def writes_unicode() -> bool:
    """Whether standard output takes any character."""
    return (getattr(sys.stdout, "encoding", None) or "utf-8").lower().replace("-", "").startswith("utf")


def write(text: str, end: str = "\n") -> None:
    """Print and flush. Raises OutputError if the output cannot be written, BrokenPipeError if its reader has ended."""
    try:
        print(text, end=end, flush=True)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputError(
            f"Standard output cannot be written ({error.strerror}): free space there, or send it somewhere else."
        ) from error


def print_error(text: object) -> None:
    """Print to standard error; if that is not possible, only the exit code tells of the error."""
    with suppress(OSError):
        print(text, file=sys.stderr, flush=True)


def discard_output() -> None:
    """Drop output that could not be printed, which Python would otherwise try again at exit."""
    with suppress(OSError):
        sys.stdout.close()
    sys.stdout = io.StringIO()


def discard_lost_errors() -> None:
    """Drop unprinted output of standard error as well: a failure at exit would change the exit code."""
    try:
        sys.stderr.flush()
    except OSError:
        with suppress(OSError):
            sys.stderr.close()
        sys.stderr = io.StringIO()


def _nowhere(mode: str) -> io.TextIOBase:
    return open("/dev/null" if Path("/dev/null").exists() else "nul", mode, encoding="utf-8")
