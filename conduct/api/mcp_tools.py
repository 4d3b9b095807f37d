"""The endpoints as MCP tools over streamable HTTP. The only importer of mcp.

The server is our own: Gradio's would also serve prompts and resources, give Python's repr as a result, and rename the
tools on a Space.
"""

import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from html import escape

from mcp import types
from mcp.server import Server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from conduct import __version__
from conduct.api.endpoints import ENDPOINTS, endpoint
from conduct.api.service import AskService

log = logging.getLogger(__name__)

PATH = "/gradio_api/mcp"
INSTRUCTIONS = (
    "These tools show what a code of conduct says, word for word. Quote the passages as they are, with their section; "
    "say so when the code does not speak about something; leave the judgement to people."
)
# A structured result has to be an object; a list is one of its fields.
ANSWERS = "answers"
NO_STREAM = "These tools answer each POST in its own response and keep no sessions: send a POST."


class McpTools:
    """The tools as an ASGI application and routes; they work while `running` is entered."""

    def __init__(self, service: AskService, title: str) -> None:
        self._server = _tool_server(service, title)
        self._title = title
        self._manager: StreamableHTTPSessionManager | None = None

    @property
    def routes(self) -> list[BaseRoute]:
        """With and without a slash at the end, since a redirect could lead to an address that a proxy does not know."""
        schema = Route(f"{PATH}/schema", self._schema)
        return [
            schema,
            *(Route(path, _Endpoint(self), methods=["GET", "POST", "DELETE"]) for path in (PATH, PATH + "/")),
        ]

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Run the protocol's tasks; may be entered again after it has ended."""
        # Stateless: any copy of the app can answer any request.
        self._manager = StreamableHTTPSessionManager(self._server, stateless=True)
        async with self._manager.run():
            yield

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a POST by the protocol, and show a browser how to connect. Streams are refused, as nothing is sent."""
        if scope["method"] == "POST":
            await self._manager.handle_request(scope, receive, send)
            return
        request = Request(scope)
        if scope["method"] == "GET" and "text/event-stream" not in request.headers.get("accept", ""):
            response: Response = HTMLResponse(_landing_page(self._title, request.state.address + PATH + "/"))
        else:
            response = JSONResponse({"error": NO_STREAM}, 405, {"allow": "POST"})
        await response(scope, receive, send)

    async def _schema(self, request: Request) -> JSONResponse:
        """The tools in the form that the Hub reads without the protocol."""
        wanted = request.query_params.get("tools")
        names = None if wanted is None else wanted.split(",")
        listed = [tool for tool in _tools() if names is None or tool.name in names]
        return JSONResponse(
            [
                {
                    "name": tool.name,
                    "description": tool.description,
                    "inputSchema": tool.inputSchema,
                    "meta": {"file_data_present": False, "mcp_type": "tool", "endpoint_name": tool.name},
                }
                for tool in listed
            ]
        )


class _Endpoint:
    """An ASGI application as an object: Starlette's Route would take a function for a request handler."""

    def __init__(self, tools: McpTools) -> None:
        self._tools = tools

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._tools.handle(scope, receive, send)


def _tool_server(service: AskService, title: str) -> Server:
    """The MCP server; the library answers "method not found" to methods without a handler here."""
    server = Server(title, version=__version__, instructions=INSTRUCTIONS)

    @server.list_tools()
    async def list_tools() -> list[types.Tool]:
        return _tools()

    # The library does not validate: errors have the same sentences as in every other interface.
    @server.call_tool(validate_input=False)
    async def call_tool(name: str, arguments: dict) -> types.CallToolResult:
        result = await service.call(name, arguments)
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

    return server


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


def _landing_page(title: str, address: str) -> str:
    configuration = json.dumps({"mcpServers": {"is-this-okay": {"url": address}}}, indent=2)
    tools = "".join(
        f"<li><code>{escape(endpoint.name)}</code>: {escape(endpoint.description)}</li>" for endpoint in ENDPOINTS
    )
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(title)}: MCP</title>'
        '<meta name="viewport" content="width=device-width"><style>body { max-width: 46rem; margin: 2rem auto; '
        "padding: 0 1rem; font-family: system-ui, sans-serif; line-height: 1.5; color-scheme: light dark } "
        "pre { overflow-x: auto }</style>"
        f"<h1>{escape(title)}</h1><p>Programs call these tools here by the Model Context Protocol:</p><ul>{tools}</ul>"
        f"<p>For most chats and editors:</p><pre>{escape(configuration)}</pre></html>"
    )
