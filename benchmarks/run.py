"""How fast it is: `python benchmarks/run.py` prints the tables of docs/performance.md and docs/deployment.md.

Each figure is a ratio to something measured in the same run, side by side, so that it says the same on a faster or a
busier machine. Needs Linux and `pip install -r benchmarks/requirements.txt`; takes ten minutes, `--quick` three.
"""

import argparse
import http.client
import json
import os
import platform
import statistics
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))  # this file is run as a script

from packaging.requirements import Requirement  # noqa: E402
from packaging.utils import canonicalize_name  # noqa: E402
from tqdm import tqdm  # noqa: E402

from conduct.settings import apply_library_defaults  # noqa: E402

apply_library_defaults()

from benchmarks.deploy import carried  # noqa: E402
from benchmarks.drafts import drafts  # noqa: E402
from benchmarks.health import CROWD, health_in_a_crowd, wait_until_healthy  # noqa: E402
from benchmarks.sides import Server, clients, median_ms, percentile, post, server, sides  # noqa: E402
from conduct.dataset import situations  # noqa: E402
from conduct.dataset.files import QUESTIONS_FILE, read_text  # noqa: E402
from conduct.hub.find_dataset import BUNDLED_DATA  # noqa: E402
from conduct.text import code  # noqa: E402

CLIENTS = 32
CHUNK = 5
# So many are asked at once, then a few one by one: what else the machine does meanwhile meets both.
ROUND = 256
PICTURE = ROOT / "docs" / "images" / "growth.png"
PEERS = {
    "conduct": ("conduct", (ROOT / "requirements.txt").read_text()),
    "a `semantic_search` script": ("semantic_search", "sentence-transformers"),
    "a FAISS pipeline": ("faiss", "sentence-transformers\nfaiss-cpu"),
}
Row = tuple[str, ...]


class Run:
    """What is measured, with a bar that says how far it is."""

    def __init__(self, quick: bool) -> None:
        self.quick = quick
        text = code.parse(read_text(BUNDLED_DATA).text)
        ids = [passage.id for passage in text.passages]
        labelled = situations.read_questions(BUNDLED_DATA / QUESTIONS_FILE, ids)
        self.dev = [one for one in labelled if one.split == situations.DEV and one.in_scope]
        self.questions = list(dict.fromkeys(one.text for one in labelled))
        self.bar = tqdm(total=100, bar_format="{desc:<40}{percentage:3.0f}%|{bar:30}| {elapsed}", file=sys.stderr)

    def step(self, text: str, share: float) -> None:
        """Say what begins; it takes about `share` of the whole."""
        self.bar.set_description_str(text)
        self.bar.update(share)

    def speed(self) -> list[Row]:
        """One question at a time, and many at once."""
        count = 20 if self.quick else 100
        alone, through = self.questions[:count], self.questions[count : 2 * count]
        crowd = self.questions[2 * count : 2 * count + (128 if self.quick else 768)]
        roles = ("bare", "bare on one thread", "conduct")
        with sides(*roles) as (*bares, ours), server("app.py", CONDUCT_DATASET="") as app:
            self.step("one question at a time", 5)
            # On a busy machine torch's own number of threads is the worse choice by far: we race the better one.
            bare = min(bares, key=lambda side: median_ms([seconds for seconds, _ in side.ask(alone[:20])]))
            plain, asked = [], []
            for first in range(0, count, CHUNK):
                plain += [seconds for seconds, _ in bare.ask(alone[first : first + CHUNK])]
                asked += [seconds for seconds, _ in ours.ask(alone[first : first + CHUNK])]
            rows = [_row("in process, the median", median_ms(asked), "bare `encode`", median_ms(plain), 1.15)]
            self.step("through gradio_client", 10)
            rows.append(self._through_client(app, bare, through))
            self.step(f"{CLIENTS} at once", 10)
            wanted = {question: found for question, (_, found) in zip(crowd, ours.ask(crowd), strict=True)}
            rounds = [crowd[at : at + ROUND] for at in range(0, len(crowd), ROUND)]
            answers, each, whole, alone_seconds = {}, [], 0.0, []
            for part in rounds:
                alone_seconds += [seconds for seconds, _ in bare.ask(part[::4])]
                seconds, of_each, answered = clients(app.port, part, CLIENTS)
                whole, each, answers = whole + seconds, each + of_each, answers | answered
            with sides("conduct") as (fresh,):
                inside, inside_alone = 0.0, []
                for part in rounds:
                    inside_alone += [seconds for seconds, _ in bare.ask(part[1::4])]
                    inside += fresh.at_once(part, CLIENTS)["all"]
        _check(answers, wanted)
        rate, bare_rate = len(crowd) / whole, 1 / statistics.mean(alone_seconds)
        inside_rate, bare_inside = len(crowd) / inside, 1 / statistics.mean(inside_alone)
        return [
            *rows,
            (f"{CLIENTS} threads in process, the rate", f"{inside_rate:.0f}/s", "bare `encode`, one at a time",
             f"{bare_inside:.0f}/s", f"{inside_rate / bare_inside:.2f} x"),
            (f"{CLIENTS} clients over HTTP, the rate", f"{rate:.0f}/s", "bare `encode`, one at a time",
             f"{bare_rate:.0f}/s", f"{rate / bare_rate:.2f} x (aim: 2.5)"),
            (f"{CLIENTS} clients, the slowest 5%", f"{percentile(each, 0.95) * 1e3:.0f} ms", "their median",
             f"{median_ms(each):.0f} ms", f"{percentile(each, 0.95) / statistics.median(each):.2f} x (at most 3)"),
        ]  # fmt: skip

    def _through_client(self, app: Server, bare, questions: list[str]) -> Row:
        from gradio_client import Client

        with server("-m", "benchmarks.roles", "nothing", "PORT") as nothing:
            ours, theirs = Client(app.address, verbose=False), Client(nothing.address, verbose=False)
            asked, empty, plain = [], [], []
            for question in questions:
                for client, seconds in ((ours, asked), (theirs, empty)):
                    seconds.append(_seconds(lambda: client.predict(question=question, api_name="/ask")))  # noqa: B023
                plain += [seconds for seconds, _ in bare.ask([question])]
        whole = [one + other for one, other in zip(empty, plain, strict=True)]
        return _row(
            "through gradio_client, the median",
            median_ms(asked),
            "do-nothing endpoint + `encode`",
            median_ms(whole),
            1.25,
        )

    def others(self) -> list[Row]:
        """What a draft takes, and whether an orchestrator would take the app for dead while many ask."""
        self.step("health in a crowd", 5)
        with server("app.py", CONDUCT_DATASET="") as app:
            wait_until_healthy(app.port)
            seconds, counts = health_in_a_crowd(app.port, self.questions)
        turned_away = counts.get(503, 0)
        health = (f"/healthz while {CROWD} ask /embed, the slowest", f"{max(seconds) * 1e3:.0f} ms", "their median",
                  f"{median_ms(seconds):.0f} ms", f"at most 100 ms; {turned_away} turned away")  # fmt: skip
        return [*drafts(self.questions), health]

    def start(self) -> list[Row]:
        """From nothing to the first page and to the first answer, and the memory then."""
        pages, empty, firsts, plain, memory, bare_memory = [], [], [], [], [], []
        for number in range(1 if self.quick else 3):
            self.step(f"start {number + 1}", 15 if self.quick else 5)
            with server("-m", "benchmarks.roles", "nothing", "PORT") as nothing:
                empty.append(nothing.page)
            with sides("bare") as (bare,):
                plain.append(bare.start)
                bare_memory.append(bare.memory)
            with server("app.py", CONDUCT_DATASET="") as app:
                pages.append(app.page)
                connection = http.client.HTTPConnection("127.0.0.1", app.port, timeout=300)
                firsts.append(app.page + _seconds(lambda: post(connection, "Is this okay?")))  # noqa: B023
                connection.close()
                memory.append(app.memory)
        of = statistics.median
        libraries = "importing both libraries, loading, one `encode`"
        return [
            _row("start to the first page", of(pages) * 1e3, "a Gradio app that does nothing", of(empty) * 1e3, 1.25),
            _row("start to the first answer", of(firsts) * 1e3, libraries, of(plain) * 1e3, 1.2),
            ("most memory by then", f"{of(memory):.0f} MB", libraries, f"{of(bare_memory):.0f} MB",
             f"{of(memory) / of(bare_memory):.2f} x (at most 1.15)"),
        ]  # fmt: skip

    def peers(self) -> list[Row]:
        """The same questions and weights, as people build it today."""
        asked = self.dev[:40] if self.quick else self.dev
        rows = []
        with sides(*(role for role, _ in PEERS.values())) as begun:
            seconds, hits = [[] for _ in begun], [0] * len(begun)
            self.step("peers", 15)
            for question in asked:
                for number, side in enumerate(begun):
                    ((took, found),) = side.ask([question.text])
                    seconds[number].append(took)
                    hits[number] += found[0][0] in question.first
            for number, (name, (_, needs)) in enumerate(PEERS.items()):
                side = begun[number]
                rows.append((
                    name, f"{hits[number] / len(asked):.2f}", f"{median_ms(seconds[number]):.1f} ms",
                    f"{side.start:.1f} s", f"{side.memory:.0f} MB", f"{install_megabytes(needs):,.0f} MB",
                ))  # fmt: skip
        return rows

    def growth(self) -> list[Row]:
        """Generated texts and banks of many sizes."""
        sizes = [(number, 0) for number in (10, 100, 1_000, 10_000)]
        sizes += [(8, number) for number in (1_000, 3_000, 10_000, 30_000, 100_000)]
        if self.quick:
            sizes = sizes[:3] + sizes[4:7]
        rows, said = [], []
        for passages, bank in sizes:
            self.step(f"{passages:,} passages, {bank:,} situations", 3)
            ran = subprocess.run(
                [sys.executable, "-m", "benchmarks.growth", str(passages), str(bank)],
                cwd=ROOT, stdout=subprocess.PIPE, check=True, text=True,
            )  # fmt: skip
            one = json.loads(ran.stdout)
            said.append((passages, bank, one))
            rows.append((f"{passages:,}", f"{bank:,}", f"{one['milliseconds']:.1f} ms", f"{one['start']:.2f} s",
                         f"{one['memory']:.0f} MB"))  # fmt: skip
        if not self.quick:
            draw(said, PICTURE)
        return rows

    def copy(self) -> list[Row]:
        """What one copy carries, wherever its model is."""
        return carried(self.questions[-128:] if self.quick else self.questions[-384:], CLIENTS, self.step)


def _row(what: str, ours: float, beside: str, theirs: float, most: float) -> Row:
    return what, f"{ours:.1f} ms", beside, f"{theirs:.1f} ms", f"{ours / theirs:.2f} x (at most {most})"


def _seconds(work: Callable[[], object]) -> float:
    import time

    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _check(answers: dict[str, dict], wanted: dict[str, list]) -> None:
    """Each question got its own passages, as it gets them when nobody else asks."""
    assert set(answers) == set(wanted)
    for question, answer in answers.items():
        assert answer["question"] == question
        given, alone = {one["id"]: one["relevance"] for one in answer["passages"]}, dict(wanted[question])
        assert set(given) == set(alone)
        assert all(abs(given[name] - alone[name]) < 1e-5 for name in alone), question


def install_megabytes(needs: str) -> float:
    """What pip puts on the disk for these requirements and for what they need, as it is installed here."""
    waiting = [(Requirement(line), "") for line in needs.splitlines() if line.partition("#")[0].strip()]
    done, bytes_of = set(), {}
    while waiting:
        one, extra = waiting.pop()
        if (one.marker and not one.marker.evaluate({"extra": extra})) or str(one) in done:
            continue
        done.add(str(one))
        try:
            found = distribution(one.name)
        except PackageNotFoundError:
            continue
        files = [Path(file.locate()) for file in found.files or ()]
        bytes_of[canonicalize_name(one.name)] = sum(file.stat().st_size for file in files if file.is_file())
        waiting += [(Requirement(line), name) for line in found.requires or () for name in ("", *one.extras)]
    return sum(bytes_of.values()) / 1e6


def draw(said: list[tuple[int, int, dict]], path: Path) -> None:
    """Time and memory against the number of passages, and of situations."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(1, 2, figsize=(10, 3.6))
    for axis, unit, key, colour in zip(
        axes, ("ms a search", "MB"), ("milliseconds", "memory"), ("#8a4b00", "#595954"), strict=True
    ):
        for name, points in (
            ("passages", [(p, one[key]) for p, bank, one in said if not bank]),
            ("situations", [(bank, one[key]) for _, bank, one in said if bank]),
        ):
            axis.plot(*zip(*points, strict=True), "o-" if name == "passages" else "s--", color=colour, label=name)
        axis.set(xscale="log", yscale="log", xlabel="how many", ylabel=unit)
        axis.grid(alpha=0.3)
        axis.legend()
    figure.tight_layout()
    figure.savefig(path, dpi=110)


def main() -> None:
    """Measure, and print Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="fewer questions and sizes; the picture stays as it is")
    run = Run(parser.parse_args().quick)
    tables = [
        (("what", "conduct", "beside", "", "ratio"), [*run.speed(), *run.others(), *run.start()]),
        (("beside peers", "hit@1 (dev)", "a question", "start", "memory", "installed"), run.peers()),
        (("passages", "situations", "a search", "start", "memory"), run.growth()),
        (("one copy", f"{CLIENTS} clients", "bare `encode`", "slowest 5%", "memory", "bare libraries"), run.copy()),
    ]
    run.bar.update(run.bar.total - run.bar.n)
    run.bar.close()
    print(f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}.")
    for head, rows in tables:
        print("", f"| {' | '.join(head)} |", f"|{'---|' * len(head)}", sep="\n")
        print("\n".join(f"| {' | '.join(row)} |" for row in rows))


if __name__ == "__main__":
    main()
