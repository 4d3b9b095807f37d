"""The public address of the app: prefixes that are passed on or stripped, and invalid hosts."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from conduct.api.service import AskService
from conduct.web.guard.public_address import WRONG_HOST
from conduct.web.page import build_page
from conduct.web.server import build_app
from tests.fakes import word_engine

MCP = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
ACCEPT = {"accept": "application/json, text/event-stream"}
MARKUP = 'x"><script>alert(1)</script>'


@pytest.fixture
def opened(tmp_path: Path):
    """A client of an app with that root path, in process."""

    @contextmanager
    def open_app(root_path: str = "") -> Iterator[TestClient]:
        service = AskService(word_engine(tmp_path))
        with TestClient(build_app(build_page(service), service, root_path), follow_redirects=False) as client:
            yield client

    return open_app


def check_everything(client: TestClient, prefix: str, root: str, **headers: str) -> None:
    """Page, health, embed, endpoints, MCP with and without its last slash answer under `prefix`; Gradio says `root`."""
    page = client.get(f"{prefix}/", headers=headers)
    assert page.status_code == 200
    assert f'"root":"{root}"' in page.text
    assert client.get(f"{prefix}/config", headers=headers).json()["root"] == root
    assert client.get(f"{prefix}/healthz", headers=headers).text == "ready\n"
    assert client.get(f"{prefix}/embed?q=accent", headers=headers).status_code == 200
    asked = client.post(f"{prefix}/gradio_api/run/ask", json={"question": "accent"}, headers=headers)
    assert asked.json()["data"][0]["question"] == "accent"
    for path in ("mcp", "mcp/"):
        listed = client.post(f"{prefix}/gradio_api/{path}", json=MCP, headers=headers | ACCEPT)
        assert '"ask_many"' in listed.text
        assert f"{root}/gradio_api/mcp/" in client.get(f"{prefix}/gradio_api/{path}", headers=headers).text


def test_a_prefix_that_the_proxy_keeps(opened):
    """The app also answers without it, for health checks from inside."""
    with opened("/coc") as client:
        check_everything(client, "/coc", "http://testserver/coc")
        check_everything(client, "", "http://testserver/coc")


def test_a_prefix_that_the_proxy_strips_and_names(opened):
    """In X-Forwarded-Prefix, without any setting; other headers of the proxy are used as well."""
    proxied = {"x-forwarded-prefix": "/coc/", "x-forwarded-host": "example.org", "x-forwarded-proto": "https"}
    with opened() as client:
        check_everything(client, "", "https://example.org/coc", **proxied)


def test_a_whole_address_holds_whatever_a_request_says(opened):
    """GRADIO_ROOT_PATH with a host, as Gradio allows it."""
    told = {"host": "evil.example", "x-forwarded-host": "evil.example", "x-forwarded-proto": "ftp"}
    with opened("https://example.org/coc") as client:
        check_everything(client, "/coc", "https://example.org/coc", **told)


def test_the_prefix_without_a_slash_is_sent_on(opened):
    """It redirects, since the page's links are relative; the question in the address is kept."""
    with opened("/coc") as client:
        sent_on = client.get("/coc?q=a%20b")
        assert (sent_on.status_code, sent_on.headers["location"]) == (307, "/coc/?q=a%20b")
        assert client.get("/cocoa").status_code == 404


@pytest.mark.parametrize("host", [MARKUP, "a b", "a/b", "a:b", "a@b", "é".encode(), "[", "x" * 300, "a:123456"])
def test_a_host_that_is_none_is_refused(opened, host: str):
    """With one sentence, on each page."""
    with opened() as client:
        for path in ("/", "/config", "/gradio_api/mcp/", "/healthz"):
            refused = client.get(path, headers={"host": host})
            assert (refused.status_code, refused.json()) == (400, {"error": WRONG_HOST})


def test_a_forwarded_host_that_is_none_is_not_repeated(opened):
    """Neither on a page nor in Gradio's configuration, and no cache stores a response that names a host."""
    hostile = dict.fromkeys(("x-forwarded-host", "x-forwarded-proto", "x-forwarded-prefix", "x-gradio-server"), MARKUP)
    with opened() as client:
        for path in ("/", "/config", "/gradio_api/info", "/gradio_api/mcp", "/gradio_api/mcp/", "/theme.css"):
            said = client.get(path, headers=hostile)
            assert said.status_code == 200
            assert "alert(1)" not in said.text
            assert said.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("prefix", ["//evil.example", "/a/../b", "https://evil.example", "/a b", "/" + "a" * 100])
def test_a_forwarded_prefix_that_is_none_is_ignored(opened, prefix: str):
    """No redirect leads to another host."""
    with opened() as client:
        assert client.get("/config", headers={"x-forwarded-prefix": prefix}).json()["root"] == "http://testserver"
