"""The two nginx forms of docs/deployment.md for an app under a path, with the real clients."""

import json
import re
import subprocess
import time
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

import pytest
from gradio_client import Client

from tests.fakes import word_engine
from tests.support.copies import DEPLOYMENT, free_port, nginx_program
from tests.support.tooling import with_tools

FORMS = re.findall(r"```nginx\n(location /coc.+?)```", DEPLOYMENT, re.DOTALL)


def test_there_are_two_forms():
    """One keeps the path, the other strips it."""
    assert [re.search(r"proxy_pass [^;]+", form)[0][-1] == "/" for form in FORMS] == [False, True]


@pytest.mark.parametrize(("form", "root_path"), list(zip(FORMS, ("/coc", ""), strict=True)), ids=["kept", "stripped"])
def test_an_app_under_a_path(serve, tmp_path: Path, form: str, root_path: str):
    """Page, health, embed, HTTP, gradio_client, MCP with and without its last slash, and nothing beside the path."""
    with serve(word_engine(tmp_path), root_path=root_path) as address:
        port = free_port()
        temporary = "".join(
            f"{name}_temp_path {tmp_path}/{name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        site = form.replace("http://127.0.0.1:7861", address.rstrip("/"))
        (tmp_path / "nginx.conf").write_text(
            f"pid {tmp_path}/pid;\ndaemon off;\nerror_log {tmp_path}/error.log;\nevents {{}}\n"
            f"http {{\n{temporary}access_log off;\nserver {{\nlisten 127.0.0.1:{port};\n{site}\n}}\n}}\n"
        )
        nginx = subprocess.Popen([nginx_program(), "-p", tmp_path, "-c", tmp_path / "nginx.conf"])
        try:
            check_everything(f"http://127.0.0.1:{port}/coc/")
        finally:
            nginx.terminate()
            nginx.wait(timeout=30)


def check_everything(address: str) -> None:
    """Through the proxy, as the clients do it."""
    end = time.monotonic() + 60
    while True:
        try:
            assert urlopen(f"{address}healthz").read() == b"ready\n"
            break
        except URLError:
            assert time.monotonic() < end
            time.sleep(0.1)
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
