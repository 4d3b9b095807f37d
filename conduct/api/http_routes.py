"""The endpoints over plain HTTP, at Gradio's addresses: in one step or in two, with proper status codes.

There, Gradio itself answers 500 to every invalid request, and on a Space 404 to a call in one step; it keeps results
that nobody fetches, and a second fetch of the same result never ends.

These are not FastAPI routes with pydantic models: one address takes arguments by name or in order, whatever the content
type; FastAPI parses a body by its content type and refuses it before our code runs, with its own error texts.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Match, Route
from starlette.types import Scope

from conduct.api.endpoints import endpoint
from conduct.api.service import AskService
from conduct.errors import BusyError, ConductError, RequestError

# How long, in seconds, a result waits for the second step.
KEPT_SECONDS = 120
MAX_KEPT = 1_000
# All kept results together: a few hundred of the largest results of /ask, or thirty of /ask_many.
MAX_KEPT_BYTES = 16_000_000
HEARTBEAT_SECONDS = 15
_NOT_KEPT = {"cache-control": "no-store"}
# What curl and HTML forms send by default.
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


def http_routes(service: AskService) -> list[Route]:
    """The routes: `run` for one step; for two steps `call`, then `call` with the event's id."""
    begun = PendingResults(service)

    async def run(request: Request, name: str) -> Response:
        arguments = await _arguments(request, name)
        result = await service.call(name, arguments, request.is_disconnected)
        return JSONResponse({"data": [endpoint(name).dump(result)]}, headers=_NOT_KEPT)

    async def begin(request: Request, name: str) -> Response:
        return JSONResponse({"event_id": await begun.begin(name, await _arguments(request, name))})

    async def fetch(request: Request, name: str) -> Response:
        # `name` was checked before; the event's id alone identifies the result.
        events = begun.fetch(request.path_params["event_id"])
        return StreamingResponse(events, media_type="text/event-stream", headers=_NOT_KEPT)

    routes = [_route(f"/{first}/{{name}}", run, "POST") for first in ("run", "api")]
    for first in ("call", "call/v2"):
        routes += [_route(f"/{first}/{{name}}", begin, "POST"), _route(f"/{first}/{{name}}/{{event_id}}", fetch, "GET")]
    return routes


class _EndpointRoute(Route):
    """Leaves calls of Gradio's own page to Gradio; they name functions by number."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if scope["path"].endswith("/predict"):
            return Match.NONE, {}
        return super().matches(scope)


class PendingResults:
    """Results between the first and the second step, for a limited time; new ones push out the oldest."""

    def __init__(
        self,
        service: AskService,
        seconds: float = KEPT_SECONDS,
        max_kept: int = MAX_KEPT,
        max_bytes: int = MAX_KEPT_BYTES,
    ) -> None:
        self._service = service
        self._seconds = seconds
        self._max_kept = max_kept
        self._max_bytes = max_bytes
        self._results: dict[str, asyncio.Task[str]] = {}

    def __len__(self) -> int:
        return len(self._results)

    async def begin(self, name: str, arguments: Mapping[str, object] | list) -> str:
        """Start a call; returns the id of its result. Raises QuestionError and BusyError before anything is stored."""
        result = asyncio.create_task(self._call(name, arguments))
        # Let the task run until it waits for something, or is refused.
        await asyncio.sleep(0)
        if result.done():
            result.result()
        event_id = uuid4().hex
        self._results[event_id] = result
        result.add_done_callback(self._make_room)
        asyncio.get_running_loop().call_later(self._seconds, self._forget, event_id)
        if len(self._results) > self._max_kept:
            self._forget(next(iter(self._results)))
        return event_id

    def fetch(self, event_id: str) -> AsyncIterator[str]:
        """Server-sent events in Gradio's form. Raises RequestError if there is no result with this id."""
        result = self._results.pop(event_id, None)
        if result is None:
            raise RequestError(
                f"No result waits under this event id, which holds for one fetch within {self._seconds:g} seconds: "
                "ask again.",
                404,
            )
        return _events(result)

    async def _call(self, name: str, arguments: Mapping[str, object] | list) -> str:
        return json.dumps([endpoint(name).dump(await self._service.call(name, arguments))])

    def _make_room(self, done: asyncio.Task[str]) -> None:
        # Reading the exception keeps asyncio from logging it if nobody fetches the result.
        if done.cancelled() or done.exception() is not None:
            return
        sizes = {
            event_id: len(result.result())
            for event_id, result in self._results.items()
            if result.done() and not result.cancelled() and result.exception() is None
        }
        excess = sum(sizes.values()) - self._max_bytes
        for event_id, size in sizes.items():
            if excess <= 0:
                break
            self._forget(event_id)
            excess -= size

    def _forget(self, event_id: str) -> None:
        """Drop a result that was not fetched in time."""
        if event_id in self._results:
            self._results.pop(event_id).cancel()


async def _events(result: asyncio.Task[str]) -> AsyncIterator[str]:
    try:
        while not (await asyncio.wait([result], timeout=HEARTBEAT_SECONDS))[0]:
            yield "event: heartbeat\ndata: null\n\n"
        try:
            yield f"event: complete\ndata: {result.result()}\n\n"
        except ConductError as error:
            yield f"event: error\ndata: {json.dumps(_error_body(error))}\n\n"
    finally:
        # A client that disconnects while its question waits cancels the question.
        result.cancel()


def _route(path: str, answer: Callable[[Request, str], Awaitable[Response]], method: str) -> Route:
    async def answer_or_refuse(request: Request) -> Response:
        try:
            return await answer(request, endpoint(request.path_params["name"]).name)
        except ConductError as error:
            headers = {"retry-after": str(error.seconds)} if isinstance(error, BusyError) else None
            return JSONResponse(_error_body(error), error.status, headers)

    return _EndpointRoute(f"/gradio_api{path}", answer_or_refuse, methods=[method])


def _error_body(error: ConductError) -> dict:
    return {"error": str(error)}


async def _arguments(request: Request, name: str) -> Mapping[str, object] | list:
    """Arguments by name, or in order under "data", as in Gradio's API."""
    try:
        sent = json.loads(await request.body() or b"{}")
    except (ValueError, RecursionError):
        sent = None
    if not isinstance(sent, dict):
        example = json.dumps(endpoint(name).example)
        if request.headers.get("content-type", "").startswith(_FORMS):
            raise RequestError(
                f"The body must be a JSON object such as {example}, but a form came: send it as application/json.", 400
            )
        raise RequestError(
            f"The body must be a JSON object such as {example}, with double quotes around names and texts, but it is "
            "not: fix it.",
            400,
        )
    if "data" not in sent:
        return sent
    if not isinstance(sent["data"], list):
        raise RequestError("The data must be a list of arguments in order, but it is not: fix it.", 422)
    return sent["data"]
