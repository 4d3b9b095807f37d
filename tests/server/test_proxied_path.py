"""The two nginx configurations of docs/deployment.md for an app under a path, with the real clients."""

import json
import re
from pathlib import Path
from urllib.request import Request, urlopen

import pytest
from gradio_client import Client

from tests.fakes import word_engine
from tests.support.copies import PATH_FORMS, under_path
from tests.support.tooling import with_tools


def test_there_are_two_forms():
    """One passes the path on, the other strips it."""
    assert [re.search(r"proxy_pass [^;]+", form)[0][-1] == "/" for form in PATH_FORMS] == [False, True]


@pytest.mark.parametrize(
    ("form", "root_path"), list(zip(PATH_FORMS, ("/coc", ""), strict=True)), ids=["kept", "stripped"]
)
def test_an_app_under_a_path(serve, tmp_path: Path, form: str, root_path: str):
    """Page, health, embed, HTTP, gradio_client, MCP with and without its last slash, and nothing outside of the
    path."""
    with (
        serve(word_engine(tmp_path), root_path=root_path) as address,
        under_path(form, address, tmp_path) as outside,
    ):
        check_everything(outside)


def check_everything(address: str) -> None:
    """Ask through the proxy with each client."""
    assert urlopen(f"{address}healthz").read() == b"ready\n"
    page = urlopen(address.rstrip("/")).read().decode()
    assert f'"root":"{address.rstrip("/")}"' in page
    assert b"accent" in urlopen(f"{address}embed?q=accent").read()
    body = json.dumps({"question": "accent"}).encode()
    asked = urlopen(Request(f"{address}gradio_api/run/ask", body, {"Content-Type": "application/json"}))
    assert json.loads(asked.read())["data"][0]["question"] == "accent"
    answer = Client(address, verbose=False).predict(question="accent", api_name="/ask")
    assert answer["question"] == "accent"
    call = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    headers = {"Content-Type": "application/json", "Accept": "application/json, text/event-stream"}
    for path in ("mcp", "mcp/"):
        said = urlopen(Request(f"{address}gradio_api/{path}", json.dumps(call).encode(), headers))
        assert said.geturl() == f"{address}gradio_api/{path}"
        assert b"ask_many" in said.read()
    result = with_tools(address, lambda session: session.call_tool("ask", {"question": "accent"}))
    assert result.structuredContent["question"] == "accent"
