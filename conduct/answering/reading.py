"""Reads texts from the Hub or a folder within a time limit, so that no text can block a page or an answer."""

import pickle
import subprocess
import sys
import time
from pathlib import Path

from conduct.answering.dataset_revision import DatasetRevision
from conduct.errors import ConductError, DataError
from conduct.hub.deadline import lower_priority, run_with_deadline
from conduct.hub.find_dataset import unreadable_because
from conduct.hub.snapshot import BUNDLED, Snapshot
from conduct.settings import environment_of_child

# In seconds. The largest text that is allowed takes five on an idle core.
DEADLINE_SECONDS = 20.0
SUBPROCESS_SECONDS = 60.0
TOO_SLOW = "reading it took more than {seconds} seconds: publish a shorter text"
COMMAND = (sys.executable, "-P", "-m", __name__)
ROOT = Path(__file__).parents[2]


def read_with_deadline(snapshot: Snapshot, seconds: float = DEADLINE_SECONDS) -> DatasetRevision:
    """Read a folder within `seconds`, while the first page waits for it; for the bundled folder there is no limit.

    It runs in a thread, which starts faster than a process. Raises DataError.
    """
    if snapshot.name == BUNDLED:
        return DatasetRevision.read(snapshot)
    what = ("read", str(snapshot.folder), snapshot.text_file, snapshot.revision)
    try:
        return run_with_deadline(time.monotonic() + seconds, what, lambda: DatasetRevision.read(snapshot))
    except TimeoutError as error:
        raise DataError(TOO_SLOW, seconds=round(seconds)) from error


def read_in_subprocess(snapshot: Snapshot, seconds: float = SUBPROCESS_SECONDS) -> DatasetRevision:
    """Read a folder in a subprocess while this process answers questions. Raises DataError, also after `seconds`."""
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
    lower_priority()
    snapshot = pickle.load(sys.stdin.buffer)  # noqa: S301  (written by `read_in_subprocess`)
    try:
        result: DatasetRevision | str = DatasetRevision.read(snapshot)
    except ConductError as error:
        result = str(error)
    except Exception as error:
        result = unreadable_because(snapshot, error)
    sys.stdout.buffer.write(pickle.dumps(result))


if __name__ == "__main__":
    main()
