"""Marked questions through every client are answered, refused and fail; afterwards they are found nowhere."""

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from gradio_client import Client
from gradio_client.exceptions import AppError
from playwright.sync_api import Browser, expect

from conduct.errors import UNEXPECTED
from tests.support.browsers import COVERED_SAID, ask, box, opened, quiet, status
from tests.support.tooling import with_tools

ROOT = Path(__file__).parents[2]
# Letters and digits: the same in an address, in JSON and in a file.
MARK = "Zq7markedQuestion"
ANSWERED = f"They laugh at his accent, {MARK}"
DRAFT = "\n\n".join(["The release is out, and the docs are up to date as well."] * 8) + f"\n\n{ANSWERED}."
REFUSED = MARK + "x" * 10_000
FAILING = f"{MARK} shall fail"
TOO_LONG = "The question may have 10,000 characters"


@dataclass
class Watched:
    """app.py with its own home."""

    home: Path
    address: str = ""
    process: subprocess.Popen | None = None

    def start(self) -> None:
        """Start it, and wait until it answers questions."""
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self.address = f"http://127.0.0.1:{port}/"
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "VIRTUAL_ENV") if name in os.environ}
        places = {name: str(self.home / name) for name in ("HOME", "TMPDIR", "HF_HOME", "XDG_CACHE_HOME", "work")}
        for place in places.values():
            Path(place).mkdir()
        self.process = subprocess.Popen(
            [sys.executable, str(ROOT / "tests" / "support" / "private_child.py"), str(self.home / "report")],
            env=kept
            | places
            | {"GRADIO_SERVER_PORT": str(port), "HF_HUB_OFFLINE": "1", "PYTHONDONTWRITEBYTECODE": "1"},
            cwd=places["work"],
            stdout=(self.home / "stdout").open("wb"),
            stderr=(self.home / "stderr").open("wb"),
        )
        until = time.monotonic() + 180
        while get(self.address, "/healthz")[0] != 200:
            assert self.process.poll() is None, (self.home / "stderr").read_text()
            assert time.monotonic() < until
            time.sleep(0.2)

    def stop(self) -> None:
        """Stop it as a Space does."""
        self.process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=30)
        self.process.kill()
        self.process.wait()

    def found(self) -> list[str]:
        """The files that hold the mark."""
        files = [path for path in self.home.rglob("*") if path.is_file()]
        return [str(path.relative_to(self.home)) for path in files if MARK.encode() in path.read_bytes()]


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watched]:
    """A running app that writes only to one folder."""
    watched = Watched(tmp_path_factory.mktemp("private"))
    watched.start()
    yield watched
    watched.stop()


def get(address: str, path: str) -> tuple[int, str]:
    """Status and text; 0 while nothing listens."""
    try:
        connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.read().decode()
    except ConnectionRefusedError:
        return 0, ""


def curl(address: str, path: str, body: object = None, *options: str) -> str:
    """The output of curl."""
    data = ["-d", body if isinstance(body, str) else json.dumps(body)] if body is not None else []
    command = [
        "curl",
        "-s",
        "-N",
        "-H",
        "Content-Type: application/json",
        *data,
        *options,
        f"{address}gradio_api/{path}",
    ]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout


def test_gradio_client(watched: Watched):
    """Answered, refused, failing."""
    client = Client(watched.address, verbose=False)
    assert client.predict(question=ANSWERED, api_name="/ask")["question"] == ANSWERED
    assert client.predict(questions=[ANSWERED], api_name="/ask_many")[0]["question"] == ANSWERED
    for question, sentence in ((REFUSED, TOO_LONG), (FAILING, UNEXPECTED), ([MARK], "must be a text")):
        with pytest.raises(AppError, match=re.escape(sentence)):
            client.predict(question=question, api_name="/ask")


def test_curl(watched: Watched):
    """In one step and in two; and every kind of invalid request."""
    for question, expected in ((ANSWERED, ANSWERED), (REFUSED, TOO_LONG), (FAILING, UNEXPECTED)):
        assert expected in curl(watched.address, "run/ask", {"question": question})
        begun = json.loads(curl(watched.address, "call/v2/ask", {"question": question}))
        assert expected in (
            curl(watched.address, f"call/ask/{begun['event_id']}") if "event_id" in begun else str(begun)
        )
    for path, body in [
        ("run/ask", {"wrong": MARK}), ("run/ask", {"data": MARK}), ("run/ask", {"data": [MARK, MARK, MARK]}),
        ("run/ask", f"{MARK} is no JSON"), ("run/ask", "[" * 99 + f'"{MARK}"'), ("run/ask_many", {"questions": MARK}),
        (f"run/{MARK}", {"question": MARK}), ("run/ask", {"question": "x", "limit": MARK}),
        ("queue/join", {"data": [MARK], "fn_index": 0, "session_hash": MARK}), ("queue/join", {"data": MARK}),
        ("queue/join", {"data": [{"path": MARK}], "fn_index": 0, "session_hash": "s"}), ("cancel", {"event_id": MARK}),
        ("mcp/", {"jsonrpc": "2.0", "id": 1, "method": MARK}), ("mcp/", f"{MARK} is no JSON"),
        ("upload", {"file": MARK}), ("component_server", {"data": MARK}), (f"nothing/{MARK}", {}),
    ]:  # fmt: skip
        assert "Traceback" not in curl(watched.address, path, body, "-H", "Accept: application/json, text/event-stream")
    # Never fetched; fetched only in part; sent only in part.
    curl(watched.address, "call/v2/ask", {"question": ANSWERED})
    host = urlsplit(watched.address)
    for raw in (f'POST /gradio_api/run/ask HTTP/1.1\r\nHost: x\r\nContent-Length: 999\r\n\r\n{{"question": "{MARK}',
                f"GET /?q={MARK}", f"GET /embed?q={MARK} HTTP/9\r\n\r\n"):  # fmt: skip
        with socket.create_connection((host.hostname, host.port)) as connection:
            connection.sendall(raw.encode())


def test_mcp(watched: Watched):
    """A tool's answer, its refusal, its failure, and unknown arguments."""

    async def use(session) -> list[str]:
        said = []
        for arguments in ({"question": ANSWERED}, {"question": REFUSED}, {"question": FAILING}, {MARK: MARK}):
            said.append((await session.call_tool("ask", arguments)).content[0].text)
        return said

    answered, refused, failed, wrong = with_tools(watched.address, use)
    assert ANSWERED in answered
    assert TOO_LONG in refused
    assert UNEXPECTED in failed
    assert "/ask takes question and limit" in wrong


STORED = """async () => JSON.stringify([
    {...localStorage}, {...sessionStorage}, document.cookie, await indexedDB.databases(), await caches.keys(),
    (await navigator.serviceWorker.getRegistrations()).length, window.name,
])"""


@pytest.mark.browser
def test_the_page_and_the_embed(watched: Watched, browser: Browser):
    """No other host gets a request; afterwards the browser's storage has nothing of the visit."""
    with opened(browser, watched.address) as page:
        ask(page, ANSWERED)
        box(page).fill(DRAFT)
        box(page).press("Enter")
        expect(page.locator(".conduct-pasted mark").first).to_contain_text(MARK)
        assert MARK not in page.evaluate("JSON.stringify(history.state)")
        # Programs get an error; the page reads the beginning.
        for question, sentence in ((REFUSED, "Only the first 10,000 characters were read"), (FAILING, UNEXPECTED)):
            box(page).fill(question)
            box(page).press("Enter")
            expect(page.locator("#conduct-answer")).to_contain_text(sentence)
        page.goto(f"{watched.address}?q={quote(ANSWERED)}")
        expect(status(page)).to_have_text(COVERED_SAID)
        page.goto(f"{watched.address}healthz")
        assert json.loads(page.evaluate(STORED)) == [{}, {}, "", [], [], 0, ""]
        assert page.context.cookies() == []
    with quiet(browser, watched.address) as page:
        page.goto(f"{watched.address}embed?q={quote(ANSWERED)}")
        expect(status(page)).to_have_text(COVERED_SAID)
        page.goto(f"{watched.address}healthz")
        assert json.loads(page.evaluate(STORED)) == [{}, {}, "", [], [], 0, ""]
    for question, expected in ((REFUSED, 200), (FAILING, 500)):
        assert get(watched.address, f"/embed?q={quote(question)}")[0] == expected


def test_then_it_is_nowhere(watched: Watched):
    """Not in output or log, not in temporary folders or Gradio's cache; no other host was asked."""
    test_gradio_client(watched)
    test_curl(watched)
    watched.stop()
    assert watched.found() == []
    printed = (watched.home / "stdout").read_text() + (watched.home / "stderr").read_text()
    assert "Unexpected RuntimeError at private_child.py:" in printed
    assert "Traceback" not in printed
    report = [line.split(": ", 1) for line in (watched.home / "report").read_text().splitlines()]
    written = [path for what, path in report if what == "write"]
    assert written
    assert [path for path in written if not path.startswith((str(watched.home), "/dev/null"))] == []
    asked = {host for what, host in report if what == "ask"}
    assert asked <= {"127.0.0.1", "localhost", "None"}
