"""The ASGI application around the page, complete before it accepts the first request, and the server that runs it."""

import asyncio
import errno
import logging
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import gradio as gr
import uvicorn
from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route
from starlette.types import ASGIApp
from uvicorn.protocols.http.auto import AutoHTTPProtocol

from conduct.api.http_routes import http_routes
from conduct.api.mcp_tools import McpTools
from conduct.api.openapi import openapi_routes
from conduct.api.service import AskService
from conduct.errors import SettingError
from conduct.settings import ServerSettings
from conduct.web.embed import embed_routes
from conduct.web.guard import garbage, idle_timeout, request_limits, sessions
from conduct.web.guard.allowlist import RouteAllowlist
from conduct.web.guard.bursts import BurstGate
from conduct.web.guard.cross_origin import CrossOrigin
from conduct.web.guard.garbage import collect_garbage
from conduct.web.guard.gradio_calls import CANCEL, JOIN, RUN, sanitize_cancel_payload, sanitize_queue_payload
from conduct.web.guard.headers import ResponseHeaders
from conduct.web.guard.idle_timeout import with_idle_timeout
from conduct.web.guard.log_redaction import count_repeated_lines, redact_logs
from conduct.web.guard.public_address import PublicAddress
from conduct.web.guard.request_limits import limit_bodies
from conduct.web.guard.sessions import forget_ended_sessions
from conduct.web.page import SUBTITLE, TITLE, browser_words
from conduct.web.page_head import LinkPreview

log = logging.getLogger(__name__)

ASSETS = Path(__file__).parent / "assets"
FIRST_PORT, PORTS = 7860, 100
# How long, in seconds, open streams may delay the server's shutdown.
SHUTDOWN_SECONDS = 5


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds that the server waits: on an idle connection, for a client to read a response, for a body, for the next
    call of a session, and between garbage collections."""

    idle: float = idle_timeout.SECONDS
    unread: float = idle_timeout.UNREAD_SECONDS
    body: float = request_limits.SECONDS
    session: float = sessions.SECONDS
    garbage: float = garbage.SECONDS


def build_app(demo: gr.Blocks, service: AskService, root_path: str = "", timeouts: Timeouts = Timeouts()) -> FastAPI:
    """`demo` without Gradio's telemetry and storage, with our routes beside it and our middleware in front."""
    tools = McpTools(service, TITLE)

    # A coroutine, since it must answer while all threads are busy.
    async def healthz(request: Request) -> PlainTextResponse:
        return PlainTextResponse("ready\n") if service.engine.ready else PlainTextResponse("loading\n", 503)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with (
            tools.running(),
            forget_ended_sessions(demo, gradio_app, timeouts.session),
            collect_garbage(service, timeouts.garbage),
        ):
            # After the first page: importing torch would delay it for seconds.
            starting = asyncio.create_task(_start_engine(app, service))
            yield
            starting.cancel()
            service.engine.close()

    app = FastAPI(
        openapi_url=None,
        redirect_slashes=False,
        routes=[
            Route("/healthz", healthz),
            *embed_routes(service),
            *http_routes(service),
            *tools.routes,
            *openapi_routes(TITLE),
        ],
        middleware=[
            Middleware(BurstGate),
            Middleware(ResponseHeaders),
            Middleware(CrossOrigin),
            Middleware(PublicAddress, root_path=root_path),
            Middleware(RouteAllowlist),
            Middleware(limit_bodies, rewrites=_rewrites(demo), seconds=timeouts.body),
            # Gradio does not compress its page; streams and compressed responses are passed through.
            Middleware(GZipMiddleware, minimum_size=1_000),
            Middleware(LinkPreview, title=TITLE, description=SUBTITLE),
        ],
        lifespan=lifespan,
    )
    _mount(app, demo)
    gradio_app = app.routes[-1].app
    return app


def http_server(app: ASGIApp, timeouts: Timeouts = Timeouts()) -> uvicorn.Server:
    """A server for `app` that logs no request; `run(sockets=[listen(...)])` serves."""
    config = uvicorn.Config(
        app,
        http=with_idle_timeout(AutoHTTPProtocol, timeouts.idle, timeouts.unread),
        ws="none",
        lifespan="on",
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=SHUTDOWN_SECONDS,
    )
    redact_logs()
    return uvicorn.Server(config)


def listen(settings: ServerSettings) -> socket.socket:
    """A listening socket for `settings`. Raises SettingError if the configured port is not free.

    It takes no other port instead: a proxy would send visitors to the configured one, where another program listens.
    """
    named = settings.port is not None
    ports = [settings.port] if named else list(range(FIRST_PORT, FIRST_PORT + PORTS))
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    for port in ports:
        try:
            listening = socket.create_server((settings.host, port), family=family, backlog=2048)
        except OSError as error:
            if error.errno == errno.EADDRINUSE and port != ports[-1]:
                continue
            if error.errno == errno.EADDRINUSE:
                which = f"port {port}" if named else f"any of the ports {FIRST_PORT} to {port}"
                raise SettingError(
                    f"The app cannot listen on {which} of {settings.host}, which another program has taken: end that "
                    "program, or set GRADIO_SERVER_PORT to a free port."
                ) from None
            why = (error.strerror or str(error)).partition(" (")[0]
            raise SettingError(
                f"The app cannot listen on port {port} of {settings.host} ({why}): set GRADIO_SERVER_NAME and "
                "GRADIO_SERVER_PORT to an address of this machine and a port that the app may have."
            ) from None
        # Connections inherit the option; asyncio sets it only on sockets with an explicit protocol number. Without it,
        # the second packet of an answer waits 40 ms until the first one is acknowledged.
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)
        return listening
    raise AssertionError("there is at least one port")


def serve(app: ASGIApp, settings: ServerSettings) -> None:
    """Serve `app` until the process gets a signal. Raises SettingError."""
    server = http_server(app)
    count_repeated_lines()
    with listen(settings) as listening:
        host, port = listening.getsockname()[:2]
        log.info("Listening on http://%s:%d%s/", f"[{host}]" if ":" in host else host, port, _prefix(settings))
        # After its shutdown, uvicorn raises the signal that it received.
        with suppress(KeyboardInterrupt):
            server.run(sockets=[listening])


def _prefix(settings: ServerSettings) -> str:
    return settings.root_path if settings.root_path.startswith("/") else ""


def _rewrites(demo: gr.Blocks) -> dict:
    # Functions without Python code run in the browser alone.
    inputs = {number: len(function.inputs) for number, function in demo.fns.items() if function.fn}
    # The endpoints are called directly by their names, not through Gradio.
    opening = {number: taken for number, taken in inputs.items() if demo.fns[number].api_name == "page_open"}
    return {
        JOIN: partial(sanitize_queue_payload, inputs=inputs),
        RUN: partial(sanitize_queue_payload, inputs=opening),
        CANCEL: sanitize_cancel_payload,
    }


def _mount(app: FastAPI, demo: gr.Blocks) -> None:
    theme = gr.themes.Monochrome(font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"])
    # The colours of page.css, until it is loaded.
    theme.set(body_background_fill="#fffefb", body_background_fill_dark="#1b1a18")
    script = "".join((ASSETS / name).read_text(encoding="utf-8") for name in ("cards.js", "first.js", "page.js"))
    # Shown in the page's configuration, where clients look for it; the tools are our own.
    demo.mcp_server = True
    gr.mount_gradio_app(
        app,
        demo,
        # Not "/", with which Gradio would replace a prefix that PublicAddress has found.
        path="",
        footer_links=[],
        run_history=False,
        app_kwargs={"openapi_url": None, "redirect_slashes": False},
        # PublicAddress handles the root path, and Gradio would add it a second time.
        root_path="",
        show_error=False,
        # The app takes no files; one byte is the smallest limit that Gradio allows.
        max_file_size=1,
        ssr_mode=False,
        enable_monitoring=False,
        i18n=browser_words(),
        mcp_server=False,
        theme=theme,
        css_paths=[ASSETS / "cards.css", ASSETS / "page.css"],
        js=f"() => {{ {script} }}",
    )


async def _start_engine(app: ASGIApp, service: AskService) -> None:
    """Start the engine after a first rendering of the page, which the import of torch would delay by a second."""
    try:
        await _first_page(app)
    finally:
        service.engine.start()


async def _first_page(app: ASGIApp) -> None:
    scope = {
        "type": "http", "http_version": "1.1", "method": "GET", "path": "/", "raw_path": b"/", "query_string": b"",
        "headers": [(b"host", b"localhost")], "scheme": "http", "server": ("localhost", 80), "client": None,
        "root_path": "",
    }  # fmt: skip

    async def receive() -> dict:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict) -> None:
        """Discard the response."""

    await app(scope, receive, send)
