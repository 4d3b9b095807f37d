"""The public endpoints as Gradio serves them. With web/page.py and web/server.py the only importer of gradio."""

from collections.abc import Callable
from dataclasses import MISSING, fields
from functools import partial
from inspect import Parameter, Signature
from typing import get_origin, get_type_hints

import gradio as gr

from conduct.api.endpoints import ENDPOINTS, Endpoint
from conduct.api.service import AskService
from conduct.errors import ConductError

# Only AskService limits concurrency. Without the queue, @gradio/client (2.7.0) never closes the iterator that its
# `submit` returns.
_QUEUED = {"queue": True, "concurrency_limit": None}


def add_endpoints(demo: gr.Blocks, service: AskService) -> None:
    """Register each endpoint in `demo`, which must be open (`with demo`), with the descriptions of the contract."""

    async def call(endpoint: Endpoint, arguments: tuple):
        try:
            return endpoint.dump(await service.call(endpoint.name, arguments, partial(is_abandoned, demo)))
        except ConductError as error:
            raise gr.Error(str(error), title=f"Error {error.status}", print_exception=False) from None

    for endpoint in ENDPOINTS:
        properties = endpoint.parameters["properties"]
        gr.api(_function(endpoint, call), api_name=endpoint.name, api_description=endpoint.description, **_QUEUED)
        registered = list(demo.fns.values())[-1]
        for component, (name, schema) in zip(registered.inputs, properties.items(), strict=True):
            _describe(component, name, schema)
        _describe(registered.outputs[0], "result", endpoint.returns)


async def is_abandoned(demo: gr.Blocks) -> bool:
    """Whether the client has closed the stream that waits for the event of Gradio's queue that runs now.

    Gradio cancels an event only if the page asks for it, not when its visitor leaves.
    """
    event = demo._queue.event_ids_to_events.get(gr.context.LocalContext.event_id.get(None))
    return event is not None and not event.alive


def _function(endpoint: Endpoint, call: Callable) -> Callable:
    """`call` as a function with the name and the parameters of `endpoint`, which Gradio reads."""

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
    return function


def _describe(component: gr.components.Component, name: str, schema: dict) -> None:
    """Add the description, which gr.api drops: it takes only the type from a function's annotations."""
    component.label = name
    component._api_info = {**schema, "additional_description": schema["description"]}
    if "examples" in schema:
        component.example_payload = component.example_value = lambda: schema["examples"][0]
