"""Marked questions through every interface: answered, refused, failed, abandoned; then none is in the server's memory.

Two looks: at the live objects, from inside, and at every byte of the process, from outside. Neither Python nor C wipes
what it frees, so that the second look would find questions that nothing holds, until others take their place: this
process is told to wipe.
"""

import asyncio
import http.client
import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import nullcontext, suppress
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError
from mcp import ClientSession

from conduct.answering.limits import MAX_CHARACTERS
from tests.support.paths import ROOT
from tests.support.tooling import with_tools

MARK = "Zq7 marked question "
MARKED = re.compile(re.escape(MARK).encode() + rb"(\d+)")
LONGEST = 40.0
# Seconds after which the server has dropped all that it drops by itself.
SETTLED = 2.0
# Python's own allocator, and glibc's, which Rust uses, too; it does not wipe what it keeps for its thread.
WIPING = {
    "PYTHONMALLOC": "debug", "MALLOC_PERTURB_": "165", "GLIBC_TUNABLES": "glibc.malloc.tcache_count=0",
}  # fmt: skip
# An answer, a refusal, an internal error, and an answer that is slow enough for the client to hang up.
KINDS = ("an accent", "x" * MAX_CHARACTERS, "shall fail", "is slow")


class Server:
    """The process of a server, and its memory."""

    def __init__(self, folder: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.traced_child", str(folder)],
            cwd=ROOT,
            env=os.environ | WIPING,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self.port = int(self.process.stdout.readline())
        self.address = f"http://127.0.0.1:{self.port}/"
        self.asked = 0

    def marked(self, kind: str) -> str:
        """A question with a number of its own."""
        self.asked += 1
        return f"{MARK}{self.asked} {kind}"

    def held(self) -> int:
        """How many live objects hold a marked question."""
        self.process.stdin.write(f"{MARK}\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())

    def in_memory(self) -> set[int]:
        """The numbers of the marked questions in all writable memory of the process."""
        found: set[int] = set()
        proc = Path("/proc") / str(self.process.pid)
        with (proc / "mem").open("rb", 0) as memory:
            for line in (proc / "maps").read_text().splitlines():
                where, rights, *_ = line.split()
                if not rights.startswith("rw"):
                    continue
                begin, end = (int(number, 16) for number in where.split("-"))
                memory.seek(begin)
                # A mapping may have gone since the list was made.
                with suppress(OSError):
                    found |= {int(number) for number in MARKED.findall(memory.read(end - begin))}
        return found

    def send(self, method: str, path: str, body: str = "", kind: str = "application/json") -> int:
        """The status of the answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=LONGEST)
        connection.request(method, path, body or None, {"Content-Type": kind})
        response = connection.getresponse()
        response.read()
        connection.close()
        return response.status

    def hang_up(self, request: str) -> None:
        """Send a request, and leave while it is worked on."""
        with socket.create_connection(("127.0.0.1", self.port)) as connection:
            connection.sendall(request.encode())
            time.sleep(0.3)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A running app that answers at once."""
    server = Server(tmp_path_factory.mktemp("traced"))
    yield server
    server.process.stdin.close()
    server.process.wait(timeout=LONGEST)
    server.process.stdout.close()


def ask_over_http(server: Server) -> None:
    """One step, and many at once; one client hangs up."""
    for kind, status in zip(KINDS, (200, 422, 500, 200), strict=True):
        assert server.send("POST", "/gradio_api/run/ask", json.dumps({"question": server.marked(kind)})) == status
        questions = json.dumps({"questions": [server.marked(kind), server.marked(kind)]})
        assert server.send("POST", "/gradio_api/run/ask_many", questions) == status
    body = json.dumps({"question": server.marked(KINDS[3])})
    head = f"POST /gradio_api/run/ask HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(body)}\r\n\r\n"
    server.hang_up(head + body)


def ask_the_pages(server: Server) -> None:
    """By address and by form; one client hangs up."""
    for kind, status in zip(KINDS, (200, 200, 500, 200), strict=True):
        assert server.send("GET", f"/embed?q={quote(server.marked(kind))}") == status
        form = urlencode({"q": server.marked(kind)})
        assert server.send("POST", "/embed", form, "application/x-www-form-urlencoded") == status
        assert server.send("GET", f"/?q={quote(server.marked(kind))}") == 200
    server.hang_up(f"GET /embed?q={quote(server.marked(KINDS[3]))} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")


def ask_with_gradios_client(server: Server) -> None:
    """The queue; one call is cancelled."""
    client = Client(server.address, verbose=False)
    for kind, refused in zip(KINDS, (False, True, True, False), strict=True):
        with pytest.raises(AppError) if refused else nullcontext():
            client.predict(question=server.marked(kind), api_name="/ask")
    job = client.submit(question=server.marked(KINDS[3]), api_name="/ask")
    time.sleep(0.3)
    job.cancel()
    client.close()


def ask_with_tools(server: Server) -> None:
    """The official MCP client; one call times out."""

    async def use(session: ClientSession) -> None:
        for kind, refused in zip(KINDS, (False, True, True, False), strict=True):
            result = await session.call_tool("ask", {"question": server.marked(kind)})
            assert result.isError is refused
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(session.call_tool("ask", {"question": server.marked(KINDS[3])}), 0.3)

    with_tools(server.address, use)


@pytest.mark.parametrize("door", [ask_over_http, ask_the_pages, ask_with_gradios_client, ask_with_tools])
def test_a_question_is_nowhere_in_memory_once_it_was_dealt_with(server: Server, door):
    """No live object holds it, and it is nowhere in the memory of the process."""
    before = server.asked
    door(server)
    assert server.asked - before >= 5
    end = time.monotonic() + LONGEST
    # There are no other requests, and this test does not collect garbage: the server does it by itself.
    while left := server.in_memory():
        assert time.monotonic() < end, sorted(left)
        time.sleep(0.2)
    assert server.held() == 0


def test_what_is_held_is_found(server: Server):
    """A result that waits to be fetched is found: otherwise the test above would show nothing."""
    assert server.send("POST", "/gradio_api/call/v2/ask", json.dumps({"question": server.marked(KINDS[0])})) == 200
    time.sleep(SETTLED)
    assert server.in_memory() == {server.asked}
