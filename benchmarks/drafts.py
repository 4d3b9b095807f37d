"""What a draft takes beside a short question, and what others wait meanwhile: a part of benchmarks/run.py, and alone
`python -m benchmarks.drafts`."""

import http.client
import json
import statistics
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.sides import median_ms, post, server

ROOT = Path(__file__).parents[1]
FINE = ROOT / "training_data" / "drafts" / "fine.jsonl"
WORDS = 1_000
# So many questions before, and as many beside the drafts.
ASKED = 40
Row = tuple[str, ...]


def drafts(questions: Sequence[str], quick: bool = False) -> list[Row]:
    """The draft's time, others' wait, and memory, each beside the same without a draft."""
    draft, count = _draft(), ASKED // 2 if quick else ASKED
    with server("app.py", CONDUCT_DATASET="") as app:
        alone = _ask(app.port, [*questions[:5], *questions[5 : 5 + count]])[5:]
        checked = _ask(app.port, [draft] * 6)[1:]
        before = app.memory
        waits = _beside_drafts(app.port, questions[5 : 5 + count], draft)
        _ask(app.port, [draft] * (20 if quick else 1_000))
        after = app.memory
    ratio, waited = (statistics.median(seconds) / statistics.median(alone) for seconds in (checked, waits))
    return [
        (f"a draft of {len(draft.split()):,} words", f"{median_ms(checked):.0f} ms", "a question",
         f"{median_ms(alone):.0f} ms", f"{ratio:.1f} x (at most 12)"),
        ("a question while somebody checks drafts", f"{median_ms(waits):.0f} ms", "a question",
         f"{median_ms(alone):.0f} ms", f"{waited:.2f} x (at most 1.5)"),
        ("memory after many drafts", f"{after:.0f} MB", "before", f"{before:.0f} MB", f"{after / before:.2f} x"),
    ]  # fmt: skip


def _draft() -> str:
    """An ordinary English one of about WORDS words."""
    lines = [json.loads(line) for line in FINE.read_text(encoding="utf-8").splitlines()]
    english = [line["text"] for line in lines if line["lang"] == "en"]
    return min(english, key=lambda text: abs(len(text.split()) - WORDS))


def _ask(port: int, questions: Sequence[str]) -> list[float]:
    connection, seconds = http.client.HTTPConnection("127.0.0.1", port, timeout=300), []
    for question in questions:
        began = time.perf_counter()
        post(connection, question)
        seconds.append(time.perf_counter() - began)
    connection.close()
    return seconds


def _beside_drafts(port: int, questions: Sequence[str], draft: str) -> list[float]:
    """Seconds of each question while somebody has one draft after the other checked."""
    done = threading.Event()

    def check() -> None:
        while not done.is_set():
            _ask(port, [draft])

    checking = threading.Thread(target=check)
    checking.start()
    time.sleep(0.2)
    try:
        return _ask(port, questions)
    finally:
        done.set()
        checking.join()


def main() -> None:
    """Print the rows."""
    lines = (ROOT / "conduct" / "data" / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    rows = drafts([text for line in lines if len(text := json.loads(line)["text"]) < 100], quick="--quick" in sys.argv)
    sys.stdout.write("".join(f"| {' | '.join(row)} |\n" for row in rows))


if __name__ == "__main__":
    main()
