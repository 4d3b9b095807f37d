"""Settings from environment variables. The only module that reads `os.environ`."""

import gc
import logging
import os
import re
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field

from conduct.errors import SettingError

DATASET_NAME = "ambassador-code-of-conduct"
MODEL_NAME = "conduct-encoder"

# The libraries read these at import or at the first `Blocks()`. They switch off every report about visitors.
_LIBRARY_DEFAULTS = {
    "GRADIO_ANALYTICS_ENABLED": "False",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    # Gradio rebuilds a summary of past events after each queued event, unless this is large.
    "GRADIO_ANALYTICS_CACHE_FREQUENCY": "1000000",
    "GRADIO_ANALYTICS_MAX_EVENTS": "100",
    # Tokenizing one short question gains nothing from threads.
    "TOKENIZERS_PARALLELISM": "false",
    # The same holds for numpy's products, whose threads would compete with the encoder's: 12 ms instead of 1.
    "OPENBLAS_NUM_THREADS": "1",
    # By default torch and oneDNN cache kernels for the latest 1,024 input shapes, 300 MB; questions have all shapes.
    "LRU_CACHE_CAPACITY": "32",
    "ONEDNN_PRIMITIVE_CACHE_CAPACITY": "32",
}

_INHERITED = ("PATH", "LANG", "LC_ALL", "SYSTEMROOT", "LD_LIBRARY_PATH", "VIRTUAL_ENV")

# Thresholds for gc.set_threshold. Importing the libraries creates a million objects that stay; Python's default, a
# collection after every 700 new objects, took a fifth of the start. With these values the start needs no more memory,
# and thousands of questions need 2% more.
GC_THRESHOLDS = (50_000, 20, 100)


_PROXY = re.compile(
    r"((https?|socks5h?)://)?([^\s/@]*@)?([^\s/:@\[\]]+|\[[0-9A-Fa-f:.]+\])(:\d{1,5})?/?", re.ASCII | re.IGNORECASE
)
# A host, perhaps with a port, an IPv4 network, or an IPv6 address: httpx fails on other entries.
_NO_PROXY = re.compile(r"(https?://)?[\w.*-]*(:\d{1,5})?(/\d{1,2})?|[0-9A-Fa-f:.]+(%\w+)?", re.ASCII)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Settings:
    """The app's own settings; Gradio's and huggingface_hub's variables keep their meaning.

    `dataset` is a Hub id, a folder, a file, or None for the bundled copy; `model` is a Hub id or a folder, or None for
    the packaged encoder; `inference` is the engine that runs the model, a URL or a Hub id, or None to run it here;
    `inference_token` is sent to that engine and nowhere else.
    """

    dataset: str | None = None
    dataset_revision: str = "main"
    model: str | None = None
    model_revision: str = "main"
    refresh_minutes: float = 0.0
    inference: str | None = None
    inference_token: str | None = field(default=None, repr=False)

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> "Settings":
        """Read `environ`, by default the process's. Raises SettingError with what was expected."""
        environ = os.environ if environ is None else environ

        def text(name: str, default: str = "") -> str:
            return environ.get(name, "").strip() or default

        return cls(
            dataset=_place(text("CONDUCT_DATASET")) or None,
            dataset_revision=text("CONDUCT_DATASET_REVISION", "main"),
            model=_place(text("CONDUCT_MODEL")) or None,
            model_revision=text("CONDUCT_MODEL_REVISION", "main"),
            refresh_minutes=_minutes(text("CONDUCT_REFRESH_MINUTES", "0")),
            inference=_engine(text("CONDUCT_INFERENCE")),
            inference_token=_token(text("CONDUCT_INFERENCE_TOKEN")),
        )


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """Where to listen, from Gradio's own variables.

    `port` is None if it is not set: then the first free port from 7860 on is used. `root_path` is the prefix under
    which a proxy shows the app ("/coc"), or the whole public address, or empty.
    """

    host: str = "127.0.0.1"
    port: int | None = None
    root_path: str = ""

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> "ServerSettings":
        """Read `environ`, by default the process's. Raises SettingError with what was expected."""
        environ = os.environ if environ is None else environ
        port, root_path = (environ.get(f"GRADIO_{name}", "").strip() for name in ("SERVER_PORT", "ROOT_PATH"))
        if port and not (re.fullmatch(r"\d{1,5}", port, re.ASCII) and int(port) < 65_536):
            raise SettingError(
                f"GRADIO_SERVER_PORT must be a number from 0 to 65535, but it is {port[:40]!r}: "
                "set it to a free port such as 7860."
            )
        if root_path and not re.fullmatch(r"(https?://[\w.:\[\]-]+)?(/[\w.~-]+)*/?", root_path, re.ASCII):
            raise SettingError(
                "GRADIO_ROOT_PATH must be a path such as /coc, or an address such as https://example.org/coc, but it "
                f"is {root_path[:80]!r}: set it to what visitors see, or remove it."
            )
        return cls(
            host=environ.get("GRADIO_SERVER_NAME", "").strip().strip("[]") or "127.0.0.1",
            port=int(port) if port else None,
            root_path=root_path.rstrip("/"),
        )


def check_proxies(environ: MutableMapping[str, str] | None = None) -> None:
    """Refuse a proxy that no HTTP client here could use, and remove entries from NO_PROXY on which they would fail.

    Call it before Gradio is imported, which creates clients. Raises SettingError that names the variable.
    """
    environ = os.environ if environ is None else environ
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        for variable in (name, name.lower()):
            value = environ.get(variable, "")
            if value and not _PROXY.fullmatch(value):
                raise SettingError(
                    f"{variable} must be the address of a proxy, such as http://proxy.example.org:3128 or "
                    "socks5://127.0.0.1:1080, but it is none: fix it, or remove it."
                )
    for variable in ("NO_PROXY", "no_proxy"):
        # httpx mistakes an address in brackets for a port.
        hosts = [
            host.strip().strip("[]") if host.strip().endswith("]") else host.strip()
            for host in environ.get(variable, "").split(",")
        ]
        usable = [host for host in hosts if _NO_PROXY.fullmatch(host)]
        if len(usable) < len(hosts):
            log.warning("%s of the entries in %s cannot be used, and are left out.", len(hosts) - len(usable), variable)
        if usable != environ.get(variable, "").split(","):
            environ[variable] = ",".join(usable)


def apply_library_defaults(environ: dict[str, str] | None = None) -> None:
    """Switch off telemetry and set threads and caches of the libraries, unless the owner set these variables.

    Call it before they are imported: they read these variables at import.
    """
    environ = os.environ if environ is None else environ
    for name, value in _LIBRARY_DEFAULTS.items():
        environ.setdefault(name, value)


def environment_of_child(environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """The variables that a Python subprocess needs to start, without any token."""
    environ = os.environ if environ is None else environ
    return {name: environ[name] for name in _INHERITED if name in environ}


def allows_escapes(environ: Mapping[str, str] | None = None) -> bool:
    """Whether to send escape sequences to a terminal: not if TERM is "dumb" or NO_COLOR is set."""
    environ = os.environ if environ is None else environ
    return environ.get("TERM") != "dumb" and not environ.get("NO_COLOR")


def tune_gc() -> None:
    """Collect garbage less often; call it before the libraries are imported."""
    gc.set_threshold(*GC_THRESHOLDS)


def _place(value: str) -> str:
    """A Hub id or a path. Values from an env file were not read by a shell, so quotes and ~ are resolved here."""
    if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'":
        value = value[1:-1].strip()
    return os.path.expanduser(value) if value.startswith("~") else value


def _minutes(value: str) -> float:
    if not re.fullmatch(r"\d{1,6}(\.\d{1,6})?", value):
        raise SettingError(
            "CONDUCT_REFRESH_MINUTES must be a number of minutes, 0 or more (0 = never look for a new text), "
            f"but it is {value[:40]!r}: set it to a number such as 15, or remove it."
        )
    return float(value)


def _engine(value: str) -> str | None:
    if not re.fullmatch(r"(https?://[^\s/]+\S*|[\w.-]+/[\w.-]+)?", value):
        raise SettingError(
            "CONDUCT_INFERENCE must be the address of an inference engine, such as http://127.0.0.1:8080, or the Hub "
            f"id of a model, but it is {value[:80]!r}: set it to one of them, or remove it to run the model here."
        )
    return value or None


def _token(value: str) -> str | None:
    # The token becomes a header. The sentence does not repeat it, since errors are logged.
    if not re.fullmatch(r"[!-~]*", value):
        raise SettingError(
            "CONDUCT_INFERENCE_TOKEN must be a token of ASCII characters without spaces, but it is not: copy it anew, "
            "or remove it to ask the engine without one."
        )
    return value or None
