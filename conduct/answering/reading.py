"""A text from elsewhere, read where it can be given up: none keeps a page or an answer waiting, whatever is in it."""

import pickle
import subprocess
import sys
import time
from pathlib import Path

from conduct.answering.dataset_revision import DatasetRevision
from conduct.errors import ConductError, DataError
from conduct.hub.deadline import run_behind, run_with_deadline
from conduct.hub.find_dataset import unreadable_because
from conduct.hub.snapshot import BUNDLED, Snapshot
from conduct.settings import environment_of_child

# The largest text that is allowed takes five seconds on an idle core.
FIRST_SECONDS = 20.0
APART_SECONDS = 60.0
TOO_SLOW = "reading it took more than {seconds} seconds: publish a shorter text"
COMMAND = (sys.executable, "-P", "-m", __name__)
ROOT = Path(__file__).parents[2]


def read_first(snapshot: Snapshot, seconds: float = FIRST_SECONDS) -> DatasetRevision:
    """Read a folder while the first page waits for it, but no longer than `seconds`; the bundled one is known.

    In a thread, which is faster than a process of its own. Raises DataError.
    """
    if snapshot.name == BUNDLED:
        return DatasetRevision.read(snapshot)
    what = ("read", str(snapshot.folder), snapshot.text_file, snapshot.revision)
    try:
        return run_with_deadline(time.monotonic() + seconds, what, lambda: DatasetRevision.read(snapshot))
    except TimeoutError as error:
        raise DataError(TOO_SLOW, seconds=round(seconds)) from error


def read_apart(snapshot: Snapshot, seconds: float = APART_SECONDS) -> DatasetRevision:
    """Read a folder in a process of its own, while questions are answered in this one. Raises DataError."""
    try:
        done = subprocess.run(  # noqa: S603  (our own module)
            COMMAND,
            input=pickle.dumps(snapshot),
            stdout=subprocess.PIPE,
            env=environment_of_child() | {"PYTHONPATH": str(ROOT)},
            timeout=seconds,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise DataError(TOO_SLOW, seconds=round(seconds)) from error
    if done.returncode:
        raise DataError(f"the process that read it ended with {done.returncode}: publish a shorter text")
    result = pickle.loads(done.stdout)  # noqa: S301  (written by `main`, not by the text)
    if isinstance(result, str):
        raise DataError(result)
    return result


def main() -> None:
    """Read the snapshot on standard input; write the revision, or why it cannot be used, to standard output."""
    run_behind()
    snapshot = pickle.load(sys.stdin.buffer)  # noqa: S301  (written by `read_apart`)
    try:
        result: DatasetRevision | str = DatasetRevision.read(snapshot)
    except ConductError as error:
        result = str(error)
    except Exception as error:
        result = unreadable_because(snapshot, error)
    sys.stdout.buffer.write(pickle.dumps(result))


if __name__ == "__main__":
    main()
