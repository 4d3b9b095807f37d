"""Fixtures: the bundled dataset, the real model, a running app; and a guard against connections to other machines."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from conduct.hub import find_dataset
from conduct.hub.snapshot import Snapshot
from conduct.settings import ServerSettings, Settings, apply_library_defaults

apply_library_defaults()

from gradio_client import Client  # noqa: E402  (apply_library_defaults comes before)

from conduct.answering.dataset_revision import DatasetRevision  # noqa: E402
from conduct.answering.engine import Engine  # noqa: E402
from conduct.api.service import AskService  # noqa: E402
from conduct.model import packaged  # noqa: E402
from conduct.model.sentence_transformer import SentenceEncoder  # noqa: E402
from conduct.web.page import build_page  # noqa: E402
from conduct.web.server import Timeouts, build_app, http_server, listen  # noqa: E402
from tests.fakes import word_engine  # noqa: E402
from tests.support import browsers, tiny_encoder  # noqa: E402
from tests.support.background import serve_in_background  # noqa: E402

LOOPBACK = ("127.0.0.1", "::1", "localhost")
# Workers take whole files in this order: the long ones first, so that none is idle while another one ends.
ORDER = ("process", "browser", "e2e", "weights", "server", "unit")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark each test with the name of its folder in tests/."""
    folders = {item: item.path.relative_to(Path(__file__).parent).parts[0] for item in items}
    for item, folder in folders.items():
        item.add_marker(folder)
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: ORDER.index(folders[item]))


@pytest.fixture(autouse=True)
def _loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """A look-up of, or connection to, another machine fails the test."""
    connect, getaddrinfo = socket.socket.connect, socket.getaddrinfo

    def guarded_connect(self, address):
        if self.family != socket.AF_UNIX and address[0] not in LOOPBACK:
            raise OSError(f"the tests may not connect to {address[0]}")
        return connect(self, address)

    def guarded_look_up(host, *rest, **options):
        name = host.decode() if isinstance(host, bytes) else host
        if name not in (*LOOPBACK, None, "0.0.0.0"):
            raise socket.gaierror(f"the tests may not look up {name}")
        return getaddrinfo(host, *rest, **options)

    monkeypatch.setattr(socket.socket, "connect", guarded_connect)
    monkeypatch.setattr(socket, "getaddrinfo", guarded_look_up)


@pytest.fixture(autouse=True)
def _engines_end_with_their_test(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Background work of a test's engines ends with the test, so that it does not log during the next one."""
    started: list[Engine] = []
    run_in_background = Engine._run_in_background

    def noted(engine: Engine, name: str, work: Callable[[], None]) -> None:
        started.append(engine)
        run_in_background(engine, name, work)

    monkeypatch.setattr(Engine, "_run_in_background", noted)
    yield
    for engine in started:
        engine.close(60.0)
        assert not engine.working


@pytest.fixture(scope="session")
def dataset() -> DatasetRevision:
    """The bundled text with its situations and questions."""
    return DatasetRevision.read(find_dataset.find_dataset(Settings()))


@pytest.fixture(scope="session")
def model() -> Snapshot:
    """The packaged encoder."""
    return packaged.snapshot()


@pytest.fixture
def tiny(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a tiny encoder, whose base encoder is the packaged one during the test."""
    base = tmp_path / "tiny" / "base.bin"
    base.parent.mkdir()
    tiny_encoder.write_base(base)
    tiny_encoder.use(base, monkeypatch)
    tiny_encoder.write_learnt(base.parent / "learnt")
    return base.parent / "learnt"


@pytest.fixture(scope="session")
def encoder(model: Snapshot) -> SentenceEncoder:
    """The real model: loaded once, also for the engines of tests."""
    return SentenceEncoder.load(model.folder)


@pytest.fixture(scope="session")
def engine(encoder: SentenceEncoder) -> Engine:
    """A loaded engine on the bundled data and the packaged encoder, without the Hub."""
    engine = Engine(Settings(), load_encoder=lambda folder: encoder)
    engine.answerer()
    return engine


@pytest.fixture(scope="session")
def serve() -> Callable:
    """A context manager that serves an engine on a port and gives its address, ending in a slash."""

    @contextmanager
    def serving(engine: Engine, timeouts: Timeouts = Timeouts(), root_path: str = "") -> Iterator[str]:  # noqa: B008
        service = AskService(engine)
        app = build_app(build_page(service), service, root_path, timeouts)
        server, listening = http_server(app, timeouts), listen(ServerSettings(port=0))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
        thread.start()
        try:
            while not server.started:
                assert thread.is_alive()
                time.sleep(0.01)
            yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
        finally:
            server.should_exit = True
            thread.join(timeout=30)
            listening.close()
            assert not thread.is_alive(), "the server does not end"

    return serving


@pytest.fixture(scope="session")
def address(engine: Engine, serve: Callable) -> Iterator[str]:
    """The address of a running app."""
    with serve(engine) as address:
        yield address


@pytest.fixture(scope="session")
def light(serve: Callable, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of an app with the encoder of tests/fakes.py, which answers at once."""
    with serve(word_engine(tmp_path_factory.mktemp("light"))) as address:
        yield address


@pytest.fixture
def host_page() -> Iterator[Callable[[str], str]]:
    """A function that shows HTML on a page of another site (localhost, not 127.0.0.1) and returns its address."""
    bodies: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = ('<!doctype html><link rel="icon" href="data:,"><title>Host</title>' + bodies[-1]).encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        serve_in_background(server)

        def put(body: str) -> str:
            bodies.append(body)
            return f"http://localhost:{server.server_port}/"

        yield put
        server.shutdown()


@pytest.fixture
def client(address: str) -> Client:
    """The real Python client, connected."""
    return Client(address, verbose=False)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests."""
    with sync_playwright() as playwright:
        browser = browsers.start(playwright)
        yield browser
        browser.close()
