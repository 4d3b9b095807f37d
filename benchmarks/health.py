"""How long health waits while a crowd asks through the small page: a part of benchmarks/run.py."""

import asyncio
import time
from collections.abc import Sequence
from urllib.parse import urlencode

CROWD = 400


def health_in_a_crowd(port: int, questions: Sequence[str]) -> tuple[list[float], dict[int, int]]:
    """Seconds of each request to /healthz while CROWD visitors ask /embed, and how often those got which status."""
    return asyncio.run(_measure(port, [questions[number % len(questions)] for number in range(CROWD)]))


async def _measure(port: int, questions: Sequence[str]) -> tuple[list[float], dict[int, int]]:
    asking = [asyncio.create_task(_status(port, f"/embed?{urlencode({'q': question})}")) for question in questions]
    seconds = []
    while not all(task.done() for task in asking):
        began = time.perf_counter()
        assert await _status(port, "/healthz") == 200
        seconds.append(time.perf_counter() - began)
        await asyncio.sleep(0.02)
    counts: dict[int, int] = {}
    for task in asking:
        counts[task.result()] = counts.get(task.result(), 0) + 1
    return seconds, counts


async def _status(port: int, target: str) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())
    status = int((await reader.readline()).split()[1])
    await reader.read()
    writer.close()
    return status
