"""The snippets of docs/api.md, unchanged except for the address: each client gets the same answer, field by field."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from conduct.answering.engine import Engine
from tests.support.tooling import apart

ROOT = Path(__file__).parents[2]
SECTION = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
NODE = shutil.which("node")
QUESTION, LIMIT = "They laugh at his accent", 2


@pytest.fixture(scope="session")
def expected(engine: Engine) -> dict:
    """The answer of the engine."""
    return engine.ask(QUESTION, LIMIT).model_dump(mode="json")


def snippet(language: str, number: int, address: str) -> str:
    """The snippet of that language and number in the section for programs, with the address of the running app."""
    found = re.findall(rf"```{language}\n(.+?)```", SECTION, re.DOTALL)[number]
    assert QUESTION in found
    return found.replace("http://127.0.0.1:7860", address.rstrip("/"))


def printed(*command: str, **options) -> str:
    """The output of a command."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, **{"cwd": ROOT, **options})
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_python(address: str, expected: dict, capsys: pytest.CaptureFixture):
    """gradio_client."""
    names: dict = {}
    exec(compile(snippet("python", 0, address), "docs/api.md", "exec"), names)
    assert names["answer"] == expected
    lines = capsys.readouterr().out.splitlines()
    assert "The code speaks to this." in lines
    assert lines[-2].startswith("diversity-equity-inclusion-2 0.")


@pytest.fixture
def node() -> Callable[[str], str]:
    """A function that runs a module in Node, which can import @gradio/client, and returns its output."""
    if NODE is None and "CI" not in os.environ:
        pytest.skip("there is no Node")
    assert NODE is not None, "CI must have Node: see .ci/run."
    assert (ROOT / "tests" / "node_modules" / "@gradio").is_dir(), "Run first: npm ci --prefix tests"
    # Imports are looked up from the folder.
    return lambda module: printed(NODE, "--input-type=module", input=module, cwd=ROOT / "tests")


def test_javascript(address: str, expected: dict, node: Callable[[str], str]):
    """@gradio/client in Node."""
    assert json.loads(node(snippet("js", 0, address))) == expected


def test_javascript_gets_errors_as_one_sentence(address: str, node: Callable[[str], str]):
    """The message of an Error."""
    wrong = snippet("js", 0, address).replace("limit: 2", "limit: 11")
    caught = wrong.replace("});\nconsole", "}).catch((error) => ({ data: [error.message] }));\nconsole")
    assert json.loads(node(caught)) == "The limit must be a whole number from 1 to 10, but 11 came: leave it out for 3."


def test_javascript_ends_when_all_has_come(light: str, node: Callable[[str], str]):
    """The result of `submit` can be iterated, and the loop ends after an answer and after a refusal."""
    module = """
        import { Client } from "@gradio/client";
        const app = await Client.connect("ADDRESS", { events: ["data", "status"] });
        const ended = [];
        for (const limit of [3, 11]) {
            for await (const message of app.submit("/ask", { question: "accent", limit }))
                if (message.type === "data" || message.stage === "error")
                    ended.push(message.data?.[0].question ?? message.message);
            ended.push("end");
        }
        console.log(JSON.stringify(ended));
        process.exit(0);
    """
    assert json.loads(node(module.replace("ADDRESS", light))) == [
        "accent", "end", "The limit must be a whole number from 1 to 10, but 11 came: leave it out for 3.", "end",
    ]  # fmt: skip


def test_javascript_ends_as_the_client_is_by_default(light: str, node: Callable[[str], str]):
    """By default the client listens only to the answer."""
    module = """
        import { Client } from "@gradio/client";
        const app = await Client.connect("ADDRESS");
        const types = [];
        for await (const message of app.submit("/ask", { question: "accent" })) types.push(message.type);
        console.log(JSON.stringify(types));
        process.exit(0);
    """
    assert json.loads(node(module.replace("ADDRESS", light))) == ["data"]


def test_curl_in_one_step(address: str, expected: dict):
    """The result is the only item of a list."""
    assert json.loads(printed("bash", "-ec", snippet("bash", 0, address))) == {"data": [expected]}


def test_curl_in_two_steps(address: str, expected: dict):
    """The result as a server-sent event."""
    event, data, *rest = printed("bash", "-ec", snippet("bash", 1, address)).splitlines()
    assert (event, rest) == ("event: complete", [""])
    assert json.loads(data.removeprefix("data: ")) == [expected]


def test_mcp(address: str, expected: dict, capsys: pytest.CaptureFixture):
    """The official Python SDK; the JSON for a model is the same as well."""
    names: dict = {}
    apart(lambda: exec(compile(snippet("python", 1, address), "docs/api.md", "exec"), names))
    assert names["answer"] == expected
    assert json.loads(names["result"].content[0].text) == expected
    assert capsys.readouterr().out.startswith("**The code speaks to this.**")


def test_the_mcp_configuration_names_the_address_that_serves_it():
    """The configuration for a chat has the address to which the snippet below it connects."""
    configuration = json.loads(re.search(r"```json\n(.+?)```", SECTION, re.DOTALL)[1])
    assert configuration["mcpServers"]["is-this-okay"]["url"] in snippet("python", 1, "http://127.0.0.1:7860")


def test_the_command_line(expected: dict, tmp_path: Path):
    """In a process, without a server."""
    command = snippet("bash", 2, "").replace("python ", f"{sys.executable} ", 1)
    alone = {**os.environ, "HF_HUB_OFFLINE": "1", "HF_HOME": str(tmp_path)}
    assert json.loads(printed("bash", "-ec", command, env=alone)) == expected
