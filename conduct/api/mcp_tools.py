"""The endpoints as MCP tools over streamable HTTP. The only importer of mcp.

The server is our own: Gradio's would also answer prompts and resources, give Python's repr as a result, and have other
names on a Space.
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
    """The tools as ASGI application and routes; `running` holds while the server runs."""

    def __init__(self, service: AskService, title: str) -> None:
        self._server = _tool_server(service, title)
        self._title = title
        self._manager: StreamableHTTPSessionManager | None = None

    @property
    def routes(self) -> list[BaseRoute]:
        """With and without the last slash, so that no client is redirected to a place that a proxy does not know."""
        schema = Route(f"{PATH}/schema", self._schema)
        return [
            schema,
            *(Route(path, _Endpoint(self), methods=["GET", "POST", "DELETE"]) for path in (PATH, PATH + "/")),
        ]

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """The protocol's tasks live as long as this; one after the other, as often as wanted."""
        # Stateless: each request stands alone, so that any copy of the app can answer it.
        self._manager = StreamableHTTPSessionManager(self._server, stateless=True)
        async with self._manager.run():
            yield

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a POST by the protocol, and show a browser how to connect; nothing would come through a stream."""
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
        """The tools for the Hub, which reads them without the protocol."""
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
    """An ASGI application, which Starlette's Route tells from a function by its being an object."""

    def __init__(self, tools: McpTools) -> None:
        self._tools = tools

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._tools.handle(scope, receive, send)


def _tool_server(service: AskService, title: str) -> Server:
    """What has no handler here is answered "method not found" by the protocol's library."""
    server = Server(title, version=__version__, instructions=INSTRUCTIONS)

    @server.list_tools()
    async def list_tools() -> list[types.Tool]:
        return _tools()

    # Not validated there: the sentences for what is wrong are the same through every client.
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
