"""What attacks cost: `python benchmarks/attacks.py [TREE]` prints a table, of this tree or of an older one elsewhere.

Texts and files are read in a process of their own, given up after a minute; floods go to a server of that tree.
"""

import argparse
import http.client
import json
import math
import multiprocessing
import os
import random
import resource
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import numpy as np
from safetensors import safe_open
from safetensors.numpy import save_file

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))  # this file is run as a script

from benchmarks.attack_texts import ADAPTER, ESSENCE, PARSE, TEXTS, VECTORS  # noqa: E402

GIVEN_UP_SECONDS, MOST_BYTES = 60, 8_000_000_000
# Of a client that waits for its answer.
PATIENCE_SECONDS = 300
FLOOD, SENDERS, FLOOD_SECONDS, LONG_CALLS, PAIRS = 400, 8, 8.0, 3, 200
WIDTH = 12_000
# Fillers of a thousand characters, of which the worst counts.
LONG_QUESTIONS = [
    (unit * 1_000)[:1_000] for unit in ("is it ok if ", "please ", "hi, ", "thanks ", " ?", "! ", "a ", "so, ")
]


def apart(tree: Path, script: str, *arguments: str) -> str:
    """What a script of that tree takes, and how it ends."""
    head = "import sys, time\nfrom pathlib import Path\nfrom conduct.settings import *\n"
    tail = "\nprint('read')"
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-c", head + script + tail, *arguments], cwd=tree, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES)),
    )  # fmt: skip
    most, timer = 0, threading.Timer(GIVEN_UP_SECONDS, process.kill)
    timer.start()
    while process.poll() is None:
        most = max(most, resident(process.pid))
        time.sleep(0.02)
    timer.cancel()
    seconds = time.perf_counter() - began
    said = (
        process.stdout.read().strip().removesuffix("\nread")
        or process.stderr.read().strip().rpartition("\n")[2]
        or "given up"
    )[:60]
    return f"{seconds:.1f} s, {most} MB: {said}"


def resident(pid: int) -> int:
    """Megabytes; 0 if it has ended."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) // 1024 for line in lines if line.startswith("VmRSS")), 0)


def texts(tree: Path) -> Iterator[tuple[str, str]]:
    """Row 1."""
    for name, text in TEXTS.items():
        yield f"1 {name}", apart(tree, PARSE + f"parse({text})")


def files(tree: Path, folder: Path) -> Iterator[tuple[str, str]]:
    """Row 2: the tree's own vectors made wide, and an adapter of nothing but a header."""
    data = folder / "data"
    data.mkdir()
    for path in (tree / "conduct" / "data").iterdir():
        if path.suffix in (".md", ".jsonl") and path.name != "questions.jsonl":
            (data / path.name).write_bytes(path.read_bytes())
    vectors = next(path for path in (tree / "conduct").rglob("vectors.safetensors") if path.is_file())
    with safe_open(vectors, "np") as file:
        metadata, arrays = file.metadata(), {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    width = arrays["pieces"].shape[1]
    made = {
        name: np.zeros([WIDTH if length == width else length for length in array.shape], array.dtype)
        for name, array in arrays.items()
    }
    # Of unit length, as a look at the first ones wants them.
    made["pieces"][:, 0] = 1
    save_file(made, data / vectors.name, metadata)
    yield f"2 vectors {WIDTH:,} wide", apart(tree, VECTORS, str(data))
    (data / vectors.name).unlink()
    entry = '"%07d":{"dtype":"F16","shape":[0,0],"data_offsets":[0,0],"a":"' + "x" * 20 + '"}'
    header = ("{" + ",".join(entry % number for number in range(1_000_000)) + "}").encode()
    (folder / "adapter.safetensors").write_bytes(len(header).to_bytes(8, "little") + header)
    (folder / "adapter_model.safetensors").symlink_to("adapter.safetensors")
    (folder / "adapter_config.json").write_text("{}")
    yield f"2 an adapter with a header of {len(header) // 1_000_000} MB", apart(tree, ADAPTER, str(folder))


def questions(tree: Path) -> Iterator[tuple[str, str]]:
    """Row 3."""
    script = ESSENCE + "took = []\n"
    script += (
        f"for question in {LONG_QUESTIONS!r}:\n began = time.process_time()\n for _ in range(64): essence(question)\n"
    )
    script += " took.append(time.process_time() - began)\n"
    yield "3 courtesies of 64 long questions, the worst", apart(tree, script + "print(f'{max(took):.3f} s of work')")


class Server:
    """A server of that tree."""

    def __init__(self, tree: Path, home: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        environ = os.environ | {
            "GRADIO_SERVER_PORT": str(self.port), "GRADIO_SERVER_NAME": "127.0.0.1", "CONDUCT_DATASET": "",
            "HF_HUB_OFFLINE": "1", "GRADIO_TEMP_DIR": str(home),
        }  # fmt: skip
        self.process = subprocess.Popen(
            [sys.executable, "app.py"], cwd=tree, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        while self.send("GET", "/healthz")[0] != 200:
            if self.process.poll() is not None:
                raise RuntimeError("app.py has ended: run it by itself to see why")
            time.sleep(0.2)
        self.send("POST", "/gradio_api/run/ask", {"question": "Is this okay?"})

    def send(self, method: str, path: str, body: object = None, **headers: str) -> tuple[int, bytes]:
        """Status and body; 0 where nobody answers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)
        sent = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        try:
            connection.request(method, path, sent, {"Content-Type": "application/json"} | headers)
            response = connection.getresponse()
            return response.status, response.read()
        except (OSError, http.client.HTTPException):
            return 0, b""
        finally:
            connection.close()

    def timed(self, *request: object, **headers: str) -> tuple[float, int]:
        """Seconds and status."""
        began = time.perf_counter()
        status = self.send(*request, **headers)[0]
        return time.perf_counter() - began, status


@contextmanager
def server(tree: Path, home: Path) -> Iterator[Server]:
    """One, ended at the end."""
    begun = Server(tree, home)
    try:
        yield begun
    finally:
        begun.process.kill()
        begun.process.wait()


def beside(asked: Server, work: Callable[[int], int | None], threads: int) -> tuple[list[float], Counter[int]]:
    """Seconds of each question to /healthz while a process of so many threads works, and what those got."""
    statuses: multiprocessing.SimpleQueue = multiprocessing.SimpleQueue()

    def work_all() -> None:
        with ThreadPoolExecutor(threads) as pool:
            statuses.put(Counter(pool.map(work, range(threads))))

    crowd = multiprocessing.get_context("fork").Process(target=work_all)
    crowd.start()
    seconds = []
    while crowd.is_alive():
        seconds.append(asked.timed("GET", "/healthz")[0])
        time.sleep(0.02)
    return seconds, statuses.get()


def floods(asked: Server) -> Iterator[tuple[str, str]]:
    """Rows 4, 5 and 6."""

    def embed(number: int) -> int:
        return asked.send("GET", f"/embed?q={quote(f'They laugh at accent {number}')}")[0]

    seconds, statuses = beside(asked, embed, FLOOD)
    yield f"4 /healthz beside {FLOOD} /embed, the slowest", f"{max(seconds):.2f} s; embeds: {dict(statuses)}"
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/call"}
    arguments = {"questions": [[0] * 5] * 54_000}
    body = json.dumps(call | {"params": {"name": "ask_many", "arguments": arguments}}).encode()
    until = time.monotonic() + FLOOD_SECONDS

    def send_mcp(_: int) -> int:
        status = 0
        while time.monotonic() < until:
            status, _ = asked.send("POST", "/gradio_api/mcp/", body, Accept="application/json, text/event-stream")
        return status

    seconds, statuses = beside(asked, send_mcp, SENDERS)
    yield (
        f"5 /healthz beside {SENDERS} senders of 1 MB to MCP, the slowest",
        f"{max(seconds):.2f} s; they got {dict(statuses)}",
    )
    waits: list[float] = []

    def ask_long(number: int) -> int:
        questions = [f"They {number} laugh at his {place}th accent. " * 26 for place in range(64)]
        return asked.send("POST", "/gradio_api/run/ask_many", {"questions": questions})[0]

    def ask_short() -> None:
        for number in range(12):
            seconds, status = asked.timed("POST", "/gradio_api/run/ask", {"question": f"an accent {number}"})
            waits.append(seconds if status == 200 else math.inf)

    short = threading.Timer(0.5, ask_short)
    short.start()
    _, statuses = beside(asked, ask_long, LONG_CALLS)
    short.join()
    what = f"6 a short question beside {LONG_CALLS} calls with 64 long ones, the median"
    yield what, f"{statistics.median(waits):.2f} s, the calls: {dict(statuses)}"


def faults(asked: Server) -> Iterator[tuple[str, str]]:
    """Row 8."""
    huge = b'{"jsonrpc": "2.0", "id": ' + b"9" * 5_000 + b', "method": "ping"}'
    for name, request in (
        ("/?page=../x", ("GET", "/?page=../x")),
        ("a static name of 5,000 letters", ("GET", "/static/" + "a" * 5_000)),
        ("a query of 60 kB", ("GET", "/?q=" + "a" * 60_000)),
        ("an MCP id of 5,000 digits", ("POST", "/gradio_api/mcp/", huge)),
    ):
        status = asked.send(*request, Accept="application/json, text/event-stream")[0]
        yield f"8 {name}", str(status)


def guesses(asked: Server) -> Iterator[tuple[str, str]]:
    """Row 10: of two questions, one was asked before; who takes the faster one for it is right so often."""
    choose, right = random.Random(7), 0
    for number in range(PAIRS):
        pair = [f"Somebody laughs at {word} {number} in the chat" for word in ("an accent", "a dress")]
        choose.shuffle(pair)
        asked.send("POST", "/gradio_api/run/ask", {"question": pair[0]})
        order = [0, 1]
        choose.shuffle(order)
        seconds = {at: asked.timed("POST", "/gradio_api/run/ask", {"question": pair[at]})[0] for at in order}
        right += seconds[0] < seconds[1]
    yield f"10 guesses that are right, of {PAIRS}", f"{right} ({right / PAIRS:.0%})"


def main() -> None:
    """Print a table as it comes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tree", nargs="?", type=Path, default=ROOT)
    parser.add_argument("--rows", default="1,2,3,4,8,10", help="4 stands for 4, 5 and 6")
    chosen = parser.parse_args()
    tree, rows = chosen.tree.resolve(), chosen.rows.split(",")
    print(f"| {tree.name} | |\n|---|---|")
    with tempfile.TemporaryDirectory() as home:
        folder = Path(home)
        offline = (("1", lambda: texts(tree)), ("2", lambda: files(tree, folder)), ("3", lambda: questions(tree)))
        for row, attack in offline:
            if row in rows:
                show(attack())
        if {"4", "8", "10"} & set(rows):
            with server(tree, folder) as asked:
                for row, attack in (("10", guesses), ("8", faults), ("4", floods)):
                    if row in rows:
                        show(attack(asked))


def show(found: Iterator[tuple[str, str]]) -> None:
    """Each row at once."""
    for what, figure in found:
        print(f"| {what} | {figure} |", flush=True)


if __name__ == "__main__":
    main()
