"""Every route of Gradio and the app is requested; the open ones are those that are committed, each with its reason."""

import json
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from starlette.routing import Mount
from starlette.testclient import TestClient

from conduct.answering.engine import Engine
from conduct.api.service import AskService
from conduct.errors import UNEXPECTED
from conduct.settings import Settings
from conduct.web.guard.allowlist import NOTHING, RouteAllowlist
from conduct.web.page import build_page
from conduct.web.server import build_app

EXPECTED = json.loads((Path(__file__).parents[1] / "expected" / "routes.json").read_text(encoding="utf-8"))
# Names for the parameters of routes.
NAMES = {"name": "ask", "api_name": "ask", "path": "cards.css", "session_hash": "s"}
SHUT = json.dumps({"error": NOTHING}, separators=(",", ":")).encode()


class Silent(Engine):
    """An engine that never loads its model."""

    def __init__(self) -> None:
        super().__init__(Settings())

    def start(self) -> None:
        """Never load."""


@pytest.fixture(scope="module")
def running() -> Iterator[tuple[TestClient, list[str]]]:
    """A client of an app, in process, and each route that the app has."""
    service = AskService(Silent())
    app = build_app(build_page(service), service)
    with TestClient(app) as client:
        yield client, sorted(set(routes_of(app.routes)))


def routes_of(routes: Iterable, prefix: str = "") -> Iterator[str]:
    """Each as "GET /path/{parameter}", through routers and mounts."""
    for route in routes:
        if (router := getattr(route, "original_router", None)) is not None:
            yield from routes_of(router.routes, prefix)
        elif isinstance(route, Mount):
            if route.routes:
                yield from routes_of(route.routes, prefix + route.path)
            else:
                yield from (f"{method} {prefix}{route.path}/{{path}}" for method in ("GET", "POST", "DELETE"))
                yield from (f"{method} {prefix}{route.path}/" for method in ("GET", "POST", "DELETE"))
        else:
            yield from (f"{method} {prefix}{route.path}" for method in route.methods)


def shape(route: str) -> str:
    """A route without the names of its parameters."""
    return re.sub(r"{[^}]*}", "{}", route)


def asked(client: TestClient, route: str) -> tuple[int, bytes]:
    """Status of a route, and the beginning of its body; a stream is not read to its end."""
    method, path = route.split(" ", 1)
    path = re.sub(r"{([^}:]*)[^}]*}", lambda found: NAMES.get(found[1], "x"), path)
    # Not `client.request`, which would normalize the path.
    request = client.build_request(
        method, "/", content=b"{}" if method == "POST" else None, headers={"content-type": "application/json"}
    )
    request.url = client.base_url.copy_with(raw_path=path.encode())
    response = client.send(request)
    return response.status_code, response.content[:1_000]


def is_shut(answer: tuple[int, bytes]) -> bool:
    """Whether RouteAllowlist refused a request, also one that was meant for an endpoint; a HEAD has no body."""
    status, said = answer
    return status in (404, 405) and (said in (SHUT, b"") or said.startswith(b'{"error":"To call /'))


def test_the_routes_that_answer_are_the_expected_ones(running: tuple[TestClient, list[str]]):
    """A new version of Gradio opens nothing unnoticed, and nothing that is needed is closed."""
    client, routes = running
    assert len(routes) > 80
    answering = {shape(route) for route in routes if not is_shut(asked(client, route))}
    assert sorted(answering) == sorted(EXPECTED)


def test_each_open_route_says_why():
    """Each with a reason of its own."""
    assert [route for route, why in EXPECTED.items() if len(why.split()) < 2] == []


@pytest.mark.parametrize(
    "route",
    [
        "POST /gradio_api/upload", "GET /gradio_api/file=/etc/passwd", "GET /file=/etc/passwd",
        "GET /gradio_api/proxy=http://127.0.0.1:1/", "POST /gradio_api/component_server",
        "POST /gradio_api/api/predict", "POST /gradio_api/call/predict",
        "POST /gradio_api/run/ask/", "GET /gradio_api/deep_link?session_hash=s", "GET /monitoring/summary",
        "GET /gradio_api/heartbeat/s", "POST /login", "GET /docs", "GET /openapi.json", "GET /redoc",
        "GET //gradio_api/info", "GET /gradio_api/%75pload", "PUT /", "PUT /embed", "GET /gradio_api/mcp/sse",
        "POST /gradio_api/mcp/messages/", "GET /.git/config", "GET /app.py", "TRACE /",
    ],
)  # fmt: skip
def test_other_doors_are_shut(running: tuple[TestClient, list[str]], route: str):
    """Files, proxies, component servers, dashboards, other spellings: one sentence, whatever Gradio would do."""
    assert is_shut(asked(running[0], route))


@pytest.mark.parametrize("folder", ["static", "assets", "embed-assets", "static/img"])
@pytest.mark.parametrize("up", ["../", "..%2f", "%2e%2e/", "..%5c", "....//", "%2e%2e%2f"])
def test_no_way_leads_out_of_the_served_folders(running: tuple[TestClient, list[str]], folder: str, up: str):
    """Trying it does not cause an internal error either."""
    for target in ("etc/passwd", "page.py", "settings.py"):
        status, said = asked(running[0], f"GET /{folder}/{up * 6}{target}")
        assert status in (400, 403, 404)
        assert b"root:" not in said
        assert b"import" not in said


def test_a_failure_behind_a_door_is_one_sentence(caplog: pytest.LogCaptureFixture):
    """The log has its place and its kind, but not its message."""

    async def fail(scope, receive, send) -> None:
        raise RuntimeError("the question was: secret")

    response = TestClient(RouteAllowlist(fail)).get("/embed")
    assert (response.status_code, response.json()) == (500, {"error": UNEXPECTED})
    assert [record.getMessage().split(" at ")[0] for record in caplog.records] == ["Unexpected RuntimeError"]
    assert "secret" not in caplog.text
