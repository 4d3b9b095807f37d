"""An app whose memory is searched; run by tests/process/test_traces.py.

It prints its port. It then answers each line, the beginning of a text, with the number of live objects that hold such a
text with a number after it.
"""

import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from conduct.settings import ServerSettings, apply_library_defaults

apply_library_defaults()

from conduct.api.service import AskService  # noqa: E402  (apply_library_defaults comes before)
from conduct.hub.deadline import exit_without_waiting  # noqa: E402
from conduct.web.page import build_page  # noqa: E402
from conduct.web.server import Timeouts, build_app, http_server, listen  # noqa: E402
from tests.fakes import WordEncoder, word_engine  # noqa: E402
from tests.support.traces import held_texts, without_gc  # noqa: E402

# Long enough for a client to hang up in the middle.
SLOW_SECONDS = 0.6


class Moody(WordEncoder):
    """Fails with the question in the error message, or is slow, if the question says so."""

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Unit vectors."""
        if any("fail" in text for text in texts):
            raise RuntimeError(f"cannot encode {texts}")
        if any("slow" in text for text in texts):
            time.sleep(SLOW_SECONDS)
        vectors = super().encode(texts)
        self.calls.clear()
        return vectors


def main(folder: Path) -> None:
    """Serve until standard input ends."""
    engine = word_engine(folder)
    engine.answerer().encoder._encoder.__class__ = Moody
    service, timeouts = AskService(engine), Timeouts(idle=1.0, session=0.5, garbage=0.25)
    server = http_server(build_app(build_page(service), service, timeouts=timeouts), timeouts)
    listening = listen(ServerSettings(port=0))
    threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True).start()
    while not server.started:
        time.sleep(0.01)
    sys.stdout.write(f"{listening.getsockname()[1]}\n")
    sys.stdout.flush()
    while line := sys.stdin.readline():
        # A number alone: the texts themselves would be held by this very frame when it looks again.
        start = line.rstrip("\n")
        del line
        with without_gc():
            held = sum(text[len(start)].isdigit() for text in held_texts(start))
        sys.stdout.write(f"{held}\n")
        sys.stdout.flush()
    exit_without_waiting(0)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
