"""The public endpoints as Gradio serves them. With page.py the only importer of gradio."""

import logging
from collections.abc import Callable
from dataclasses import MISSING, fields
from inspect import Parameter, Signature
from typing import get_origin, get_type_hints

import gradio as gr

from conduct.api.endpoints import ENDPOINTS, Endpoint
from conduct.api.mcp_tools import offer_tools
from conduct.api.service import AskService
from conduct.errors import ConductError

log = logging.getLogger(__name__)

# Under them gradio keeps /run/ open on a Space, and no limit but that of Programs holds a question back.
_DIRECT = {"queue": False, "concurrency_limit": None}


def add_endpoints(programs: AskService) -> None:
    """Register each endpoint in the Blocks that is open, described as the contract does."""
    blocks = gr.context.Context.root_block

    async def is_disconnected() -> bool:
        """Whether the stream that waits for this event of Gradio's queue has ended."""
        event = blocks._queue.event_ids_to_events.get(gr.context.LocalContext.event_id.get(None))
        return event is not None and not event.alive

    async def call(endpoint: Endpoint, arguments: tuple):
        try:
            return endpoint.dump(await programs.call(endpoint.name, arguments, is_disconnected))
        except ConductError as error:
            raise gr.Error(str(error), title=f"Error {error.status}", print_exception=False) from None

    for endpoint in ENDPOINTS:
        properties = endpoint.parameters["properties"]
        gr.api(_function(endpoint, call), api_name=endpoint.name, api_description=endpoint.description, **_DIRECT)
        registered = list(blocks.default_config.fns.values())[-1]
        for component, (name, schema) in zip(registered.inputs, properties.items(), strict=True):
            _describe(component, name, schema)
        _describe(registered.outputs[0], "result", endpoint.returns)


def _function(endpoint: Endpoint, call: Callable) -> Callable:
    """`call` as Gradio wants it: with the name, the parameters and the docstring of `endpoint`."""

    async def function(*arguments: object):
        return await call(endpoint, arguments)

    types = get_type_hints(endpoint.takes)
    function.__name__ = endpoint.name
    function.__annotations__ = types
    function.__signature__ = Signature(
        [
            Parameter(
                field.name,
                Parameter.POSITIONAL_OR_KEYWORD,
                default=Parameter.empty if field.default is MISSING else field.default,
                annotation=types[field.name],
            )
            for field in fields(endpoint.takes)
        ],
        return_annotation=list if get_origin(endpoint.gives) is list else dict,
    )
    # For the list of MCP tools that Gradio makes of docstrings; the Hub reads it without the protocol.
    properties = endpoint.parameters["properties"]
    described = "\n".join(f"    {name}: {schema['description']}" for name, schema in properties.items())
    function.__doc__ = f"{endpoint.description}\n\nArgs:\n{described}"
    return function


def install_mcp_tools(demo: gr.Blocks, programs: AskService) -> None:
    """Our tools in Gradio's MCP server, which `launch` has made."""
    served = demo.mcp_server_obj
    if served is None:
        log.error("There are no MCP tools: %s", demo.mcp_error)
        return
    offer_tools(served.mcp_server, programs)
    # For the list of tools that the Hub reads without the protocol: on a Space, too, the names of the endpoints.
    served.tool_prefix = ""
    served.tool_to_endpoint = {endpoint.name: f"/{endpoint.name}" for endpoint in ENDPOINTS}


def _describe(component: gr.components.Component, name: str, schema: dict) -> None:
    """gr.api takes types from a function's annotations, and drops what they say beside the type."""
    component.label = name
    component._api_info = {**schema, "additional_description": schema["description"]}
    if "examples" in schema:
        component.example_payload = component.example_value = lambda: schema["examples"][0]
