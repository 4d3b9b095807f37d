"""How long health waits while a crowd asks through the small page: a part of benchmarks/run.py.

The crowd is a process of its own (`python -m benchmarks.health PORT`, its questions as JSON on standard input), so that
what is measured is the app and not the loop that asks.
"""

import asyncio
import http.client
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlencode

ROOT = Path(__file__).parents[1]
CROWD = 400
# Between two questions to /healthz.
PAUSE_SECONDS = 0.02


def wait_until_healthy(port: int) -> None:
    """Send nobody there before, as an orchestrator does."""
    while _health(port) != 200:
        time.sleep(PAUSE_SECONDS)


def health_in_a_crowd(port: int, questions: Sequence[str]) -> tuple[list[float], dict[int, int]]:
    """Seconds of each request to /healthz while CROWD visitors ask /embed, and how often those got which status."""
    crowd = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.health", str(port)],
        cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    crowd.stdin.write(json.dumps([questions[number % len(questions)] for number in range(CROWD)]))
    crowd.stdin.close()
    # It says so when it begins; then what came of it.
    crowd.stdout.readline()
    seconds = []
    while crowd.poll() is None:
        began = time.perf_counter()
        assert _health(port) == 200
        seconds.append(time.perf_counter() - began)
        time.sleep(PAUSE_SECONDS)
    return seconds, {int(status): count for status, count in json.load(crowd.stdout).items()}


def _health(port: int) -> int:
    """Its status, over a connection of its own, as an orchestrator asks."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", "/healthz")
    response = connection.getresponse()
    response.read()
    connection.close()
    return response.status


async def _ask_all(port: int, questions: Sequence[str]) -> Counter:
    return Counter(await asyncio.gather(*(_ask(port, question) for question in questions)))


async def _ask(port: int, question: str) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    target = f"/embed?{urlencode({'q': question})}"
    writer.write(f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())
    status = int((await reader.readline()).split()[1])
    await reader.read()
    writer.close()
    return status


if __name__ == "__main__":
    asked = json.load(sys.stdin)
    print("begun", flush=True)
    print(json.dumps(asyncio.run(_ask_all(int(sys.argv[1]), asked))))
