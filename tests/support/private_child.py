"""Runs app.py, and reports files that it opens to write and hosts that it connects to; argument: the report's file."""

import os
import runpy
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
report = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT | os.O_APPEND)


def watch(event: str, arguments: tuple) -> None:
    """Report writes, connections and look-ups."""
    if event == "open":
        path, mode, flags = arguments
        writes = flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT) if isinstance(flags, int) else set(mode) & set("wax+")
        if writes and not isinstance(path, int):
            tell("write", os.fsdecode(path))
    elif event == "socket.connect":
        tell("ask", arguments[1][0] if isinstance(arguments[1], tuple) else arguments[1])
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        tell("ask", arguments[0])


def tell(what: str, whom: object) -> None:
    """Write a line to the report."""
    os.write(report, f"{what}: {whom.decode() if isinstance(whom, bytes) else whom}\n".encode())


sys.addaudithook(watch)
sys.path.insert(0, str(ROOT))
sys.argv = ["app.py"]

from conduct.ranking.index import Index  # noqa: E402  (watched from its first import)

search = Index.search


def search_or_fail(self: Index, questions: list[str], encoder: object) -> object:
    """Fails with the question in the error message, if the question says so."""
    if any("fail" in question for question in questions):
        raise RuntimeError(f"cannot search for {questions}")
    return search(self, questions, encoder)


Index.search = search_or_fail
runpy.run_path(str(ROOT / "app.py"), run_name="__main__")
