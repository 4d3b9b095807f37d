"""Packs the data and the app for the Hub, and sends what changed."""

import re
import shutil
import subprocess
from dataclasses import astuple, dataclass
from pathlib import Path

import numpy as np

from conduct.answering.answerer import encoder_for
from conduct.answering.dataset_revision import DatasetRevision
from conduct.dataset.files import (
    ADAPTER_FILE,
    NEXT_STEPS_FILE,
    QUESTIONS_FILE,
    SITUATIONS_FILE,
    TEXT_FILE,
    TEXTS_FILE,
    VECTORS_FILE,
)
from conduct.errors import DataError, PublishError
from conduct.hub import client, fetch, find_model
from conduct.hub.find_dataset import BUNDLED_DATA
from conduct.hub.snapshot import LOCAL, Snapshot
from conduct.ranking.fit import SAMPLE_TOLERANCE, build
from conduct.ranking.vectors import Vectors, load, save
from conduct.settings import DATASET_NAME, Settings

ROOT = Path(__file__).parents[2]
SPACE_NAME = "is-this-okay"
CARD_FILE = "README.md"
DATA_FILES = (
    CARD_FILE,
    TEXT_FILE,
    SITUATIONS_FILE,
    QUESTIONS_FILE,
    TEXTS_FILE,
    NEXT_STEPS_FILE,
    ADAPTER_FILE,
)
SPACE_PATHS = ("README.md", "LICENSE", "app.py", "requirements.txt", "conduct")
# A quarter of an hour: one request each, and a mended text is there after a coffee.
SPACE_VARIABLES = (("CONDUCT_REFRESH_MINUTES", "15"),)
LOG_IN = (
    "Publishing needs a token of the Hub that may write, and there is none: "
    "log in with `hf auth login`, or set HF_TOKEN."
)


@dataclass(frozen=True, slots=True)
class RepoUpload:
    """A folder with all the files that a repository gets; `replaces` are patterns of files that go if not in it."""

    repo: str
    kind: str
    folder: Path
    replaces: tuple[str, ...]
    variables: tuple[tuple[str, str], ...] = ()

    @property
    def files(self) -> tuple[tuple[str, int], ...]:
        """Name and bytes of each file, in order."""
        found = sorted(path for path in self.folder.rglob("*") if path.is_file())
        return tuple((path.relative_to(self.folder).as_posix(), path.stat().st_size) for path in found)


def stage(owner: str, into: Path, data: bool = True, space: bool = True, root: Path = ROOT) -> tuple[RepoUpload, ...]:
    """Lay out in `into` what the dataset and the Space of `owner` get; nothing is sent.

    Raises PublishError if the files that git knows cannot be listed, DataError or ModelError if vectors cannot be made.
    """
    dataset, space_repo = f"{owner}/{DATASET_NAME}", f"{owner}/{SPACE_NAME}"
    if not re.fullmatch(r"[\w.-]+", owner) or not client.valid(dataset):
        raise PublishError(f"OWNER must be the name of a user or an organization on the Hub, but it is {owner!r}.")
    source = root / BUNDLED_DATA.relative_to(ROOT)
    vectors = into / VECTORS_FILE
    known = _known_to_git(root, *SPACE_PATHS)
    _make_vectors(source, vectors)
    uploads = []
    if data:
        folder = into / "dataset"
        for name in DATA_FILES:
            if (source / name).relative_to(root).as_posix() in known:
                _copy(source / name, folder / name)
        shutil.copy(vectors, folder / VECTORS_FILE)
        _edit(folder / CARD_FILE, f"OWNER/{DATASET_NAME}", dataset)
        uploads.append(RepoUpload(dataset, fetch.DATASET, folder, (*DATA_FILES, VECTORS_FILE)))
    if space:
        folder = into / "space"
        for name in known:
            _copy(root / name, folder / name)
        shutil.copy(vectors, folder / source.relative_to(root) / VECTORS_FILE)
        _edit(folder / "README.md", r"(?m)^datasets:.*\n(?:  - .*\n)*", f"datasets:\n  - {dataset}\n")
        uploads.append(RepoUpload(space_repo, "space", folder, ("conduct/*",), SPACE_VARIABLES))
    return tuple(uploads)


def send(parcel: RepoUpload, private: bool) -> client.Sent:
    """Create the repository if need be and upload what changed. Raises PublishError."""
    try:
        return client.send(parcel.repo, parcel.kind, parcel.folder, parcel.replaces, dict(parcel.variables), private)
    # The client's errors share no base.
    except Exception as error:
        raise PublishError(
            f"{parcel.repo} was not published ({client.reason(error)}): check that the token may write there, "
            "and run the command again; what was sent already is not sent twice."
        ) from error


def _make_vectors(source: Path, target: Path) -> None:
    """Encode and fit `source` anew; where that gives the numbers that lie there, those bytes are kept."""
    edition = DatasetRevision.read(Snapshot(source, source.name, LOCAL))
    model = find_model.find_model(Settings())
    texts = edition.code, edition.bank
    encoder, identity = encoder_for(edition, model)
    save(build(*texts, edition.questions, encoder), target, *texts, identity)
    stored = source / VECTORS_FILE
    try:
        same = _alike(load(stored, *texts, identity), load(target, *texts, identity))
    except DataError:
        return
    # Another machine's last digits are no change: they would make a commit of megabytes each time.
    if same:
        shutil.copy(stored, target)


def _alike(one: Vectors, other: Vectors) -> bool:
    def numbers(vectors: Vectors) -> list[np.ndarray]:
        parts = vectors.meaning, vectors.words, vectors.calibration.bands
        fitted = [np.asarray(value) for part in parts for value in astuple(part)]
        curve = np.array([vectors.calibration.slope, vectors.calibration.intercept])
        return [vectors.pieces, vectors.axes, vectors.situations, curve, *fitted]

    return all(
        np.allclose(a, b, rtol=SAMPLE_TOLERANCE, atol=SAMPLE_TOLERANCE)
        for a, b in zip(numbers(one), numbers(other), strict=True)
    )


def _known_to_git(root: Path, *paths: str) -> list[str]:
    """The files at `paths` that git tracks or would track: nothing that it ignores."""
    command = ["git", "-C", str(root), "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *paths]
    try:
        listed = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  (no shell)
    except FileNotFoundError as error:
        raise PublishError(
            "Publishing asks git which files it ignores, and git is not installed: install it."
        ) from error
    if listed.returncode:
        said = listed.stderr.strip().splitlines() or ["no reason given"]
        raise PublishError(f"git cannot list the files in {root} ({said[0]}): publish from a clone of the repository.")
    return sorted({name for name in listed.stdout.split("\0") if name and (root / name).is_file()})


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(source, target)


def _edit(path: Path, pattern: str, replacement: str) -> None:
    text = path.read_text(encoding="utf-8")
    path.write_text(re.sub(pattern, lambda _: replacement, text), encoding="utf-8")
