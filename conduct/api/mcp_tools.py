"""The endpoints as MCP tools. The only importer of mcp.

Gradio serves the protocol; its own tools would give Python's repr, and on a Space other names.
"""

import json

from mcp import types
from mcp.server import Server

from conduct import __version__
from conduct.api.endpoints import ENDPOINTS, endpoint
from conduct.api.service import AskService

INSTRUCTIONS = (
    "These tools show what a code of conduct says, word for word. Quote the passages as they are, with their section; "
    "say so when the code does not speak about something; leave the judgement to people."
)
# A structured result has to be an object; a list is one of its fields.
ANSWERS = "answers"


def offer_tools(server: Server, programs: AskService) -> None:
    """Put our tools in the place of those that `server` has."""
    server.instructions, server.version = INSTRUCTIONS, __version__

    @server.list_tools()
    async def list_tools() -> list[types.Tool]:
        return _tools()

    # Not validated there: the sentences for what is wrong are the same through every client.
    @server.call_tool(validate_input=False)
    async def call_tool(name: str, arguments: dict) -> types.CallToolResult:
        result = await programs.call(name, arguments)
        called = endpoint(name)
        sent = called.dump(result)
        structured = {ANSWERS: sent} if isinstance(sent, list) else sent
        return types.CallToolResult(
            content=[
                _text(json.dumps(structured, ensure_ascii=False), "assistant"),
                _text(called.markdown(result), "user"),
            ],
            structuredContent=structured,
        )


def _tools() -> list[types.Tool]:
    return [
        types.Tool(
            name=endpoint.name,
            title=endpoint.title,
            description=endpoint.description,
            inputSchema={**endpoint.parameters, "additionalProperties": False},
            outputSchema=_structured(endpoint.returns),
            annotations=types.ToolAnnotations(readOnlyHint=True, idempotentHint=True, openWorldHint=False),
        )
        for endpoint in ENDPOINTS
    ]


def _structured(returns: dict) -> dict:
    if returns["type"] == "object":
        return returns
    return {"type": "object", "properties": {ANSWERS: returns}, "required": [ANSWERS]}


def _text(text: str, audience: str) -> types.TextContent:
    return types.TextContent(type="text", text=text, annotations=types.Annotations(audience=[audience]))
