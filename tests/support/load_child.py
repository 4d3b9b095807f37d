"""An engine that is asked continuously while its text is swapped; run by tests/process/test_refresh.py."""

import json
import sys
import threading
import time
from pathlib import Path

from conduct.answering.engine import Engine
from conduct.hub.deadline import exit_without_waiting
from conduct.hub.snapshot import Snapshot
from conduct.settings import Settings
from tests.fakes import WordEncoder

LEAST_QUESTIONS, ASKERS = 2000, 8
# Seconds between two questions of a thread: more questions would show no more, and take time from the swaps.
PAUSE = 0.02
LONGEST_WAIT = 60.0


def main(swaps: int) -> None:
    """Print "next" each time another text may be published, and at the end what was asked and answered."""
    model = Snapshot(Path(__file__).parent, "words", "local")
    settings = Settings(dataset="ada/code", refresh_minutes=0.001)
    engine = Engine(settings, lambda settings: model, lambda folder: WordEncoder())
    revision = engine.answerer().source.dataset_revision
    enough = threading.Event()
    asked, answered, failed = [0] * ASKERS, [0] * ASKERS, []
    seen: set[tuple[str, str]] = set()

    def ask(own: int) -> None:
        while not enough.is_set() or sum(answered) < LEAST_QUESTIONS:
            asked[own] += 1
            try:
                answer = engine.ask(f"an accent {own}")
            except Exception as error:
                failed.append(repr(error))
                continue
            answered[own] += 1
            seen.add((answer.source.dataset_revision, answer.passages[0].text))
            time.sleep(PAUSE)

    threads = [threading.Thread(target=ask, args=(own,)) for own in range(ASKERS)]
    for thread in threads:
        thread.start()
    for _ in range(swaps):
        sys.stdout.write("next\n")
        sys.stdout.flush()
        until = time.monotonic() + LONGEST_WAIT
        while (now := engine.ask("pizza").source.dataset_revision) == revision:
            if time.monotonic() > until:
                exit_without_waiting(1)
            time.sleep(PAUSE)
        revision = now
        # A question must have been answered from the new text before the next one is published.
        while not any(one == now for one, _ in seen.copy()):
            time.sleep(PAUSE)
    enough.set()
    for thread in threads:
        thread.join()
    result = {"asked": sum(asked), "answered": sum(answered), "failed": failed, "seen": sorted(seen)}
    sys.stdout.write(json.dumps(result) + "\n")
    exit_without_waiting(0)


if __name__ == "__main__":
    main(int(sys.argv[1]))
