"""A fake Text Embeddings Inference server on this machine, for the unpatched InferenceClient.

It behaves like that server by default: it answers at any path, takes at most 32 texts in a request, refuses a text that
is too long for the model unless truncation is requested, and returns vectors of unit length.
"""

import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from conduct.model.encoder import Encoder
from tests.support.background import serve_in_background

MOST_TEXTS = 32
# Statuses are answered once or always; the other faults change how a request ends or what its vectors look like.
FAULTS = ("503", "429 once", "422", "drop", "drop once", "hang", "long", "tokens", "object", "fewer", "zero", "narrow")


@dataclass(frozen=True)
class Asked:
    """A request that was received."""

    path: str
    token: str | None
    texts: int


@dataclass
class LoopbackEngine:
    """Start with `with LoopbackEngine(encoder) as engine:`; `engine.url` goes into CONDUCT_INFERENCE."""

    encoder: Encoder
    fault: str = ""
    port: int = 0
    leads_to: str = ""
    asked: list[Asked] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> "LoopbackEngine":
        engine = self

        class Handler(_Handler):
            served = engine

        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_port
        serve_in_background(self._server)
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        """The address for CONDUCT_INFERENCE."""
        return f"http://127.0.0.1:{self.port}"


class _Handler(BaseHTTPRequestHandler):
    served: LoopbackEngine
    protocol_version = "HTTP/1.1"
    # Or the body waits 40 ms for the client to acknowledge the head.
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        self._answer(200, {})

    def do_POST(self) -> None:
        sent = json.loads(self.rfile.read(int(self.headers["content-length"])))
        texts = sent["inputs"]
        engine = self.served
        engine.asked.append(Asked(self.path, self.headers["authorization"], len(texts)))
        if engine.leads_to:
            self.send_response(307)
            self.send_header("location", engine.leads_to)
            self.send_header("content-length", "0")
            self.end_headers()
            return
        fault = engine.fault
        if fault.endswith(" once"):
            fault, engine.fault = fault.removesuffix(" once"), ""
        if fault == "hang":
            engine.closing.wait(30)
        if fault in ("drop", "hang"):
            self.close_connection = True
            return
        if fault.isdigit():
            self._answer(int(fault), {"error": "Model is overloaded", "error_type": "overloaded"})
        elif len(texts) > MOST_TEXTS:
            self._answer(413, {"error": f"batch size {len(texts)} > maximum allowed batch size {MOST_TEXTS}"})
        elif not sent.get("truncate") and any(map(engine.encoder.truncates, texts)):
            self._answer(413, {"error": "`inputs` must have less than 256 tokens", "error_type": "Validation"})
        else:
            self._answer(200, _vectors(engine.encoder.encode(texts).tolist(), fault))

    def _answer(self, status: int, content: object) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Say nothing."""


def _vectors(made: list[list[float]], fault: str) -> object:
    match fault:
        case "long":
            return [[3 * number for number in row] for row in made]
        case "tokens":
            return [[row, row] for row in made]
        case "object":
            return {"embeddings": made}
        case "fewer":
            return made[:-1]
        case "zero":
            return [[0.0 for _ in row] for row in made]
        case "narrow":
            return [row[:7] for row in made]
    return made
