"""Where the app listens, and what its settings may be."""

import socket
from contextlib import ExitStack

import pytest

from conduct.errors import SettingError
from conduct.settings import ServerSettings, check_proxies
from conduct.web import server
from conduct.web.server import listen


def test_without_a_named_port_the_first_free_one_is_taken(monkeypatch: pytest.MonkeyPatch):
    """From 7860 on; if none of a hundred is free, it says so."""
    with ExitStack() as stack:
        taken = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        monkeypatch.setattr(server, "FIRST_PORT", taken.getsockname()[1])
        listening = stack.enter_context(listen(ServerSettings()))
        assert listening.getsockname()[1] > server.FIRST_PORT
        monkeypatch.setattr(server, "PORTS", 1)
        with pytest.raises(SettingError, match="which another program has taken"):
            listen(ServerSettings())


def test_no_connection_holds_small_packets_back():
    """An answer is two packets; the second would wait 40 ms until the first one is acknowledged."""
    with listen(ServerSettings(port=0)) as listening, socket.create_connection(listening.getsockname()):
        accepted, _ = listening.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) != 0


def test_settings_are_gradios_own():
    """Its names, its defaults, an IPv6 address in brackets."""
    assert ServerSettings.from_environment({}) == ServerSettings("127.0.0.1", None, "")
    environ = {"GRADIO_SERVER_NAME": "[::1]", "GRADIO_SERVER_PORT": "7861", "GRADIO_ROOT_PATH": "/coc/"}
    assert ServerSettings.from_environment(environ) == ServerSettings("::1", 7861, "/coc")
    whole = {"GRADIO_ROOT_PATH": "https://example.org:8443/a/b"}
    assert ServerSettings.from_environment(whole).root_path == "https://example.org:8443/a/b"


@pytest.mark.parametrize(
    "environ",
    [
        {"GRADIO_SERVER_PORT": "65536"}, {"GRADIO_SERVER_PORT": "-1"}, {"GRADIO_SERVER_PORT": "7860 7861"},
        {"GRADIO_ROOT_PATH": "coc"}, {"GRADIO_ROOT_PATH": "/a b"}, {"GRADIO_ROOT_PATH": "//x"},
        {"GRADIO_ROOT_PATH": "ftp://x/y"}, {"GRADIO_ROOT_PATH": '/"><script>'},
    ],
)  # fmt: skip
def test_settings_that_do_not_fit_are_refused(environ: dict[str, str]):
    """With a sentence that names the variable."""
    (name,) = environ
    with pytest.raises(SettingError, match=rf"^{name} must be "):
        ServerSettings.from_environment(environ)


@pytest.mark.parametrize(
    "proxy",
    ["http://a.example:3128", "https://u:p%40@a.example", "a.example:3128", "socks5://[::1]:1080", "SOCKS5H://a:1", ""],
)
def test_proxies_that_clients_can_use(proxy: str):
    """They are not changed."""
    environ = {
        "HTTP_PROXY": proxy,
        "all_proxy": proxy,
        "NO_PROXY": "localhost,10.0.0.0/8,.corp,*.x,a:80,::1,fe80::1%eth0,*",
    }
    before = dict(environ)
    check_proxies(environ)
    assert environ == before


@pytest.mark.parametrize(
    "proxy", ["socks4://me:secret@a:1", "ftp://secret", "http://", "http://[::1", "http://secret:b", "secret b"]
)
@pytest.mark.parametrize("name", ["HTTP_PROXY", "https_proxy", "ALL_PROXY"])
def test_proxies_that_no_client_can_use(name: str, proxy: str):
    """The sentence does not repeat the value, which may hold a password."""
    with pytest.raises(SettingError, match=f"^{name} must be the address of a proxy") as refused:
        check_proxies({name: proxy})
    assert "secret" not in str(refused.value)


def test_entries_that_end_httpx_in_an_error_are_left_out(caplog: pytest.LogCaptureFixture):
    """Brackets around an address are removed; the log says how many entries cannot be used."""
    environ = {"NO_PROXY": "localhost, fd00::/8,[::1],x:y,é"}
    check_proxies(environ)
    assert environ == {"NO_PROXY": "localhost,::1"}
    assert caplog.messages == ["3 of the entries in NO_PROXY cannot be used, and are left out."]
