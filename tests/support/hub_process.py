"""Starts tests/support/hub_child.py with its own cache and Hub."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def environment(home: Path, url: str, token: str = "") -> dict[str, str]:
    """The environment of a process that uses the Hub at `url` and the cache in `home`."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("HF_", "CONDUCT_"))}
    return environ | {
        "HF_ENDPOINT": url,
        "HF_HOME": str(home),
        "HF_HUB_DISABLE_XET": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "PYTHONPATH": str(ROOT),
        **({"HF_TOKEN": token} if token else {}),
    }


class HubProcess:
    """A process that finds datasets and models; `with HubProcess(home, url) as process: process.ask(...)`."""

    def __init__(self, home: Path, url: str, token: str = "", **extra: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.hub_child"],
            env=environment(home, url, token) | extra,
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def ask(self, what: str, *tasks: dict[str, object]) -> list[list[str]]:
        """The results of the function `what` for each of `tasks`, which run concurrently."""
        self.send(what, *tasks)
        return self.receive()

    def send(self, what: str, *tasks: dict[str, object]) -> None:
        """The same, without waiting for the results."""
        self._process.stdin.write(json.dumps([what, tasks]) + "\n")
        self._process.stdin.flush()

    def receive(self) -> list[list[str]]:
        """The results of what was sent."""
        return json.loads(self._process.stdout.readline())

    def __enter__(self) -> "HubProcess":
        return self

    def __exit__(self, *_: object) -> None:
        self._process.stdin.close()
        # The process must end by itself, whatever still hangs in it.
        assert self._process.wait(timeout=30) == 0
        self._process.stdout.close()
