"""Copies of the app as processes, behind nginx with the configuration of docs/deployment.md."""

import http.client
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DEPLOYMENT = (ROOT / "docs" / "deployment.md").read_text(encoding="utf-8")
# The two configurations for an app under a path: one passes the path on, one strips and names it.
PATH_FORMS = re.findall(r"```nginx\n(location /coc.+?)```", DEPLOYMENT, re.DOTALL)
LONGEST_START = 180.0
# On Debian nginx is in /usr/sbin, which is only in root's PATH.
PLACES = f"{os.environ.get('PATH', '')}:/usr/sbin"


def free_port() -> int:
    """A free port."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def nginx_program() -> str:
    """Debian's nginx; if it is missing, the test fails in CI and is skipped elsewhere."""
    if (found := shutil.which("nginx", path=PLACES)) is None:
        if os.environ.get("CI"):
            pytest.fail("No nginx in CI: .ci/run must install it.")
        pytest.skip("No nginx here: apt-get install nginx-light")
    return found


@contextmanager
def under_path(form: str, address: str, folder: Path) -> Iterator[str]:
    """The address under /coc at which nginx, configured with `form`, shows the app at `address`."""
    port = free_port()
    temporary = "".join(
        f"{name}_temp_path {folder}/{name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    site = form.replace("http://127.0.0.1:7861", address.rstrip("/"))
    (folder / "nginx.conf").write_text(
        f"pid {folder}/pid;\ndaemon off;\nerror_log {folder}/error.log;\nevents {{}}\n"
        f"http {{\n{temporary}access_log off;\nserver {{\nlisten 127.0.0.1:{port};\n{site}\n}}\n}}\n"
    )
    nginx = subprocess.Popen([nginx_program(), "-p", folder, "-c", folder / "nginx.conf"])
    try:
        _until(lambda: status(port, "/coc/healthz") == 200)
        yield f"http://127.0.0.1:{port}/coc/"
    finally:
        nginx.terminate()
        nginx.wait(timeout=30)


class Copy:
    """`python app.py` on a free port: `with Copy() as copy:`; it is ready after `wait()`."""

    def __init__(self) -> None:
        self.port = free_port()
        environ = {name: value for name, value in os.environ.items() if not name.startswith("CONDUCT_")}
        environ |= {"GRADIO_SERVER_NAME": "127.0.0.1", "GRADIO_SERVER_PORT": str(self.port), "HF_HUB_OFFLINE": "1"}
        self._process = subprocess.Popen(
            [sys.executable, "app.py"], cwd=ROOT, env=environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def __enter__(self) -> "Copy":
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait(timeout=30)

    def wait(self) -> None:
        """Wait until it answers questions."""
        _until(lambda: status(self.port, "/healthz") == 200)

    def kill(self) -> None:
        """Kill it at once, whatever it is doing."""
        self._process.send_signal(signal.SIGKILL)


class Proxy:
    """nginx with the configuration of docs/deployment.md, in front of `copies`.

    A visitor's address is in the X-Visitor header.
    """

    def __init__(self, folder: Path, copies: tuple[Copy, Copy]) -> None:
        self.port = free_port()
        self.folder = folder
        site = re.search(r"```nginx\n(.+?)```", DEPLOYMENT, re.DOTALL).group(1)
        for written, own in zip(("7861", "7862", "7860"), (copies[0].port, copies[1].port, self.port), strict=True):
            assert site.count(written) == 1
            site = site.replace(written, str(own))
        site = site.replace("/var/log/nginx", str(folder))
        temporary = "".join(
            f"{name}_temp_path {folder}/{name};\n" for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        )
        (folder / "nginx.conf").write_text(
            f"pid {folder}/pid;\ndaemon off;\nerror_log {folder}/main.log;\nevents {{ worker_connections 512; }}\n"
            f"http {{\n{temporary}"
            # All visitors of a test are on one machine.
            "set_real_ip_from 127.0.0.1;\nreal_ip_header X-Visitor;\n"
            "add_header X-Copy $upstream_addr always;\n"
            f"{site}\n}}\n"
        )
        self._process = subprocess.Popen([nginx_program(), "-p", folder, "-c", folder / "nginx.conf"])
        _until(lambda: status(self.port, "/healthz") == 200)

    @property
    def address(self) -> str:
        """The address for visitors."""
        return f"http://127.0.0.1:{self.port}/"

    def get(self, path: str, visitor: str) -> tuple[int, str]:
        """The status, and which copy answered."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request("GET", path, headers={"X-Visitor": visitor})
            response = connection.getresponse()
            return response.status, response.headers["X-Copy"].split(", ")[-1]
        finally:
            connection.close()

    def __enter__(self) -> "Proxy":
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(timeout=30)


def status(port: int, path: str) -> int:
    """The status of a GET, or 0 if nothing answers."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except OSError:
        return 0
    finally:
        connection.close()


def _until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + LONGEST_START
    while not true():
        assert time.monotonic() < end
        time.sleep(0.1)
