"""Slow clients: those that send a byte now and then, and those that send nothing."""

import http.client
import json
import resource
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from gradio_client import Client

from conduct.web.server import Timeouts
from tests.fakes import word_engine

SLOW = 500


@pytest.fixture
def many_files() -> Iterator[None]:
    """Allows a process to hold both ends of many connections."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    enough = 4 * SLOW
    if soft != resource.RLIM_INFINITY and soft < enough:
        resource.setrlimit(resource.RLIMIT_NOFILE, (enough, hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_ordinary_visitors_are_answered_beside_five_hundred_slow_ones(serve, tmp_path: Path, many_files: None):
    """Half of the slow ones trickle a request, the others a body; all are disconnected in the end."""
    beginnings = (
        b"GET / HTTP/1.1\r\nX: ",
        b"POST /gradio_api/run/ask HTTP/1.1\r\nHost: x\r\nContent-Length: 9999\r\n\r\n",
    )
    over = threading.Event()

    def dribble(connections: list[socket.socket]) -> None:
        while not over.wait(1.0):
            for connection in connections:
                with suppress(OSError):
                    connection.sendall(b"x")

    with serve(word_engine(tmp_path), Timeouts(idle=6.0, body=6.0)) as address, ExitStack() as stack:
        host = urlsplit(address)
        slow = [stack.enter_context(socket.create_connection((host.hostname, host.port), 60)) for _ in range(SLOW)]
        for number, connection in enumerate(slow):
            connection.sendall(beginnings[number % 2])
        threading.Thread(target=dribble, args=[slow], daemon=True).start()
        stack.callback(over.set)
        client = Client(address, verbose=False)
        for number in range(20):
            question = f"accent {number}"
            assert client.predict(question=question, api_name="/ask")["question"] == question
            connection = http.client.HTTPConnection(host.netloc, timeout=60)
            connection.request("POST", "/gradio_api/run/ask", json.dumps({"question": question}))
            assert json.loads(connection.getresponse().read())["data"][0]["question"] == question
            connection.close()
        for number, connection in enumerate(slow):
            said = b""
            # It ends when the server hangs up, and fails if the server does not within a minute.
            while chunk := received(connection):
                said += chunk
            assert said.startswith(b"HTTP/1.1 408" if number % 2 else b"")


def received(connection: socket.socket) -> bytes:
    """The next data; empty if the other side has closed or reset the connection."""
    try:
        return connection.recv(10_000)
    except ConnectionResetError:
        return b""


def test_a_connection_that_is_used_again_and_a_stream_are_kept(serve, tmp_path: Path):
    """The timeouts are for requests, not for answers: a long one is not cut off."""
    engine = word_engine(tmp_path)
    answer, done = engine.ask, threading.Event()

    def slowly(*arguments: object) -> object:
        done.wait(1.0)
        return answer(*arguments)

    engine.ask = slowly
    with serve(engine, Timeouts(idle=0.5)) as address:
        connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)
        for _ in range(2):
            connection.request("POST", "/gradio_api/run/ask", b'{"question": "accent"}')
            assert json.loads(connection.getresponse().read())["data"][0]["question"] == "accent"
