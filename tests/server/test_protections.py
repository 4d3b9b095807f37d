"""What each guard protects from: an attack fails with it, and succeeds without it."""

import asyncio
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from starlette.middleware import Middleware
from starlette.testclient import TestClient

from conduct.api.service import AskService
from conduct.web.guard.allowlist import RouteAllowlist
from conduct.web.guard.cross_origin import CrossOrigin
from conduct.web.guard.headers import ResponseHeaders
from conduct.web.guard.idle_timeout import with_idle_timeout
from conduct.web.guard.public_address import PublicAddress
from conduct.web.guard.request_limits import limit_bodies
from conduct.web.page import build_page
from conduct.web.server import Timeouts, build_app
from tests.fakes import word_engine
from tests.support.tooling import run


@pytest.fixture
def opened(tmp_path: Path) -> Callable:
    """A client of an app, perhaps without one of its guards."""

    @contextmanager
    def open_app(without: object = None) -> Iterator[TestClient]:
        service = AskService(word_engine(tmp_path))
        app = build_app(build_page(service), service)
        app.user_middleware = [guard for guard in app.user_middleware if guard.cls is not without]
        # Others need the address that PublicAddress provides, also when it is removed.
        if without is PublicAddress:
            app.user_middleware.insert(0, Middleware(_NoAddress))
        with TestClient(app, raise_server_exceptions=False) as client:
            yield client

    return open_app


class _NoAddress:
    def __init__(self, app: object) -> None:
        self._app = app

    async def __call__(self, scope: dict, receive: object, send: object) -> None:
        scope.setdefault("state", {})["address"] = ""
        await self._app(scope, receive, send)


def stores_a_file(client: TestClient) -> bool:
    """Somebody leaves a file on the server."""
    return client.post("/gradio_api/upload", files={"files": ("a.html", b"x")}).status_code == 200


def breaks_the_page(client: TestClient) -> bool:
    """A header that is not a host name causes an internal error, which is logged each time."""
    return client.get("/config", headers={"x-forwarded-host": "a:b"}).status_code == 500


def calls_past_the_queue(client: TestClient) -> bool:
    """The page's own event is called by its number, without the limits of the queue."""
    functions = client.get("/config").json()["dependencies"]
    number = next(function["id"] for function in functions if function["api_name"] == "page_answered")
    call = {"data": ["x", "y", "z"], "fn_index": number, "session_hash": "s"}
    return client.post("/gradio_api/run/predict", json=call).status_code != 404


def sends_much(client: TestClient) -> bool:
    """A body of twenty megabytes is accepted and read."""
    body = b" " * 20_000_000 + b'{"question": "accent"}'
    return client.post("/gradio_api/run/ask", content=body).status_code == 200


def loads_from_elsewhere(client: TestClient) -> bool:
    """A response with markup could load anything."""
    return "content-security-policy" not in client.get("/embed-assets/cards.css").headers


def reads_what_only_this_machine_can_reach(client: TestClient) -> bool:
    """A page of another site, open in a browser on this machine, may read an answer of the app."""
    said = client.get("/config", headers={"host": "[::1]", "origin": "https://community.example"})
    return said.headers.get("access-control-allow-origin") == "https://community.example"


@pytest.mark.parametrize(
    ("guard", "attack"),
    [
        (RouteAllowlist, stores_a_file),
        (PublicAddress, breaks_the_page),
        (limit_bodies, sends_much),
        (limit_bodies, calls_past_the_queue),
        (ResponseHeaders, loads_from_elsewhere),
        (CrossOrigin, reads_what_only_this_machine_can_reach),
    ],
)
def test_the_attack_succeeds_only_without_the_guard(opened: Callable, guard: object, attack: Callable):
    """Otherwise the guard could be removed."""
    with opened() as client:
        assert not attack(client)
    with opened(without=guard) as client:
        assert attack(client)


class Recorded:
    """The parts of uvicorn's HTTP protocol that the idle timeout uses."""

    def __init__(self) -> None:
        self.loop, self.cycle = asyncio.get_running_loop(), None
        self.transport: Recorded | None = None
        self.ends: list[str] = []

    def connection_made(self, transport: object) -> None:
        """Nothing."""

    def connection_lost(self, error: object) -> None:
        """Nothing."""

    def on_response_complete(self) -> None:
        """Nothing."""

    def pause_writing(self) -> None:
        """uvicorn waits from here on, without end."""

    def resume_writing(self) -> None:
        """Nothing."""

    def close(self) -> None:
        """Of a transport."""
        self.ends.append("closed")

    def abort(self) -> None:
        """Of a transport."""
        self.ends.append("aborted")


def test_a_response_that_nobody_reads_is_given_up():
    """Unsent data is held in memory; a client that reads again in time gets the rest."""

    async def pause(resume: bool) -> list[str]:
        protocol = with_idle_timeout(Recorded, seconds=60.0, unread_seconds=0.01)()
        protocol.transport = protocol
        protocol.connection_made(protocol)
        protocol.pause_writing()
        if resume:
            protocol.resume_writing()
        await asyncio.sleep(0.05)
        protocol.connection_lost(None)
        return protocol.ends

    assert run(pause(resume=False)) == ["aborted"]
    assert run(pause(resume=True)) == []


def test_a_stream_that_nobody_reads_holds_no_more_than_the_buffers(serve, tmp_path: Path):
    """With a real server: of a hundred megabytes that are requested and never read, most are not even produced."""
    with serve(word_engine(tmp_path), Timeouts(unread=0.2)) as address:
        host = urlsplit(address)
        # The server stops reading; to wait longer would show nothing more.
        with socket.create_connection((host.hostname, host.port), timeout=5) as connection:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
            for _ in range(400):
                try:
                    connection.sendall(b"GET /config HTTP/1.1\r\nHost: x\r\n\r\n")
                except OSError:
                    break
            # Ten times the server's timeout for responses that are not read.
            time.sleep(2)
            received = 0
            try:
                while chunk := connection.recv(1_000_000):
                    received += len(chunk)
            except OSError:
                pass
        # Each has 80 kB; the connection ended long before all were sent.
        assert received < 400 * 80_000
