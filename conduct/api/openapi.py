"""The OpenAPI description of the endpoints over plain HTTP: one step, or two through Gradio's queue.

It replaces Gradio's, which leaves out results and errors. Pure but for its route.
"""

from functools import cache, partial

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from conduct import __version__
from conduct.api.endpoints import ENDPOINTS, Endpoint

ERRORS = {
    "400": "The body is no JSON object.",
    "404": "There is no such endpoint.",
    "413": "The body is too large.",
    "422": "A question, a limit or the arguments do not fit.",
    "500": "A fault of ours.",
    "503": "Too many questions at once, or no model could be loaded.",
}
_ERROR = {
    "type": "object",
    "properties": {"error": {"type": "string", "description": "What was expected, what came and the next step."}},
    "required": ["error"],
}
_RETRY = {"Retry-After": {"description": "After how many seconds to ask again.", "schema": {"type": "integer"}}}


def openapi_routes(title: str) -> list[Route]:
    """`GET /gradio_api/openapi.json`."""
    document = cache(partial(openapi_document, title))

    async def describe(request: Request) -> JSONResponse:
        return JSONResponse(document())

    return [Route("/gradio_api/openapi.json", describe)]


def openapi_document(title: str) -> dict:
    """The whole description, in OpenAPI 3.1, whose schemas are plain JSON schema."""
    paths = {}
    for endpoint in ENDPOINTS:
        paths[f"/gradio_api/run/{endpoint.name}"] = {"post": _one_step(endpoint)}
        paths[f"/gradio_api/call/v2/{endpoint.name}"] = {"post": _first_step(endpoint)}
        paths[f"/gradio_api/call/{endpoint.name}/{{event_id}}"] = {"get": _second_step(endpoint)}
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": __version__},
        "paths": paths,
        "components": {"schemas": {"Error": _ERROR}},
    }


def _one_step(endpoint: Endpoint) -> dict:
    data = {"type": "array", "prefixItems": [endpoint.returns], "minItems": 1, "maxItems": 1}
    return {
        "operationId": endpoint.name,
        "summary": f"/{endpoint.name} in one step",
        "description": endpoint.description,
        "requestBody": _body(endpoint),
        "responses": {"200": _response("The result, alone in a list.", _object(data=data)), **_errors()},
    }


def _first_step(endpoint: Endpoint) -> dict:
    event = {"type": "string", "description": "Names the result in the second step."}
    return {
        "operationId": f"{endpoint.name}_begin",
        "summary": f"/{endpoint.name} through the queue, first step",
        "description": endpoint.description,
        "requestBody": _body(endpoint),
        "responses": {"200": _response("Where the result will be.", _object(event_id=event)), **_errors()},
    }


def _second_step(endpoint: Endpoint) -> dict:
    stream = {
        "description": "Server-sent events. `complete` has the result, alone in a list; `error` an object whose "
        "`error` is a sentence.",
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    }
    event_id = {"name": "event_id", "in": "path", "required": True, "schema": {"type": "string"}}
    return {
        "operationId": f"{endpoint.name}_result",
        "summary": f"/{endpoint.name} through the queue, second step",
        "description": f"{endpoint.returns['description']} It can be fetched once.",
        "parameters": [{**event_id, "description": "What the first step gave."}],
        "responses": {"200": stream},
    }


def _body(endpoint: Endpoint) -> dict:
    return {"required": True, "content": {"application/json": {"schema": endpoint.parameters}}}


def _response(description: str, schema: dict) -> dict:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _object(**properties: dict) -> dict:
    return {"type": "object", "properties": properties, "required": list(properties)}


def _errors() -> dict:
    errors = {status: _response(text, {"$ref": "#/components/schemas/Error"}) for status, text in ERRORS.items()}
    errors["503"]["headers"] = _RETRY
    return errors
