"""On a Space, Gradio closes calls in one step and renames MCP tools; the app does neither."""

import http.client
import json
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from gradio_client import Client
from mcp import ClientSession

from conduct.answering.engine import Engine
from tests.support.tooling import with_tools

ASK = {"question": "He talks over her", "limit": 1}


@pytest.fixture(scope="module")
def space(engine: Engine, serve) -> Iterator[str]:
    """The address of an app that runs as the Space ada/is-this-okay."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SYSTEM", "spaces")
        patch.setenv("SPACE_ID", "ada/is-this-okay")
        with serve(engine) as address:
            yield address


def requested(address: str, method: str, path: str, body: object = None) -> tuple[int, object]:
    """Status and JSON."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)
    connection.request(method, f"/gradio_api/{path}", body and json.dumps(body), {"Content-Type": "application/json"})
    response = connection.getresponse()
    return response.status, json.loads(response.read())


def test_one_step_works(space: str):
    """Where Gradio itself would answer 404; the result is the same as through gradio_client."""
    given = Client(space, verbose=False).predict(**ASK, api_name="/ask")
    assert requested(space, "POST", "run/ask", ASK) == (200, {"data": [given]})


def test_the_tools_keep_their_names(space: str):
    """In the protocol, and in the list that the Hub reads."""

    async def use(session: ClientSession) -> tuple[list[str], str]:
        names = [tool.name for tool in (await session.list_tools()).tools]
        return names, (await session.call_tool("ask", ASK)).structuredContent["question"]

    assert with_tools(space, use) == (["ask", "ask_many", "code"], "He talks over her")
    status, listed = requested(space, "GET", "mcp/schema")
    assert (status, [tool["name"] for tool in listed]) == (200, ["ask", "ask_many", "code"])
