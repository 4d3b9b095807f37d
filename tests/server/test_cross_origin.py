"""Pages of other sites: some call the app, others try to read what only this machine can reach."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from conduct.api.service import AskService
from conduct.web.page import build_page
from conduct.web.server import build_app
from tests.fakes import word_engine

PATHS = [f"/gradio_api/{path}" for path in ("run/ask", "call/v2/ask", "queue/join", "mcp/")] + ["/config", "/embed"]
ORIGIN = "https://community.example"


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A client of an app in process."""
    service = AskService(word_engine(Path(tmp_path_factory.mktemp("origin"))))
    with TestClient(build_app(build_page(service), service)) as client:
        yield client


def asked_before(client: TestClient, path: str, origin: str, host: str) -> tuple[int, str | None]:
    """The response to a preflight request for a POST with JSON: status and allowed origin."""
    said = client.options(
        path,
        headers={
            "origin": origin, "host": host, "access-control-request-method": "POST",
            "access-control-request-headers": "content-type",
        },
    )  # fmt: skip
    return said.status_code, said.headers.get("access-control-allow-origin")


@pytest.mark.parametrize("path", PATHS)
def test_every_site_may_call_an_app_with_a_name(client: TestClient, path: str):
    """In preflight requests and in answers; the origin is named, since Gradio's client sends cookies along."""
    assert asked_before(client, path, ORIGIN, "app.example") == (200, ORIGIN)
    said = client.get("/config", headers={"origin": ORIGIN, "host": "app.example"})
    assert said.headers.get_list("access-control-allow-origin") == [ORIGIN]
    assert said.headers.get_list("access-control-allow-credentials") == ["true"]


def test_an_answer_can_be_read_by_the_site_that_asked(client: TestClient):
    """In one step, a refusal as well."""
    for body, status in (({"question": "accent"}, 200), ({}, 422)):
        said = client.post("/gradio_api/run/ask", json=body, headers={"origin": ORIGIN, "host": "app.example"})
        assert (said.status_code, said.headers["access-control-allow-origin"]) == (status, ORIGIN)


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:7860", "[::1]", "[::1]:7860"])
@pytest.mark.parametrize("path", PATHS)
def test_no_site_reads_what_only_this_machine_can_reach(client: TestClient, host: str, path: str):
    """Such as a page that somebody has open while they try out the app; pages of this machine may."""
    assert asked_before(client, path, ORIGIN, host) == (400, None)
    assert asked_before(client, path, "null", host) == (400, None)
    assert asked_before(client, path, "http://localhost.evil.example", host) == (400, None)
    assert asked_before(client, path, "http://localhost:3000", host) == (200, "http://localhost:3000")
    said = client.get("/config", headers={"origin": ORIGIN, "host": host})
    assert "access-control-allow-origin" not in said.headers
