"""The sides of a comparison as the benchmark drives them: processes that answer, and servers."""

import http.client
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.roles import peak_megabytes

ROOT = Path(__file__).parents[1]
LONGEST_START = 300.0


class Side:
    """A role of benchmark_roles in its own process."""

    def __init__(self, role: str) -> None:
        began = time.perf_counter()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "benchmarks.roles", role],
            cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip
        self.memory = self._heard()["memory"]
        self.start = time.perf_counter() - began

    def ask(self, questions: Sequence[str]) -> list[tuple[float, list]]:
        """Of each question its seconds and what was found."""
        return self._said(questions=list(questions))

    def at_once(self, questions: Sequence[str], threads: int) -> dict:
        """Seconds in all, and of each question, asked by so many threads."""
        return self._said(questions=list(questions), threads=threads)

    def end(self) -> None:
        """Let the process end."""
        self._process.stdin.close()
        self._process.wait()

    def _said(self, **wanted) -> list | dict:
        self._process.stdin.write(json.dumps(wanted) + "\n")
        self._process.stdin.flush()
        return self._heard()

    def _heard(self) -> dict:
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self._process.args[-1]} ended: run it by itself to see why")
        return json.loads(line)


@contextmanager
def sides(*roles: str) -> Iterator[list[Side]]:
    """Several of them, ended together."""
    begun = []
    try:
        for role in roles:
            begun.append(Side(role))
        yield begun
    finally:
        for side in begun:
            side.end()


class Server:
    """A server in its own process; `page` are the seconds to its first page."""

    def __init__(self, *command: str, **environment: str) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        environ = {**os.environ, "GRADIO_SERVER_NAME": "127.0.0.1", "GRADIO_SERVER_PORT": str(self.port), **environment}
        began = time.perf_counter()
        command = [sys.executable, *(one.replace("PORT", str(self.port)) for one in command)]
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
        )
        while self._status("/") != 200:
            if self.process.poll() is not None or time.perf_counter() - began > LONGEST_START:
                raise RuntimeError(f"{command} serves no page: run it by itself to see why")
            time.sleep(0.01)
        self.page = time.perf_counter() - began

    @property
    def address(self) -> str:
        """Where it serves."""
        return f"http://127.0.0.1:{self.port}/"

    @property
    def memory(self) -> float:
        """The most megabytes that it has held so far."""
        return peak_megabytes(str(self.process.pid))

    def end(self) -> None:
        """End it."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()

    def _status(self, path: str) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=LONGEST_START)
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            response.read()
            return response.status
        except OSError:
            return 0
        finally:
            connection.close()


@contextmanager
def server(*command: str, **environment: str) -> Iterator[Server]:
    """A server, ended at the end."""
    begun = Server(*command, **environment)
    try:
        yield begun
    finally:
        begun.end()


def post(connection: http.client.HTTPConnection, question: str) -> dict:
    """One question in one step."""
    body = json.dumps({"question": question, "limit": 10})
    connection.request("POST", "/gradio_api/run/ask", body, {"content-type": "application/json"})
    response = connection.getresponse()
    said = json.loads(response.read())
    if response.status != 200:
        raise RuntimeError(f"{response.status}: {said}")
    return said["data"][0]


def clients(port: int, questions: Sequence[str], at_once: int) -> tuple[float, list[float], dict[str, dict]]:
    """Many clients, each with a connection that it keeps: seconds in all, of each question, and the answers."""
    waiting, seconds, answers, failed = list(questions), [], {}, []

    def run() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        try:
            while waiting:
                question = waiting.pop()
                began = time.perf_counter()
                answers[question] = post(connection, question)
                seconds.append(time.perf_counter() - began)
        except IndexError:
            return  # another client took the last one
        except Exception as error:
            failed.append(repr(error))
        finally:
            connection.close()

    asking = [threading.Thread(target=run) for _ in range(at_once)]
    began = time.perf_counter()
    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join()
    whole = time.perf_counter() - began
    if failed:
        raise RuntimeError(f"{len(failed)} clients failed: {failed[0]}")
    return whole, seconds, answers


def percentile(values: Sequence[float], share: float) -> float:
    """The value that `share` of them do not exceed."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def median_ms(values: Sequence[float]) -> float:
    """The median of seconds, in milliseconds."""
    return statistics.median(values) * 1e3
