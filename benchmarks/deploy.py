"""What one copy of the app carries, with the model in it and with the model elsewhere: a part of benchmarks/run.py.

`python -m benchmarks.deploy PORT` is an engine elsewhere that costs nothing: it keeps the vectors that it has made, and
each question is asked once before the clock runs, so that what is left is the app's own work.
"""

import http.client
import statistics
import sys
from collections.abc import Callable, Sequence

import numpy as np

from benchmarks.sides import clients, percentile, post, server, sides
from conduct.model import packaged
from conduct.settings import apply_library_defaults

FIRST = "Is this okay?"


def carried(questions: Sequence[str], at_once: int, step: Callable[[str, float], None]) -> list[tuple[str, ...]]:
    """A row for each way to run it: questions a second from so many clients, beside bare `encode`, and the memory."""
    rows = []
    with sides("bare on one thread") as (bare,), server("-m", "benchmarks.deploy", "PORT") as engine:
        ways = {"the model in the app": {}, "an engine elsewhere": {"CONDUCT_INFERENCE": engine.address}}
        for way, environment in ways.items():
            step(f"{at_once} at once, {way}", 5)
            with server("app.py", CONDUCT_DATASET="", **environment) as app:
                connection = http.client.HTTPConnection("127.0.0.1", app.port, timeout=300)
                post(connection, FIRST)
                connection.close()
                # The app keeps no answer, but the engine elsewhere its vectors.
                clients(app.port, questions, at_once)
                before = bare.ask(questions[:20])
                whole, each, _ = clients(app.port, questions, at_once)
                plain = 1 / statistics.mean(seconds for seconds, _ in before + bare.ask(questions[20:40]))
                rate = len(questions) / whole
                rows.append((
                    way, f"{rate:.0f}/s", f"{rate / plain:.1f} x", f"{percentile(each, 0.95) * 1e3:.0f} ms",
                    f"{app.memory:.0f} MB", f"{app.memory / bare.memory:.2f} x",
                ))  # fmt: skip
    return rows


class Known:
    """An encoder that looks vectors up once it has made them."""

    workers = 1

    def __init__(self, encoder) -> None:
        self._encoder = encoder
        self._vectors = {}

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Unit vectors (len(texts), dimensions)."""
        if new := [text for text in texts if text not in self._vectors]:
            # The app puts the prompt before a text, and so does the encoder.
            bare = [text.removeprefix(packaged.PROMPT) for text in new]
            self._vectors |= dict(zip(new, self._encoder.encode(bare), strict=True))
        return np.array([self._vectors[text] for text in texts])

    def truncates(self, text: str) -> bool:
        """Whoever asks wants it cut."""
        return False


def main(port: int) -> None:
    """Serve until the process is ended."""
    apply_library_defaults()
    from conduct.model.sentence_transformer import SentenceEncoder
    from tests.support.loopback_engine import LoopbackEngine

    with LoopbackEngine(Known(SentenceEncoder.load(packaged.FOLDER)), port=port) as engine:
        engine.closing.wait()


if __name__ == "__main__":
    main(int(sys.argv[1]))
