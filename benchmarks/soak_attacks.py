"""The attacks of a soak: each is answered or refused, and none is a fault of ours."""

import http.client
import json
import random
import socket
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

from benchmarks.soak_clients import CLIENT_TIMEOUT_SECONDS, JSON, Tally

MCP = JSON | {"Accept": "application/json, text/event-stream"}
# Between two attacks: the visitors are those who shall be answered.
PAUSE_SECONDS = 0.5
CROWD = 60
REFUSED = frozenset({400, 403, 404, 405, 408, 413, 414, 415, 422, 503})
GRAVE = ("I want to kill myself", "He hit me and I am afraid to go back", "Ich will nicht mehr leben")
DRAFT = "Dear all,\n\nyesterday he laughed at my accent again. I told him to stop. He did not.\n\nThanks, Kim\n\n"
# None of them is ever answered from: each costs, or cost, what no text may cost.
BOMBS = (
    "a|" * 181 + "\n" + "-|" * 181 + "\n" + "|\n" * 24_000,
    "![" * 100_000,
    "# a" + "!" * 199_000 + "\n",
    "- " * 400 + "deep\n",
)


@dataclass
class Attacks:
    """A thread that attacks `address`, one way after the other, until told that it is over."""

    address: str
    tally: Tally

    def attack(self, seed: int, over: threading.Event) -> None:
        """All ways, in an order of `seed`, again and again."""
        choose = random.Random(seed)
        ways: list[Callable[[], None]] = [
            self._addresses, self._huge_ids, self._huge_bodies, self._other_methods, self._foreign_hosts,
            self._long_questions, self._grave, self._draft, self._crowd, self._unread, self._given_up,
        ]  # fmt: skip
        while True:
            choose.shuffle(ways)
            for way in ways:
                try:
                    way()
                    self.tally.count(f"attack:{way.__name__[1:]}")
                except (OSError, http.client.HTTPException, ValueError, LookupError) as error:
                    self.tally.fail(f"{way.__name__}: {error!r}")
                if over.wait(PAUSE_SECONDS):
                    return

    def _addresses(self) -> None:
        for path in (
            "/?page=../x", "/static/" + "a" * 5_000, "/embed?q=" + "a" * 60_000, "/..%2f..%2fetc/passwd",
            "/gradio_api/file=/etc/passwd", "/assets/%2e%2e/app.py", "/embed?theme=<script>&limit=1e9",
            "/gradio_api/call/ask/" + "0" * 32, "/?" + "q=x&" * 3_000,
        ):  # fmt: skip
            self._refused("GET", path)

    def _huge_ids(self) -> None:
        for number in ("9" * 5_000, "-1", "1e400", '"' + "a" * 900_000 + '"'):
            self._never_fails(f'{{"jsonrpc": "2.0", "id": {number}, "method": "ping"}}'.encode())

    def _huge_bodies(self) -> None:
        self._never_fails(b'{"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": {"a": [' + b"1," * 450_000)
        self._never_fails(b'{"jsonrpc": "2.0", "id": 1, "method": "' + b"x" * 1_000_000 + b'"}')
        self._refused("POST", "/gradio_api/run/ask", b"x" * 3_000_000)

    def _other_methods(self) -> None:
        for method, parameters in (
            ("prompts/get", {"name": "code"}),
            ("resources/read", {"uri": "file:///etc/passwd"}),
            ("resources/list", {}),
        ):
            call = {"jsonrpc": "2.0", "id": 1, "method": method, "params": parameters}
            said = self._never_fails(json.dumps(call).encode())
            if b"Method not found" not in said:
                raise ValueError(f"{method} was answered {said[:200]!r}")

    def _foreign_hosts(self) -> None:
        self._refused("GET", "/gradio_api/mcp/", None, {"Host": "x</script><script>alert(1)"})
        _, said = self._send("GET", "/config", None, {"X-Forwarded-Host": "x</script>"})
        if b"x</script>" in said:
            raise ValueError("a header was repeated")

    def _long_questions(self) -> None:
        for filler in ("please ", "is it ok if ", "! "):
            questions = [(filler * 1_000)[:1_000]] * 64
            self._answered_or_busy("run/ask_many", {"questions": questions})

    def _grave(self) -> None:
        for question in GRAVE:
            said = self._answered_or_busy("run/ask", {"question": question})
            if said is not None and (not said["care"] or "does not speak" in said["message"]):
                raise ValueError(f"{question!r} was told {said['message']!r}")

    def _draft(self) -> None:
        said = self._answered_or_busy("run/ask", {"question": DRAFT * 10})
        if said is not None and not any(passage["about"] for passage in said["passages"]):
            raise ValueError("a draft was read without a sentence that led anywhere")

    def _crowd(self) -> None:
        with ThreadPoolExecutor(CROWD) as pool:
            asked = pool.map(lambda number: self._send("GET", f"/embed?q=an+accent+{number}")[0], range(CROWD))
            if not {200, 503}.issuperset(statuses := set(asked)):
                raise ValueError(f"a crowd was answered {statuses}")
        if (health := self._send("GET", "/healthz")[0]) != 200:
            raise ValueError(f"health was {health}")

    def _unread(self) -> None:
        """Asks for much and reads nothing."""
        with self._raw(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" * 50) as connection:
            connection.settimeout(0.2)

    def _given_up(self) -> None:
        """Leaves while it is answered, through each door."""
        body = json.dumps({"question": "an accent"}).encode()
        head = b"POST /gradio_api/%s HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n"
        for path in (b"run/ask", b"call/v2/ask", b"mcp/"):
            self._raw(head % (path, len(body)) + body).close()
        self._raw(b"GET /embed?q=an+accent HTTP/1.1\r\nHost: x\r\n\r\n").close()

    def _answered_or_busy(self, path: str, body: dict) -> dict | None:
        """The first answer; None where many ask at once."""
        status, said = self._send("POST", f"/gradio_api/{path}", json.dumps(body).encode())
        if status == 503:
            return None
        if status != 200:
            raise ValueError(f"{path} was answered {status} {said[:200]!r}")
        return json.loads(said)["data"][0]

    def _refused(self, method: str, path: str, body: bytes | None = None, headers: dict | None = None) -> None:
        status, said = self._send(method, path, body, headers)
        if status not in REFUSED and not (status == 200 and path.startswith(("/?q", "/gradio_api/call"))):
            raise ValueError(f"{path[:60]} was answered {status} {said[:200]!r}")

    def _never_fails(self, body: bytes) -> bytes:
        status, said = self._send("POST", "/gradio_api/mcp/", body)
        if status >= 500 and status != 503:
            raise ValueError(f"MCP was answered {status} {said[:200]!r} to {body[:80]!r}")
        return said

    def _send(
        self, method: str, path: str, body: bytes | None = None, headers: dict | None = None
    ) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection(urlsplit(self.address).netloc, timeout=CLIENT_TIMEOUT_SECONDS)
        connection.request(method, quote(path, safe="/?=&%<>.+:"), body, MCP | (headers or {}))
        response = connection.getresponse()
        said = response.read()
        connection.close()
        if b"Traceback" in said:
            raise ValueError(f"{path[:60]} was answered with a traceback")
        return response.status, said

    def _raw(self, request: bytes) -> socket.socket:
        host = urlsplit(self.address)
        connection = socket.create_connection((host.hostname, host.port), timeout=CLIENT_TIMEOUT_SECONDS)
        connection.sendall(request)
        return connection
