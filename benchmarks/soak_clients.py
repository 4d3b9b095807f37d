"""Those who ask during a soak: visitors who check each answer, others who leave in the middle, and hostile ones."""

import http.client
import json
import random
import re
import socket
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import quote, urlsplit

JSON = {"Content-Type": "application/json"}
# What a careful client waits for an answer on a busy machine.
CLIENT_TIMEOUT_SECONDS = 120
MANY = 8
LIMIT = 3


@dataclass(frozen=True, slots=True)
class Expected:
    """What a question is answered with, by one version of the text."""

    coverage: str
    passages: tuple[tuple[str, str, float], ...]


@dataclass
class Tally:
    """What came back, counted by all threads: until `total` questions were answered, from at least two texts."""

    total: int
    answered: int = 0
    wrong: list[str] = field(default_factory=list)
    events: Counter = field(default_factory=Counter)
    revisions: set[str] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def done(self) -> bool:
        """Whether enough was answered, or something was wrong so often that going on tells nothing."""
        return (self.answered >= self.total and len(self.revisions) > 1) or len(self.wrong) > 20

    def count(self, what: str, answered: int = 0) -> None:
        """One event, with so many questions answered."""
        with self.lock:
            self.events[what] += 1
            self.answered += answered

    def fail(self, what: str) -> None:
        """Something that may not happen."""
        with self.lock:
            self.wrong.append(what[:500])


@dataclass
class Clients:
    """Threads that ask `address` until the tally is done. `expected` knows each answer by the text's revision."""

    address: str
    questions: list[str]
    expected: Callable[[str, str], Expected | None]
    tally: Tally
    page_function: int

    def visit(self, seed: int) -> None:
        """An ordinary visitor: asks through one door or another, and checks what comes."""
        choose = random.Random(seed)
        ways = [self._one_step] * 80 + [self._many] * 6 + [self._two_steps] * 5 + [self._page] * 6 + [self._embed] * 3
        connection = self._connect()
        # Each at least once, however short the soak is.
        first = list(dict.fromkeys(ways))
        while not self.tally.done:
            way = first.pop() if first else choose.choice(ways)
            try:
                way(connection, choose)
            except (OSError, http.client.HTTPException, ValueError) as error:
                self.tally.fail(f"{way.__name__}: {error!r}")
                connection.close()
                connection = self._connect()
        connection.close()

    def leave(self, seed: int, over: threading.Event) -> None:
        """Somebody whose connection breaks: in the middle of a request, before its answer, between two steps."""
        choose, number = random.Random(seed), 0
        while not over.wait(0.2):
            number += 1
            question = choose.choice(self.questions)
            body = json.dumps({"question": question}).encode()
            join = {"data": [question], "fn_index": self.page_function, "session_hash": f"left-{seed}-{number}"}
            requests = (
                _raw("POST", "run/ask", body)[: choose.randrange(20, 200)],
                _raw("POST", "run/ask", body),
                _raw("POST", "call/v2/ask", body),
                _raw("POST", "queue/join", json.dumps(join).encode()),
                _raw("POST", "queue/join", json.dumps(join).encode())
                + _raw("GET", f"queue/data?session_hash={join['session_hash']}"),
            )
            self._hang_up(choose.choice(requests))
            self.tally.count("dropped")

    def harm(self, seed: int, requests: int) -> None:
        """So many hostile requests: none may be a fault of ours."""
        choose = random.Random(seed)
        texts = ["x" * 2_000, "\x00", "\u202e", "${7*7}", "<img src=x onerror=y>", "/etc/passwd", "http://127.0.0.1:1/"]
        for number in range(requests):
            if self.tally.done:
                return
            text = choose.choice(texts)
            value = choose.choice(
                [text, [text] * 65, {"path": text, "meta": {"_type": "gradio.FileData"}}, None, 1e308]
            )
            path, body = choose.choice(
                [
                    ("run/ask", json.dumps({"question": value}).encode()),
                    ("run/ask_many", json.dumps({"questions": value, "limit": text}).encode()),
                    ("call/v2/ask", json.dumps({"question": value, text: value}).encode()),
                    ("call/ask", json.dumps({"data": [value] * choose.randrange(5)}).encode()),
                    ("queue/join", json.dumps({"data": [value], "fn_index": choose.randrange(-1, 9),
                                               "session_hash": f"bad-{seed}-{number}"}).encode()),
                    ("mcp/", json.dumps({"jsonrpc": "2.0", "id": 1, "method": text, "params": value}).encode()),
                    ("run/ask", b"[" * 10_000), ("cancel", b'{"a":' * 10_000), ("upload", b"x" * 10_000),
                    (f"nothing/{quote(text)}", b"{}"), ("run/ask", choose.randbytes(200)),
                ]
            )  # fmt: skip
            headers = JSON | {"Accept": "application/json, text/event-stream"}
            try:
                connection = self._connect()
                connection.request("POST", f"/gradio_api/{path}", body, headers)
                response = connection.getresponse()
                content = response.read()
                connection.close()
            except (OSError, http.client.HTTPException) as error:
                self.tally.fail(f"hostile {path}: {error!r}")
                continue
            if response.status >= 500 and response.status != 503:
                self.tally.fail(f"hostile {path}: {response.status} {content[:200]!r} to {body[:200]!r}")
            if b"Traceback" in content:
                self.tally.fail(f"hostile {path}: a traceback")
            self.tally.count("hostile")

    def _connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection(urlsplit(self.address).netloc, timeout=CLIENT_TIMEOUT_SECONDS)

    def _hang_up(self, raw: bytes) -> None:
        host = urlsplit(self.address)
        with socket.create_connection((host.hostname, host.port), timeout=CLIENT_TIMEOUT_SECONDS) as connection:
            connection.sendall(raw)

    def _sent(self, connection: http.client.HTTPConnection, path: str, body: object) -> object | None:
        """The JSON that comes back; None if too many ask at once."""
        connection.request("POST", f"/gradio_api/{path}", json.dumps(body), JSON)
        response = connection.getresponse()
        body = response.read()
        if response.status == 503:
            self.tally.count("busy")
            return None
        if response.status != 200:
            raise ValueError(f"{response.status} {body[:200]!r}")
        return json.loads(body)

    def _one_step(self, connection: http.client.HTTPConnection, choose: random.Random) -> None:
        question = choose.choice(self.questions)
        if received := self._sent(connection, "run/ask", {"question": question, "limit": LIMIT}):
            self._check(question, received["data"][0])
            self.tally.count("one step", 1)

    def _many(self, connection: http.client.HTTPConnection, choose: random.Random) -> None:
        questions = choose.sample(self.questions, MANY)
        if received := self._sent(connection, "run/ask_many", {"questions": questions, "limit": LIMIT}):
            for question, answer in zip(questions, received["data"][0], strict=True):
                self._check(question, answer)
            self.tally.count("many", MANY)

    def _two_steps(self, connection: http.client.HTTPConnection, choose: random.Random) -> None:
        question = choose.choice(self.questions)
        if received := self._sent(connection, "call/v2/ask", {"question": question, "limit": LIMIT}):
            body = self._got(connection, f"/gradio_api/call/ask/{received['event_id']}")
            self._check(question, json.loads(body.split("event: complete\ndata: ")[1].splitlines()[0])[0])
            self.tally.count("two steps", 1)

    def _page(self, connection: http.client.HTTPConnection, choose: random.Random) -> None:
        question, session = choose.choice(self.questions), f"page{choose.getrandbits(60):x}"
        join = {"data": [question], "fn_index": self.page_function, "session_hash": session}
        if self._sent(connection, "queue/join", join):
            body = self._got(connection, f"/gradio_api/queue/data?session_hash={session}")
            messages = [json.loads(line[6:]) for line in body.splitlines() if line.startswith("data: ")]
            html = next(message["output"]["data"][0] for message in messages if message["msg"] == "process_completed")
            self._check_html(question, html)
            self.tally.count("page", 1)

    def _embed(self, connection: http.client.HTTPConnection, choose: random.Random) -> None:
        question = choose.choice(self.questions)
        self._check_html(question, self._got(connection, f"/embed?q={quote(question)}"))
        self.tally.count("embed", 1)

    def _got(self, connection: http.client.HTTPConnection, path: str) -> str:
        connection.request("GET", path)
        response = connection.getresponse()
        body = response.read().decode()
        if response.status != 200:
            raise ValueError(f"{response.status} {body[:200]!r}")
        return body

    def _check(self, question: str, answer: dict) -> None:
        revision = answer["source"]["dataset_revision"]
        expected = self.expected(revision, question)
        shown = tuple(
            (passage["id"], passage["text"], round(passage["relevance"], 3)) for passage in answer["passages"]
        )
        if expected is None:
            self.tally.fail(f"{question!r} was answered from {revision!r}, which was never pushed")
        elif (answer["question"], answer["coverage"]) != (question, expected.coverage) or not _alike(
            shown, expected.passages
        ):
            self.tally.fail(f"{question!r} was answered with {answer['question']!r} {answer['coverage']} {shown}")
        self.tally.revisions.add(revision)

    def _check_html(self, question: str, html: str) -> None:
        """A page names no revision: its cards must be those of one of the texts."""
        ids = re.findall(r'class="conduct-card[^>]*data-passage="([^"]+)"', html)
        texts = [
            unescape(re.sub(r"</?mark>", "", text))
            for text in re.findall(r"<blockquote[^>]*>(.*?)</blockquote>", html, re.S)
        ]
        shown = tuple(zip(ids, texts, strict=True))
        any_of = [self.expected(revision, question) for revision in ("even", "odd")]
        # Those that are less close are folded away behind the others, so that the order may differ.
        if not shown or sorted(shown) not in [
            sorted(passage[:2] for passage in expected.passages[: len(shown)]) for expected in any_of
        ]:
            self.tally.fail(f"{question!r} was shown {shown}")


def _alike(shown: tuple, expected: tuple) -> bool:
    """The same passages in the same order, with the same relevance but for what other company in a batch changes."""
    return [passage[:2] for passage in shown] == [passage[:2] for passage in expected] and all(
        abs(relevance - other) < 0.005 for (*_, relevance), (*_, other) in zip(shown, expected, strict=True)
    )


def _raw(method: str, path: str, body: bytes = b"") -> bytes:
    head = f"{method} /gradio_api/{path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body
