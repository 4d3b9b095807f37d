"""A week in an hour: python benchmarks/soak.py

Many questions through every door while the text is refreshed, the Hub fails, clients drop out and others attack; each
answer is checked. The exit code is 0 if none was wrong and the memory did not grow. Not collected by pytest:
the short mode is.
"""

import argparse
import contextlib
import http.client
import itertools
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))  # this file is run as a script

from conduct.settings import apply_library_defaults  # noqa: E402

apply_library_defaults()

from tqdm import tqdm  # noqa: E402

from benchmarks.soak_attacks import BOMBS, Attacks  # noqa: E402
from benchmarks.soak_clients import LIMIT, Clients, Expected, Tally  # noqa: E402
from conduct.answering.answerer import Answerer  # noqa: E402
from conduct.answering.dataset_revision import DatasetRevision  # noqa: E402
from conduct.dataset.files import QUESTIONS_FILE, SITUATIONS_FILE, TEXT_FILE, VECTORS_FILE  # noqa: E402
from conduct.hub import find_dataset  # noqa: E402
from conduct.hub.find_dataset import BUNDLED_DATA  # noqa: E402
from conduct.hub.snapshot import LOCAL, Snapshot  # noqa: E402
from conduct.model import packaged  # noqa: E402
from conduct.model.sentence_transformer import SentenceEncoder  # noqa: E402
from conduct.ranking.fit import build  # noqa: E402
from conduct.ranking.vectors import save  # noqa: E402
from tests.support.hub_process import environment  # noqa: E402
from tests.support.loopback_hub import FAULTS, LoopbackHub  # noqa: E402

REPO = "ada/code"
MAX_GROWTH = 0.05
# At most so many situations and labelled questions are kept: building two texts takes seconds, and refreshes are what
# is soaked.
MAX_LINES = 640
# Different ones; each is asked several times, as in life.
QUESTIONS = 4_000


@dataclass(frozen=True, slots=True)
class Plan:
    """How much of everything."""

    questions: int = 60_000
    hostile: int = 20_000
    visitors: int = 6
    refresh_seconds: float = 12.0
    lines: int = MAX_LINES
    different: int = QUESTIONS
    # Counted from what is answered: models, threads and caches have found their size by then.
    warm_up: float = 0.2


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a soak found."""

    tally: Tally
    seconds: float
    refreshes: int
    faults: int
    # Resident megabytes: the median after the warm-up, that of the last tenth, and the most.
    warm: float
    last: float
    most: float

    @property
    def growth(self) -> float:
        """Of memory, after the warm-up."""
        return self.last / self.warm - 1


class Texts:
    """Two texts that take turns, each time as a new commit; and what either answers."""

    def __init__(
        self,
        folder: Path,
        served: LoopbackHub,
        questions: int = QUESTIONS,
        lines: int = MAX_LINES,
        encoder: SentenceEncoder | None = None,
    ) -> None:
        self._served = served
        self._files: list[dict[str, bytes]] = []
        answerers: list[Answerer] = []
        self._expected: dict[tuple[int, str], Expected] = {}
        self.revisions: dict[str, int] = {"even": 0, "odd": 1}
        self._count, self._bombs = itertools.count(), itertools.count()
        model = packaged.snapshot()
        encoder = encoder or SentenceEncoder.load(model.folder)
        for number, name in enumerate(("even", "odd")):
            dataset = _dataset(folder / name, number, lines)
            vectors = build(dataset.code, dataset.bank, dataset.read_questions(), encoder)
            save(vectors, folder / name / VECTORS_FILE, dataset.code, dataset.bank, packaged.identity(model))
            self._files.append({path.name: path.read_bytes() for path in (folder / name).iterdir()})
            answerers.append(Answerer.make(dataset, lambda *_: encoder, model))
        labelled = [question.text for question in dataset.read_questions()]
        bank = [situation.text for situation in DatasetRevision.read(find_dataset.bundled_dataset()).bank.situations]
        self.questions = list(dict.fromkeys(labelled + bank))[:questions]
        for number, answerer in enumerate(answerers):
            for question, answer in zip(self.questions, answerer.answer(self.questions, LIMIT), strict=True):
                passages = tuple((passage.id, passage.text, passage.relevance) for passage in answer.passages)
                self._expected[number, question] = Expected(answer.coverage, passages)

    def push(self) -> str:
        """A new commit, of the text whose turn it is."""
        count = next(self._count)
        readme = {"README.md": f"The {count}th commit.".encode()}
        revision = self._served.push("dataset", REPO, self._files[count % 2] | readme)
        self.revisions[revision] = count % 2
        return revision

    def push_bomb(self) -> None:
        """A new commit whose text would take without end to read, and is never answered from."""
        bomb = BOMBS[next(self._bombs) % len(BOMBS)]
        self._served.push("dataset", REPO, self._files[0] | {TEXT_FILE: bomb.encode()})

    def expected(self, revision: str, question: str) -> Expected | None:
        """The answer of a text to a question; None for a revision that was never pushed."""
        number = self.revisions.get(revision)
        return None if number is None else self._expected[number, question]


def _dataset(folder: Path, number: int, lines: int) -> DatasetRevision:
    folder.mkdir()
    text = (BUNDLED_DATA / TEXT_FILE).read_text(encoding="utf-8")
    (folder / TEXT_FILE).write_text(text.replace("regardless of our differences.", f"whatever text {number} says."))
    for name, first in ((SITUATIONS_FILE, number), (QUESTIONS_FILE, 0)):
        bundled = (BUNDLED_DATA / name).read_text(encoding="utf-8").splitlines(keepends=True)
        (folder / name).write_text("".join(bundled[first :: max(1, len(bundled) // lines)]), encoding="utf-8")
    return DatasetRevision.read(Snapshot(folder, folder.name, LOCAL))


@contextlib.contextmanager
def serving(home: Path, url: str, refresh_seconds: float) -> Iterator[tuple[str, int]]:
    """app.py in a process of its own: its address and its process id."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environ = environment(home, url) | {
        "CONDUCT_DATASET": REPO,
        "CONDUCT_REFRESH_MINUTES": f"{refresh_seconds / 120:.4f}",
        "GRADIO_SERVER_PORT": str(port),
    }
    with (home / "log").open("wb") as log:
        process = subprocess.Popen([sys.executable, "app.py"], env=environ, cwd=ROOT, stdout=log, stderr=log)
    address = f"http://127.0.0.1:{port}/"
    try:
        while True:
            with contextlib.suppress(OSError):
                if fetched(address, "/healthz")[0] == 200:
                    break
            if process.poll() is not None:
                raise RuntimeError(f"The app did not start: {(home / 'log').read_text()[-2_000:]}")
            time.sleep(0.2)
        yield address, process.pid
    finally:
        process.kill()
        process.wait()


def fetched(address: str, path: str) -> tuple[int, bytes]:
    """Status and body."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)
    connection.request("GET", path)
    response = connection.getresponse()
    return response.status, response.read()


def megabytes(pid: int) -> float:
    """What a process holds in memory."""
    status = Path(f"/proc/{pid}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) / 1024


def soak(plan: Plan, home: Path, quiet: bool = False, encoder: SentenceEncoder | None = None) -> Outcome:
    """Run it all; a progress bar unless `quiet`. The packaged `encoder` is loaded if it is not given."""
    with LoopbackHub() as served:
        texts = Texts(home, served, min(plan.different, plan.questions), plan.lines, encoder)
        texts.push()
        with serving(home, served.url, plan.refresh_seconds) as (address, pid):
            return _soak(plan, served, texts, address, pid, quiet)


def _soak(plan: Plan, served: LoopbackHub, texts: Texts, address: str, pid: int, quiet: bool) -> Outcome:
    functions = json.loads(fetched(address, "/config")[1])["dependencies"]
    page = next(function["id"] for function in functions if function["api_name"] == "page_ask")
    tally, over = Tally(plan.questions), threading.Event()
    clients = Clients(address, texts.questions, texts.expected, tally, page)
    refreshes, faults = itertools.count(), itertools.count()

    def refresh() -> None:
        # A new text, then a fault, then well again: half of the commits come while the Hub fails.
        for fault in itertools.cycle(FAULTS):
            for now in ("", fault):
                served.faults.pop(REPO, None)
                texts.push_bomb()
                if over.wait(plan.refresh_seconds / 4):
                    return
                texts.push()
                next(refreshes)
                if now:
                    served.faults[REPO] = now
                    served.failed_once.clear()
                    next(faults)
                if over.wait(plan.refresh_seconds):
                    return

    threads = [threading.Thread(target=clients.visit, args=[seed]) for seed in range(plan.visitors)]
    threads.append(threading.Thread(target=clients.harm, args=[99, plan.hostile]))
    beside = [threading.Thread(target=refresh), threading.Thread(target=clients.leave, args=[7, over])]
    beside.append(threading.Thread(target=Attacks(address, tally).attack, args=[11, over]))
    began = time.monotonic()
    for thread in threads + beside:
        thread.start()
    samples: list[tuple[float, float]] = []
    reported = 0
    with tqdm(total=plan.questions, unit=" questions", disable=quiet, smoothing=0.05) as bar:
        while any(thread.is_alive() for thread in threads[: plan.visitors]):
            time.sleep(0.5)
            samples.append((tally.answered / plan.questions, megabytes(pid)))
            bar.update(min(tally.answered, plan.questions) - bar.n)
            for wrong in tally.wrong[reported:]:
                bar.write(wrong)
            reported = len(tally.wrong)
            bar.set_postfix(MB=f"{samples[-1][1]:.0f}", texts=len(tally.revisions), wrong=len(tally.wrong))
    over.set()
    served.closing.set()
    for thread in threads + beside:
        thread.join()
    warm = [size for share, size in samples if plan.warm_up <= share < plan.warm_up + 0.1] or [samples[-1][1]]
    last = [size for share, size in samples if share >= 0.9] or [samples[-1][1]]
    most = max(size for _, size in samples)
    seconds = time.monotonic() - began
    return Outcome(
        tally, seconds, next(refreshes), next(faults), statistics.median(warm), statistics.median(last), most
    )


def report(outcome: Outcome) -> str:
    """A few lines for people."""
    tally = outcome.tally
    ways = ", ".join(f"{name} {count:,}" for name, count in sorted(tally.events.items()))
    return (
        f"{tally.answered:,} questions answered in {outcome.seconds / 60:.1f} minutes "
        f"({tally.answered / outcome.seconds:.0f} a second), {len(tally.wrong)} wrong\n"
        f"{ways}\n"
        f"{outcome.refreshes:,} commits, {outcome.faults:,} of them under a fault of the Hub; "
        f"{len(tally.revisions):,} texts were answered from\n"
        f"memory: {outcome.warm:.0f} MB after the warm-up, {outcome.last:.0f} MB at the end "
        f"({outcome.growth:+.1%}), {outcome.most:.0f} MB at most"
    )


def main() -> int:
    """Print what was found; 1 if an answer was wrong or the memory grew."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--questions", type=int, default=Plan().questions, help="default 60,000")
    parser.add_argument("--hostile", type=int, default=Plan().hostile, help="hostile requests beside; default 20,000")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        outcome = soak(Plan(chosen.questions, chosen.hostile), Path(home))
    print(report(outcome))
    return int(bool(outcome.tally.wrong) or outcome.growth > MAX_GROWTH)


if __name__ == "__main__":
    os.chdir(ROOT)
    sys.exit(main())
