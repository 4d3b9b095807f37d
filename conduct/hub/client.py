"""Requests to the Hub and to inference engines. The only user of huggingface_hub, which manages tokens and cache."""

import logging
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from urllib.parse import quote, urlsplit

import httpx2
import numpy as np
import stamina
from huggingface_hub import HfApi, constants, get_token, set_client_factory, snapshot_download
from huggingface_hub.errors import (
    GatedRepoError,
    HfHubHTTPError,
    HFValidationError,
    LocalEntryNotFoundError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)
from huggingface_hub.utils import disable_progress_bars, enable_progress_bars, validate_repo_id

# Not exported, but only a client from this factory has the hook that sends nothing while HF_HUB_OFFLINE is set.
from huggingface_hub.utils._http import default_client_factory

log = logging.getLogger(__name__)

# repo_info is the only request that takes a timeout of its own: it shows early whether the Hub is reachable.
PROBE_SECONDS = 2.0
# Without a timeout a request could wait for ever, and its thread would never end.
READ_TIMEOUT_SECONDS = 10.0

STATUS = {
    401: "the token is not valid",
    403: "the token may not do this",
    429: "it limits how often it may be asked",
}
# HTTP statuses of an engine that is busy or restarting.
TRANSIENT_STATUSES = (429, 500, 502, 503, 504)
COMMIT = re.compile(r"[0-9a-f]{40}")
# Files that hold the same weights in other formats.
IGNORED_PATTERNS = ["onnx/*", "openvino/*"]


@dataclass(frozen=True, slots=True)
class Remote:
    """A revision on the Hub; `sizes` are (file, bytes), for a dataset; `day` is the date of the commit, if known."""

    commit: str
    sizes: tuple[tuple[str, int], ...]
    day: date | None = None


def _is_server_error(error: Exception) -> bool:
    return isinstance(error, HfHubHTTPError) and error.response.status_code >= 500


# The Hub may fail once and answer a moment later; after three attempts it is considered to be down.
_with_retries = stamina.retry(on=_is_server_error, attempts=3, timeout=None, wait_initial=0.3, wait_jitter=0.1)
# stamina logs the error, which may quote the request.
stamina.instrumentation.set_on_retry_hooks([])


def _client_with_timeout() -> httpx2.Client:
    client = default_client_factory()
    client.timeout = READ_TIMEOUT_SECONDS
    return client


# Set through the factory: the library replaces its client after a failed connection.
set_client_factory(_client_with_timeout)


def is_valid_id(repo: str) -> bool:
    """Whether `repo` has the form of a Hub id."""
    try:
        validate_repo_id(repo)
    except HFValidationError:
        return False
    return True


def newest(repo: str, kind: str, revision: str) -> Remote:
    """The commit of `revision`: one cheap request, repeated only if the Hub fails."""
    info = _with_retries(HfApi().repo_info)(
        repo, repo_type=kind, revision=revision, timeout=PROBE_SECONDS, files_metadata=kind == "dataset"
    )
    # The Hub gives the last change of the repository, which is not the date of an older commit or of another branch.
    day = info.last_modified.date() if info.last_modified and revision == constants.DEFAULT_REVISION else None
    return Remote(info.sha, tuple((file.rfilename, file.size or 0) for file in info.siblings or ()), day)


def pull(repo: str, kind: str, commit: str, patterns: tuple[str, ...]) -> Path:
    """Download the files that match `patterns` and compare them with the Hub's checksums.

    Raises DamagedError if a file differs; it is then deleted, so that the next pull downloads it again.
    """
    disable_progress_bars()
    folder = _snapshot(repo, kind, commit, patterns, offline=False)
    # The client does not verify contents: a file that was damaged in transit would stay in the cache.
    mismatches = HfApi().verify_repo_checksums(repo, repo_type=kind, revision=commit).mismatches
    if mismatches:
        for mismatch in mismatches:
            link = folder / mismatch["path"]
            link.resolve().unlink(missing_ok=True)
            link.unlink(missing_ok=True)
        raise DamagedError(mismatches[0]["path"])
    return folder


def cached(repo: str, kind: str, revision: str, patterns: tuple[str, ...]) -> Path | None:
    """The snapshot in the cache if it has all files, without a request; else None."""
    try:
        return _snapshot(repo, kind, revision, patterns, offline=True)
    # RuntimeError: there is no home directory, and so no cache.
    except (LocalEntryNotFoundError, RuntimeError):
        return None


def links_within(folder: Path) -> Path | None:
    """How far links in `folder` may lead, if it is a snapshot of this client's own cache; else None.

    The cache keeps files as links from <repository>/snapshots/<commit>/ to <repository>/blobs/.
    """
    cache, real = Path(constants.HF_HUB_CACHE), folder.resolve()
    own = real.parent.name == "snapshots" and real.parents[2] == cache.expanduser().resolve()
    return real.parents[1] if own else None


def _snapshot(repo: str, kind: str, revision: str, patterns: tuple[str, ...], offline: bool) -> Path:
    return Path(
        snapshot_download(
            repo,
            repo_type=kind,
            revision=revision,
            allow_patterns=list(patterns),
            ignore_patterns=IGNORED_PATTERNS,
            local_files_only=offline,
        )
    )


class DamagedError(OSError):
    """A file that differs from the Hub's checksum; the text is the file's name."""


def remember(repo: str, kind: str, revision: str, commit: str, day: date | None = None) -> None:
    """Note that `commit` of a branch was downloaded completely and can be used, and its date.

    The client's own record of a branch is updated before the files are there, so it cannot tell what is complete.
    """
    try:
        note = _note(repo, kind, revision)
        note.parent.mkdir(parents=True, exist_ok=True)
        draft = note.with_name(f"{note.name}.new")
        draft.write_text(f"{commit} {day}" if day else commit)
        draft.replace(note)
    except (OSError, RuntimeError) as error:
        where = Path(constants.HF_HOME) / "conduct"
        log.warning("%s cannot be written (%s): a start without the Hub may find an older text.", where, reason(error))


def remembered(repo: str, kind: str, revision: str) -> tuple[str, date | None] | None:
    """The commit that was noted last, with its date if that was known, or None."""
    try:
        commit, _, day = _note(repo, kind, revision).read_text().strip().partition(" ")
        known = date.fromisoformat(day) if day else None
    except (OSError, ValueError, RuntimeError):
        return None
    return (commit, known) if COMMIT.fullmatch(commit) else None


def _note(repo: str, kind: str, revision: str) -> Path:
    return Path(constants.HF_HOME).expanduser() / "conduct" / quote(f"{kind} {repo} {revision}", safe=" ")


@dataclass(frozen=True, slots=True)
class UploadResult:
    """A repository after publishing: its address, whether anything has `changed`, and its newest commit."""

    url: str
    changed: bool
    commit: str


def has_token() -> bool:
    """Whether the client has a token."""
    return get_token() is not None


def send(
    repo: str, kind: str, folder: Path, replaces: tuple[str, ...], variables: dict[str, str], private: bool
) -> UploadResult:
    """Create the repository if it does not exist, and make one commit of what changed, if anything did.

    `replaces` are patterns of files that are deleted there if `folder` has no file of that name. An existing
    repository keeps its visibility, or becomes private; it never becomes public.
    """
    # An upload may take longer than the read timeout, and shows its progress.
    set_client_factory(default_client_factory)
    enable_progress_bars()
    api = HfApi()
    space = (
        {"space_sdk": "gradio", "space_variables": [{"key": key, "value": value} for key, value in variables.items()]}
        if kind == "space"
        else {}
    )
    api.create_repo(repo, repo_type=kind, private=private or None, exist_ok=True, **space)
    before = api.repo_info(repo, repo_type=kind)
    if private and not before.private:
        api.update_repo_settings(repo, repo_type=kind, private=True)
    done = api.upload_folder(
        repo_id=repo,
        repo_type=kind,
        folder_path=folder,
        delete_patterns=list(replaces),
        commit_message="Publish with python -m conduct publish",
    )
    if variables:
        known = {key: variable.value for key, variable in api.get_space_variables(repo).items()}
        # Only those that differ, since setting one restarts the Space.
        for key, value in variables.items():
            if known.get(key) != value:
                api.add_space_variable(repo, key, value)
    address = f"{constants.ENDPOINT}/{constants.REPO_TYPES_URL_PREFIXES.get(kind, '')}{repo}"
    return UploadResult(address, done.oid != before.sha, done.oid)


class NoVectorsError(ValueError):
    """An engine's answer that does not hold the expected vectors; the text is a part of a sentence."""


def embed(engine: str, texts: list[str], seconds: float, token: str | None = None) -> np.ndarray:
    """Vectors of `texts` from `engine`, a URL or a Hub id, in one request; texts that are too long are truncated.

    `token` is sent with the request. Without it, a request for a Hub id, which goes to Hugging Face's own API, has the
    client's HF_TOKEN; a request to an address, where anybody's code may run, has no token. Raises what the client
    raises, or NoVectorsError; `reason` and `is_transient` interpret these errors.
    """
    # Imported here: only needed with CONDUCT_INFERENCE, and slow.
    from huggingface_hub import InferenceClient

    headers = {"authorization": token and f"Bearer {token}"} if token or urlsplit(engine).scheme else None
    client = InferenceClient(engine, provider="hf-inference", timeout=seconds, headers=headers)
    try:
        return client.feature_extraction(texts, truncate=True)
    except (ValueError, TypeError) as error:
        # An HTTP error is also a ValueError here; its status says more.
        if isinstance(error, HfHubHTTPError):
            raise
        raise NoVectorsError("its answer is no list of vectors") from error


def is_transient(error: Exception) -> bool:
    """Whether the same request may succeed a moment later; after a timeout it is not repeated."""
    if isinstance(error, HfHubHTTPError):
        return error.response.status_code in TRANSIENT_STATUSES
    kinds = {kind.__name__ for kind in type(error).__mro__}
    return "TransportError" in kinds and "TimeoutException" not in kinds


def address(repo: str, kind: str, commit: str) -> str:
    """The web address of a commit."""
    prefix = constants.REPO_TYPES_URL_PREFIXES.get(kind, "")
    return f"{constants.ENDPOINT}/{prefix}{repo}/tree/{commit}"


def reason(error: Exception) -> str:
    """Why a request failed, as the end of a sentence; the client's own messages have many lines."""
    match error:
        case OfflineModeIsEnabled():
            return "HF_HUB_OFFLINE is set"
        case GatedRepoError():
            return "access to it has to be asked for on its page"
        case RepositoryNotFoundError():
            return "it does not exist, or no token was given that may read it"
        case RevisionNotFoundError():
            return "it has no such revision"
        case HfHubHTTPError(response=response):
            return STATUS.get(response.status_code, f"it answered {response.status_code}")
        case NoVectorsError():
            return str(error)
        case DamagedError():
            return f"{error} was damaged on the way"
        case RuntimeError() if "home directory" in str(error):
            return "there is no home directory for its cache: set HF_HOME to a folder that may be written"
        case TimeoutError():
            return "it took too long"
    # The client's errors have no common base class: OSError, errors of httpx, errors of validation.
    kind = type(error).__name__
    return "it took too long" if kind.endswith("Timeout") else kind
