"""Stages the data, the encoder and the app for the Hub, and sends what changed."""

import re
import shutil
from dataclasses import astuple, dataclass, replace
from pathlib import Path

import numpy as np

from conduct.answering.batching import BatchingEncoder
from conduct.answering.dataset_revision import DatasetRevision
from conduct.cli.project_files import list_files, refuse_tokens
from conduct.dataset.files import (
    NEXT_STEPS_FILE,
    QUESTIONS_FILE,
    SITUATIONS_FILE,
    TEXT_FILE,
    VECTORS_FILE,
)
from conduct.errors import DataError, PublishError
from conduct.hub import client, fetch
from conduct.hub.find_dataset import BUNDLED_DATA
from conduct.hub.snapshot import LOCAL, Snapshot
from conduct.model import packaged
from conduct.model.sentence_transformer import SentenceEncoder
from conduct.ranking import any_code
from conduct.ranking.fit import build
from conduct.ranking.vectors import Vectors, load, save
from conduct.settings import DATASET_NAME, MODEL_NAME

ROOT = Path(__file__).parents[2]
SPACE_NAME = "is-this-okay"
SPACE = "space"
PARTS = frozenset({fetch.DATASET, fetch.MODEL, SPACE})
CARD_FILE = "README.md"
DATA_FILES = (
    CARD_FILE,
    TEXT_FILE,
    SITUATIONS_FILE,
    QUESTIONS_FILE,
    NEXT_STEPS_FILE,
)
# Patterns of the files that the app needs to answer: no labelled questions and no training data.
SPACE_FILES = (
    "README.md",
    "LICENSE",
    "app.py",
    "requirements.txt",
    "conduct/*.py",
    "conduct/web/assets/*.css",
    "conduct/answering/grave/*.txt",
    "conduct/web/assets/*.js",
    "conduct/web/assets/*.png",
    "conduct/web/locales/*.json",
    "conduct/web/templates/*.html",
    "conduct/model/learnt/*",
    *(f"conduct/data/{name}" for name in (CARD_FILE, TEXT_FILE, SITUATIONS_FILE, NEXT_STEPS_FILE, VECTORS_FILE)),
)
# The files of the encoder that a Space reads.
MODEL_FILES = ",".join(
    (
        "README.md", "config.json", "config_sentence_transformers.json", "modules.json", "sentence_bert_config.json",
        "tokenizer.json", "tokenizer_config.json", "model.safetensors", "1_Pooling/config.json",
        "2_Normalize/config.json", packaged.RANGES_FILE, packaged.GLANCE_FILE, any_code.FILE,
    )
)  # fmt: skip
# The numbers of two machines differ by less than this.
TOLERANCE = 0.01
# How often a Space looks for a new text: one request each time.
REFRESH_MINUTES = "15"
LOG_IN = (
    "Publishing needs a token of the Hub that may write, and there is none: "
    "log in with `hf auth login`, or set HF_TOKEN."
)


@dataclass(frozen=True, slots=True)
class Names:
    """The repositories of an owner."""

    dataset: str
    model: str
    space: str


@dataclass(frozen=True, slots=True)
class RepoUpload:
    """A folder with all files for a repository; `replaces` are patterns of files that are deleted there if not in it.

    `left_out` are files of the project that would be sent if git tracked them.
    """

    repo: str
    kind: str
    folder: Path
    replaces: tuple[str, ...]
    variables: tuple[tuple[str, str], ...] = ()
    left_out: tuple[str, ...] = ()

    @property
    def files(self) -> tuple[tuple[str, int], ...]:
        """Name and bytes of each file, in order."""
        paths = sorted(path for path in self.folder.rglob("*") if path.is_file())
        return tuple((path.relative_to(self.folder).as_posix(), path.stat().st_size) for path in paths)


def stage(owner: str, into: Path, parts: frozenset[str] = PARTS, root: Path = ROOT) -> tuple[RepoUpload, ...]:
    """Lay out in the folder `into` the files for the repositories of `owner`, those in `parts`; nothing is sent.

    Raises PublishError if one of the files is a link, holds a token or is missing, DataError or ModelError if vectors
    cannot be made.
    """
    names = Names(f"{owner}/{DATASET_NAME}", f"{owner}/{MODEL_NAME}", f"{owner}/{SPACE_NAME}")
    if not re.fullmatch(r"[\w.-]+", owner) or not client.is_valid_id(names.dataset):
        raise PublishError(f"OWNER must be the name of a user or an organization on the Hub, but it is {owner!r}.")
    source = root / BUNDLED_DATA.relative_to(ROOT)
    vectors = into / VECTORS_FILE
    inside = source.relative_to(root).as_posix()
    data_files = list_files(root, [f"{inside}/{name}" for name in DATA_FILES])
    space_files = list_files(root, SPACE_FILES)
    refuse_tokens(root, sorted({*data_files.files, *space_files.files}))
    if parts - {fetch.MODEL}:
        _make_vectors(source, vectors)
    uploads = []
    if fetch.DATASET in parts:
        folder = into / "dataset"
        for name in data_files.files:
            _copy(root / name, folder / Path(name).name)
        shutil.copy(vectors, folder / VECTORS_FILE)
        _edit(folder / CARD_FILE, f"OWNER/{DATASET_NAME}", names.dataset)
        replaces = (*DATA_FILES, VECTORS_FILE)
        uploads.append(RepoUpload(names.dataset, fetch.DATASET, folder, replaces, left_out=data_files.untracked))
    if fetch.MODEL in parts:
        uploads.append(_stage_model(names, into / "model", root))
    if SPACE in parts:
        folder = into / "space"
        for name in space_files.files:
            _copy(root / name, folder / name)
        shutil.copy(vectors, folder / inside / VECTORS_FILE)
        card = folder / "README.md"
        _edit(card, r"(?m)^datasets:.*\n(?:  - .*\n)*", f"datasets:\n  - {names.dataset}\n")
        _edit(card, r"(?m)^models:.*\n(?:  - .*\n)*", f"models:\n  - {names.model}\n")
        # Variables are copied when somebody duplicates the Space, which then still finds these repositories.
        variables = (
            ("CONDUCT_DATASET", names.dataset),
            ("CONDUCT_REFRESH_MINUTES", REFRESH_MINUTES),
            ("CONDUCT_MODEL", names.model),
        )
        uploads.append(RepoUpload(names.space, SPACE, folder, ("conduct/*",), variables, space_files.untracked))
    return tuple(uploads)


def pin_model(space: RepoUpload, commit: str) -> RepoUpload:
    """`space`, set to use the encoder at `commit`, which the Hub then downloads into the Space's image."""
    model = dict(space.variables)["CONDUCT_MODEL"]
    _edit(
        space.folder / "README.md", r"(?m)^---\n\n", f"preload_from_hub:\n  - {model} {MODEL_FILES} {commit}\n---\n\n"
    )
    return replace(space, variables=(*space.variables, ("CONDUCT_MODEL_REVISION", commit)))


def _stage_model(names: "Names", folder: Path, root: Path) -> RepoUpload:
    from conduct.model.assemble import export

    learnt = root / packaged.FOLDER.relative_to(ROOT)
    files = list_files(root, [f"{learnt.relative_to(root).as_posix()}/*"])
    export(folder, learnt)
    _edit(folder / CARD_FILE, f"OWNER/{MODEL_NAME}", names.model)
    _edit(folder / CARD_FILE, f"OWNER/{DATASET_NAME}", names.dataset)
    return RepoUpload(names.model, fetch.MODEL, folder, ("*.safetensors", "*.json"), left_out=files.untracked)


def send(upload: RepoUpload, private: bool) -> client.UploadResult:
    """Create the repository if it does not exist, and upload what changed. Raises PublishError."""
    try:
        return client.send(upload.repo, upload.kind, upload.folder, upload.replaces, dict(upload.variables), private)
    # The client's errors have no common base class.
    except Exception as error:
        raise PublishError(
            f"{upload.repo} was not published ({client.reason(error)}): check that the token may write there, "
            "and run the command again; what was sent already is not sent twice."
        ) from error


def _make_vectors(source: Path, target: Path) -> None:
    """Encode and fit `source` anew; if the numbers are those of the stored file, its bytes are kept."""
    dataset = DatasetRevision.read(Snapshot(source, source.name, LOCAL))
    model = packaged.snapshot()
    texts, identity = (dataset.code, dataset.bank), packaged.identity(model)
    encoder = BatchingEncoder(SentenceEncoder.load(model.folder))
    save(build(*texts, dataset.read_questions(), encoder), target, *texts, identity)
    stored = source / VECTORS_FILE
    try:
        same = _alike(load(stored, *texts, identity), load(target, *texts, identity))
    except DataError:
        return
    # Otherwise the last digits, which differ between machines, would make a commit of megabytes each time.
    if same:
        shutil.copy(stored, target)


def _alike(first: Vectors, second: Vectors) -> bool:
    def numbers(vectors: Vectors) -> list[np.ndarray]:
        parts = vectors.meaning, vectors.words, vectors.calibration.bands
        fitted = [np.asarray(value) for part in parts for value in astuple(part)]
        curve = np.array([vectors.calibration.slope, vectors.calibration.intercept])
        return [vectors.pieces, vectors.axes, vectors.situations, curve, *fitted]

    return all(
        np.allclose(a, b, rtol=TOLERANCE, atol=TOLERANCE) for a, b in zip(numbers(first), numbers(second), strict=True)
    )


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(source, target, follow_symlinks=False)


def _edit(path: Path, pattern: str, replacement: str) -> None:
    text = path.read_text(encoding="utf-8")
    path.write_text(re.sub(pattern, lambda _: replacement, text), encoding="utf-8")
