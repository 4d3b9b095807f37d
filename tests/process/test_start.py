"""`python app.py` in various environments: it starts, or says in one sentence what to change."""

import http.client
import os
import socket
import subprocess
import sys
import time

import pytest

from tests.support.copies import ROOT, free_port

LONGEST_START = 180.0
PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")


def environment(**changes: str) -> dict[str, str]:
    """The environment of an app that needs no other machine."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("CONDUCT_", "GRADIO_")) and name.lower() not in PROXIES
    }
    return kept | {"HF_HUB_OFFLINE": "1"} | changes


def ended(**changes: str) -> tuple[int, list[str]]:
    """The exit code, and the output without the log."""
    done = subprocess.run(
        [sys.executable, "app.py"], cwd=ROOT, env=environment(**changes), capture_output=True, text=True, timeout=120
    )
    lines = (done.stdout + done.stderr).splitlines()
    return done.returncode, [line for line in lines if not line.startswith(("INFO ", "WARNING "))]


def health(port: int) -> int:
    """The status of /healthz, or 0 while nothing listens."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status
    except OSError:
        return 0
    finally:
        connection.close()


@pytest.mark.parametrize(
    "changes",
    [
        {"HTTP_PROXY": "http://127.0.0.1:9", "HTTPS_PROXY": "127.0.0.1:9"},
        {"ALL_PROXY": "socks5://127.0.0.1:9", "NO_PROXY": "localhost,fd00::/8,[::1],x:y,::1/128"},
    ],
    ids=["without NO_PROXY", "socks"],
)
def test_proxy_variables_do_not_keep_it_from_starting(changes: dict[str, str]):
    """It sends no request to itself through them, and the HTTP clients that libraries create at import can be
    created."""
    port = free_port()
    app = subprocess.Popen(
        [sys.executable, "app.py"], cwd=ROOT, env=environment(GRADIO_SERVER_PORT=str(port), **changes),
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    try:
        end = time.monotonic() + LONGEST_START
        while not health(port):
            assert app.poll() is None, app.stdout.read()
            assert time.monotonic() < end
            time.sleep(0.1)
    finally:
        app.terminate()
        said, _ = app.communicate(timeout=60)
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("changes", "beginning"),
    [
        ({"ALL_PROXY": "socks4://127.0.0.1:9"}, "ALL_PROXY must be the address of a proxy"),
        ({"http_proxy": "http://[::1"}, "http_proxy must be the address of a proxy"),
        ({"GRADIO_SERVER_PORT": "eighty"}, "GRADIO_SERVER_PORT must be a number from 0 to 65535"),
        ({"GRADIO_SERVER_NAME": "203.0.113.1"}, "The app cannot listen on port 7860 of 203.0.113.1"),
        ({"GRADIO_ROOT_PATH": "coc"}, "GRADIO_ROOT_PATH must be a path such as /coc"),
        ({"CONDUCT_REFRESH_MINUTES": "x"}, "CONDUCT_REFRESH_MINUTES must be a number of minutes"),
    ],
)
def test_a_setting_that_does_not_fit_is_one_sentence(changes: dict[str, str], beginning: str):
    """It names the variable, and is no traceback."""
    code, lines = ended(**changes)
    assert (code, len(lines)) == (1, 1)
    assert lines[0].startswith(beginning)


def test_a_port_that_somebody_named_is_taken_or_refused():
    """It does not take the next port, since a proxy would show the program at the configured one."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        code, lines = ended(GRADIO_SERVER_PORT=str(port))
    assert (code, lines) == (
        1,
        [
            f"The app cannot listen on port {port} of 127.0.0.1, which another program has taken: end that program, or "
            "set GRADIO_SERVER_PORT to a free port."
        ],
    )
