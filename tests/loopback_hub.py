"""A stand-in for the Hub on this machine, which the unpatched huggingface_hub client talks to.

It serves repositories from folders: a revision is the hash of the folder's content. `fault` changes how it answers.
"""

import hashlib
import json
import re
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit


@dataclass
class LoopbackHub:
    """Start with `with LoopbackHub({...}) as hub:`; `hub.url` goes into HF_ENDPOINT."""

    repos: dict[tuple[str, str], Path]
    fault: str = ""
    requests: list[str] = field(default_factory=list)

    def __enter__(self) -> "LoopbackHub":
        hub = self

        class Handler(_Handler):
            served = hub

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        """The address for HF_ENDPOINT."""
        return f"http://127.0.0.1:{self._server.server_port}"


def commit_of(folder: Path) -> str:
    """40 hex digits that change with the folder's content."""
    digest = hashlib.sha1()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


class _Handler(BaseHTTPRequestHandler):
    served: LoopbackHub
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Tests print nothing."""

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def do_GET(self) -> None:
        self._answer(body=True)

    def _answer(self, body: bool) -> None:
        path = unquote(urlsplit(self.path).path)
        self.served.requests.append(f"{self.command} {path}")
        if self.served.fault == "503":
            return self._send(503, b"away")
        if self.served.fault == "hang":
            time.sleep(30)
        if match := re.fullmatch(r"/api/(model|dataset)s/([^/]+/[^/]+)(?:/(revision|tree)/([^/]+))?", path):
            kind, repo, what, _revision = match.groups()
            return self._info(kind, repo, what)
        if match := re.fullmatch(r"/(datasets/)?([^/]+/[^/]+)/resolve/([^/]+)/(.+)", path):
            dataset, repo, _revision, name = match.groups()
            return self._file("dataset" if dataset else "model", repo, name, body)
        return self._missing()

    def _info(self, kind: str, repo: str, what: str | None) -> None:
        folder = self.served.repos.get((kind, repo))
        if folder is None:
            return self._missing()
        files = [path for path in sorted(folder.rglob("*")) if path.is_file()]
        names = [path.relative_to(folder).as_posix() for path in files]
        if what == "tree":
            rows = [
                {"type": "file", "path": name, "size": path.stat().st_size, "oid": _sha1(path)}
                for name, path in zip(names, files, strict=True)
            ]
            return self._send(200, json.dumps(rows).encode())
        info = {"id": repo, "sha": commit_of(folder), "siblings": [{"rfilename": name} for name in names]}
        return self._send(200, json.dumps(info | {"private": False, "tags": [], "downloads": 0, "likes": 0}).encode())

    def _file(self, kind: str, repo: str, name: str, body: bool) -> None:
        folder = self.served.repos.get((kind, repo))
        path = folder / name if folder else None
        if path is None or not path.is_file():
            return self._missing("EntryNotFound")
        headers = {"ETag": f'"{_sha1(path)}"', "X-Repo-Commit": commit_of(folder)}
        return self._send(200, path.read_bytes(), headers, body)

    def _missing(self, code: str = "RepoNotFound") -> None:
        self._send(404, b"{}", {"X-Error-Code": code})

    def _send(self, status: int, content: bytes, headers: dict[str, str] | None = None, body: bool = True) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(content)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        if body and self.command != "HEAD":
            self.wfile.write(content)


def _sha1(path: Path) -> str:
    return hashlib.sha1(path.read_bytes()).hexdigest()
