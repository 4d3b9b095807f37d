"""A fake Hub on this machine, for the unpatched huggingface_hub client.

It has repositories with commits, and fails as `faults` says: by repository, or with the key "" for all of them.
"""

import hashlib
import json
import re
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from tests.support.background import serve_in_background
from tests.support.loopback_repo import Files, Repo, blob, commit_of, etag, files_of, large
from tests.support.loopback_writing import Writing

__all__ = ["FAULTS", "LoopbackHub", "commit_of"]

# The first ones apply to every request; the last ones only to the contents of files.
FAULTS = ("drop", "503", "500 then ok", "429", "401", "404", "hang", "slow", "hang in files", "truncated", "flipped")


@dataclass
class LoopbackHub:
    """Start with `with LoopbackHub({...}) as hub:`; `hub.url` goes into HF_ENDPOINT.

    To write, or to read a private repository, a client needs `token`.
    """

    folders: dict[tuple[str, str], Path] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)
    token: str = "hf_made_up"
    requests: list[str] = field(default_factory=list)
    repos: dict[tuple[str, str], Repo] = field(default_factory=dict)
    stored: dict[str, bytes] = field(default_factory=dict)
    failed_once: set[str] = field(default_factory=set)
    closing: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> "LoopbackHub":
        hub = self
        for (kind, name), folder in self.folders.items():
            self.push(kind, name, folder)

        class Handler(_Handler):
            served = hub

        self._server = _Server(("127.0.0.1", 0), Handler)
        serve_in_background(self._server)
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Refuse connections from now on."""
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        """The address for HF_ENDPOINT."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def push(self, kind: str, name: str, source: Path | Files) -> str:
        """Make a commit with the files of a folder; returns its hash."""
        files = files_of(source) if isinstance(source, Path) else source
        return self.repos.setdefault((kind, name), Repo()).push(files)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # Many tasks start at the same time.
    request_queue_size = 64

    def handle_error(self, *_: object) -> None:
        """A client that gave up waiting is expected here."""


class _Handler(Writing, BaseHTTPRequestHandler):
    served: LoopbackHub
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Tests print nothing."""

    def _any(self) -> None:
        url = urlsplit(self.path)
        path = unquote(url.path)
        self.served.requests.append(f"{self.command} {path}")
        length = int(self.headers.get("Content-Length") or 0)
        content = self.rfile.read(length)
        name = next((name for _, name in self.served.repos if re.search(rf"/{name}(?![\w-])", path)), "")
        fault = self.served.faults.get(name) or self.served.faults.get("", "")
        if self._fails(fault, name):
            return
        for method, pattern, answer in self._ROUTES:
            if method == ("GET" if self.command == "HEAD" else self.command) and (m := re.fullmatch(pattern, path)):
                answer(self, *m.groups(), content=content, query=parse_qs(url.query), fault=fault)
                return
        self._missing()

    do_HEAD = do_GET = do_POST = do_PUT = _any  # noqa: N815  (the names that http.server calls)

    def _fails(self, fault: str, name: str) -> bool:
        """Answer as `fault` says; False if the request must be answered normally."""
        if fault == "hang":
            self.served.closing.wait(60)
        elif fault == "drop":
            self.close_connection = True
            self.connection.close()
        elif fault == "slow":
            self.served.closing.wait(1.0)
            return False
        elif fault == "500 then ok" and name not in self.served.failed_once:
            self.served.failed_once.add(name)
            self._send(500, b"{}")
        elif fault in ("503", "429", "401", "404"):
            extra = {"429": {"Retry-After": "60"}, "404": {"X-Error-Code": "RepoNotFound"}}.get(fault)
            self._send(int(fault), b"{}", extra)
        else:
            return False
        return True

    def _repo(self, kind: str, name: str) -> Repo | None:
        """The repository, if the request may read it."""
        repo = self.served.repos.get((kind, name))
        return None if repo is None or (repo.private and not self._authorised()) else repo

    def _authorised(self) -> bool:
        return self.headers.get("Authorization") == f"Bearer {self.served.token}"

    def _files(self, kind: str, name: str, revision: str) -> tuple[str, Files] | None:
        repo = self._repo(kind, name)
        if repo is None:
            return None
        commit = repo.head if revision == "main" else revision
        return (commit, repo.commits[commit]) if commit in repo.commits else None

    # Reading.

    def _info(self, kind: str, name: str, _: str | None, revision: str | None, **rest) -> None:
        found = self._files(kind, name, revision or "main")
        if found is None:
            self._missing()
            return
        commit, files = found
        rows = [
            {"rfilename": path, "size": len(data), "blobId": blob(data)}
            if rest["query"].get("blobs")
            else {"rfilename": path}
            for path, data in files.items()
        ]
        info = {"id": name, "sha": commit, "siblings": rows, "private": self.served.repos[kind, name].private}
        self._json(info | {"tags": [], "downloads": 0, "likes": 0})

    def _tree(self, kind: str, name: str, revision: str, **_) -> None:
        found = self._files(kind, name, revision)
        if found is None:
            self._missing()
            return
        rows = []
        for path, data in found[1].items():
            row = {"type": "file", "path": path, "size": len(data), "oid": blob(data)}
            if large(path):
                row["lfs"] = {"oid": hashlib.sha256(data).hexdigest(), "size": len(data), "pointerSize": 130}
            rows.append(row)
        self._json(rows)

    def _resolve(self, dataset: str | None, name: str, revision: str, path: str, fault: str, **_) -> None:
        found = self._files("dataset" if dataset else "model", name, revision)
        if found is None or path not in found[1]:
            self._missing("EntryNotFound")
            return
        data = found[1][path]
        headers = {"ETag": f'"{etag(path, data)}"', "X-Repo-Commit": found[0]}
        if self.command == "GET" and fault == "hang in files":
            self.served.closing.wait(60)
        if self.command == "GET" and fault == "truncated":
            self._send(200, data[: len(data) // 2], headers | {"Content-Length": str(len(data))})
            self.close_connection = True
            self.connection.close()
            return
        if self.command == "GET" and fault == "flipped":
            middle = len(data) // 2
            data = data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]
        self._send(200, data, headers)

    _NAME = r"([^/]+/[^/.]+)"
    _ROUTES = (
        ("GET", rf"/api/(model|dataset|space)s/{_NAME}(/revision/([^/]+))?", _info),
        ("GET", rf"/api/(model|dataset|space)s/{_NAME}/tree/([^/]+)", _tree),
        ("GET", rf"/(datasets/)?{_NAME}/resolve/([^/]+)/(.+)", _resolve),
        *Writing.WRITES,
    )

    def _missing(self, code: str = "RepoNotFound") -> None:
        self._send(404, b"{}", {"X-Error-Code": code})

    def _json(self, content: object, status: int = 200) -> None:
        self._send(status, json.dumps(content).encode(), {"Content-Type": "application/json"})

    def _send(self, status: int, content: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in ({"Content-Length": str(len(content))} | (headers or {})).items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)
