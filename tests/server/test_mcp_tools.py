"""The MCP tools, through the official client, which checks each result against the tool's own schema."""

import json

import pytest
from gradio_client import Client
from mcp import ClientSession, McpError
from mcp.types import METHOD_NOT_FOUND, CallToolResult, PromptReference

from tests.support.tooling import with_tools


def called(address: str, name: str, arguments: dict) -> CallToolResult:
    """The result of a tool."""
    return with_tools(address, lambda session: session.call_tool(name, arguments))


def test_there_are_three_tools_and_nothing_else(address: str):
    """None that writes; other methods of the protocol are "not found"."""

    async def look(session: ClientSession) -> tuple:
        others = [
            session.list_prompts(), session.get_prompt("code"), session.list_resources(),
            session.list_resource_templates(), session.read_resource("file:///etc/passwd"),
            session.set_logging_level("debug"), session.subscribe_resource("a://b"),
            session.complete(PromptReference(type="ref/prompt", name="code"), {"name": "a", "value": "b"}),
        ]  # fmt: skip
        refused = []
        for other in others:
            with pytest.raises(McpError) as error:
                await other
            refused.append(error.value.error.code)
        return (await session.list_tools()).tools, refused

    tools, refused = with_tools(address, look)
    assert [tool.name for tool in tools] == ["ask", "ask_many", "code"]
    assert refused == [METHOD_NOT_FOUND] * 8
    assert all(tool.annotations.readOnlyHint and not tool.annotations.openWorldHint for tool in tools)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [("ask", {"question": "He talks over her"}), ("ask_many", {"questions": ["He talks", "pizza"]}), ("code", {})],
)
def test_results_are_what_the_endpoints_give(address: str, client: Client, name: str, arguments: dict):
    """As structured content, and as JSON for a model that reads text."""
    result = called(address, name, arguments)
    given = client.predict(**arguments, api_name=f"/{name}")
    assert result.structuredContent == ({"answers": given} if name == "ask_many" else given)
    for_model, for_people = result.content
    assert json.loads(for_model.text) == result.structuredContent
    assert (for_model.annotations.audience, for_people.annotations.audience) == (["assistant"], ["user"])
    assert not result.isError


def test_a_chat_gets_markdown(address: str):
    """The coverage, and passages only if the code speaks to the question."""
    text = called(address, "ask_many", {"questions": ["He talks over her", "cheap flights to Rome"]}).content[1].text
    first, second = text.split("### cheap flights to Rome")
    assert first.startswith("### He talks over her\n\n**The code speaks to this.**\n\n> ")
    assert second.startswith("\n\n**The code does not speak about this.**\n\nHow to ask (suggestions, not part of the")
    assert second.endswith("\n\n*Hugging Face Ambassador Code of Conduct* (this copy ends before the original does)")
    assert (
        called(address, "code", {})
        .content[1]
        .text.startswith(
            "# Hugging Face Ambassador Code of Conduct\n\n## Preamble\n\nThis Code of Conduct is a set of guidelines"
        )
    )


@pytest.mark.parametrize(
    ("name", "arguments", "sentence"),
    [
        ("ask", {}, "The question must be a text, but nothing came: send the question as a string."),
        ("ask", {"question": "x", "limit": "k"},
         "The limit must be a whole number from 1 to 10, but a text came: leave it out for 3."),
        ("ask", {"question": "x", "k": 1}, "/ask takes question and limit, but 'k' came as well: leave it out."),
        ("ask_many", {"questions": []},
         "One call takes 1 to 64 questions, but 0 came: send them in several calls."),
        ("page_ask", {}, "The endpoints are /ask, /ask_many and /code, but another one was called: fix its name."),
    ],
)  # fmt: skip
def test_what_is_wrong_is_one_sentence(address: str, name: str, arguments: dict, sentence: str):
    """An error of the tool, which a model can read and correct."""
    result = called(address, name, arguments)
    assert (result.isError, [content.text for content in result.content]) == (True, [sentence])
