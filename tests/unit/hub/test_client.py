"""The Hub's client, as this project configures it."""

import logging
from http.server import BaseHTTPRequestHandler, HTTPServer

import httpx2
import pytest
from huggingface_hub import close_session, constants, get_session
from huggingface_hub.errors import HfHubHTTPError, OfflineModeIsEnabled

from conduct.hub import client
from tests.support.background import serve_in_background


def test_each_session_of_the_client_gives_up_after_silence():
    """Also a session that the library opens after it has closed another, as after a failed connection."""
    for _ in range(2):
        close_session()
        assert get_session().timeout == httpx2.Timeout(client.READ_TIMEOUT_SECONDS)
        assert get_session().event_hooks["request"]


@pytest.mark.parametrize(("status", "requests"), [(500, 3), (503, 3), (404, 1), (429, 1), (401, 1)])
def test_a_hub_that_fails_is_asked_again_and_one_that_refuses_is_not(
    monkeypatch: pytest.MonkeyPatch, caplog, status: int, requests: int
):
    """At most three times, and no library logs the request."""
    asked = []

    def repo_info(self, repo: str, **_: object) -> None:
        asked.append(repo)
        response = httpx2.Response(status, request=httpx2.Request("GET", "http://127.0.0.1/"))
        raise HfHubHTTPError("zanzibar", response=response)

    monkeypatch.setattr(client.HfApi, "repo_info", repo_info)
    with caplog.at_level(logging.DEBUG), pytest.raises(HfHubHTTPError):
        client.newest("ada/code", "dataset", "main")
    assert len(asked) == requests
    assert "zanzibar" not in caplog.text


def test_offline_no_engine_is_asked(monkeypatch: pytest.MonkeyPatch):
    """HF_HUB_OFFLINE holds for engines as well, also for one at an address."""
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(OfflineModeIsEnabled):
        client.embed("http://127.0.0.1:9", ["accent"], 1.0)


def test_an_engine_is_asked_through_the_proxy(monkeypatch: pytest.MonkeyPatch):
    """As the Hub is."""
    asked = []

    class Proxy(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(self.path)
            self.rfile.read(int(self.headers["content-length"]))
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.end_headers()
            self.wfile.write(b"[[1.0, 0.0]]")

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    with HTTPServer(("127.0.0.1", 0), Proxy) as server:
        serve_in_background(server)
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{server.server_port}")
        close_session()
        try:
            vectors = client.embed("http://engine.example", ["accent"], 5.0)
        finally:
            close_session()
            server.shutdown()
    assert vectors.tolist() == [[1.0, 0.0]]
    assert asked == ["http://engine.example/"]
