"""Publishing with the unpatched client to a Hub on this machine, and reading what was published."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from conduct.cli.publish import MODEL_FILES
from conduct.dataset.files import QUESTIONS_FILE, SITUATIONS_FILE
from conduct.hub.find_dataset import BUNDLED_DATA
from tests.support import tiny_encoder
from tests.support.hub_process import ROOT, environment
from tests.support.loopback_hub import LoopbackHub

DATASET, SPACE = ("dataset", "ada/ambassador-code-of-conduct"), ("space", "ada/is-this-okay")
MODEL = ("model", "ada/conduct-encoder")
TOKEN = "hf_" + "x" * 34
QUESTION = '{"text": "May I laugh about it?", "passages": {"preamble-1": 2}, "theme": "", "split": "dev"}\n'
CONFIGS = ("situations", "questions")
CHILD = (sys.executable, "-B", "-m", "tests.support.publish_child")


class Publisher:
    """`python -m conduct` in a clone, with a Hub and a cache of its own; its imports are made once."""

    def __init__(self, root: Path, served: LoopbackHub) -> None:
        self.root, self.served, self._home = root, served, root.parent / "home"
        self._own = {"PYTHONPATH": str(root), "TINY_BASE": str(root.parent / "tiny" / "base.bin")}
        self._process = subprocess.Popen(
            [*CHILD], env=environment(self._home, served.url) | self._own, cwd=root,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        )  # fmt: skip

    def run(self, *arguments: str, token: str = "", **extra: str) -> subprocess.CompletedProcess:
        """The command in a fork of the process."""
        extra |= {"HF_TOKEN": token} if token else {}
        outputs = [self._home.parent / name for name in ("stdout", "stderr")]
        self._process.stdin.write(json.dumps([arguments, extra, *map(str, outputs)]) + "\n")
        self._process.stdin.flush()
        code = int(self._process.stdout.readline())
        return subprocess.CompletedProcess(arguments, code, *(path.read_text() for path in outputs))

    def start_and_run(self, *arguments: str) -> subprocess.CompletedProcess:
        """The command in a process of its own, without a token."""
        environ = environment(self._home, self.served.url) | self._own
        return subprocess.run([*CHILD, *arguments], env=environ, cwd=self.root, capture_output=True, text=True)

    def close(self) -> None:
        """End the process."""
        self._process.stdin.close()
        assert self._process.wait(timeout=60) == 0
        self._process.stdout.close()


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Publisher]:
    """A clone with a tiny encoder, a small bank of situations, and files that must not be published."""
    folder = tmp_path_factory.mktemp("publish")
    root, tiny = folder / "checkout", folder / "tiny"
    for name in ("conduct", "tests"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("__pycache__", "node_modules"))
    shutil.rmtree(root / "conduct" / "model" / "learnt")
    tiny.mkdir()
    tiny_encoder.write_base(tiny / "base.bin")
    for name in ("app.py", "README.md", "LICENSE", "requirements.txt", ".gitignore", "CHANGELOG.md"):
        shutil.copy(ROOT / name, root / name)
    data = root / "conduct" / "data"
    lines = (data / SITUATIONS_FILE).read_text().splitlines(keepends=True)
    (data / SITUATIONS_FILE).write_text("".join(lines[:12]))
    (data / QUESTIONS_FILE).write_text(QUESTION)
    (data / "notes.md").write_text("not a part of the dataset")
    (root / "conduct" / "questions.log").write_text("git ignores this")
    (root / "secret.txt").write_text("not a part of the app")
    with LoopbackHub() as served:
        publisher = Publisher(root, served)
        done = publisher.run("write-learnt")
        assert done.returncode == 0, done.stderr
        subprocess.run(["git", "init", "-q", str(root)], check=True)
        subprocess.run(["git", "-C", str(root), "add", "--all"], check=True)
        (root / "conduct" / ".env").write_text(f"HF_TOKEN={TOKEN}")
        (root / "conduct" / "draft.py").write_text('"""Not tracked yet."""')
        yield publisher
        publisher.close()


@pytest.fixture
def publisher(started: Publisher) -> Publisher:
    """It, and a Hub with nothing on it."""
    for kept in (started.served.repos, started.served.stored, started.served.requests):
        kept.clear()
    return started


def commits(served: LoopbackHub) -> int:
    """How many commits were sent."""
    return sum("/commit/main" in request for request in served.requests)


def test_publish_sends_what_is_needed_once_and_what_was_sent_answers_alike(publisher: Publisher):
    """The dataset, the encoder and the Space, without files that git ignores; a second run makes no commit.

    The published files give the same answers as the folder.
    """
    served, checkout = publisher.served, publisher.root
    first = publisher.run("publish", "ada", token=served.token)
    assert (first.returncode, first.stderr.count("Traceback")) == (0, 0), first.stderr
    assert first.stdout.splitlines() == [
        f"{served.url}/datasets/ada/ambassador-code-of-conduct: a new commit.",
        f"{served.url}/ada/conduct-encoder: a new commit.",
        f"{served.url}/spaces/ada/is-this-okay: a new commit.",
    ]
    data, model, space = served.repos[DATASET], served.repos[MODEL], served.repos[SPACE]
    names = {"README.md", "code_of_conduct.md", "situations.jsonl", "questions.jsonl", "next_steps.json"}
    assert set(data.files) == names | {"vectors.safetensors", ".gitattributes"}
    assert set(model.files) == {*MODEL_FILES.split(","), ".gitattributes"}
    for repo in (data, model):
        assert "OWNER" not in repo.files["README.md"].decode()
    assert {name.split("/")[0] for name in space.files} == {
        ".gitattributes", "README.md", "LICENSE", "app.py", "requirements.txt", "conduct",
    }  # fmt: skip
    listed = subprocess.run(["git", "ls-files", "conduct"], cwd=checkout, capture_output=True, text=True, check=True)
    never = {"conduct/data/questions.jsonl", "conduct/data/notes.md"}
    assert {name for name in space.files if name.startswith("conduct/")} == set(listed.stdout.split()) - never
    untracked = "conduct/draft.py is not sent to the space: git does not track it."
    assert [line for line in first.stderr.splitlines() if "git does not track" in line] == [untracked]
    assert "This text can be used." in first.stderr.splitlines()
    assert space.files["conduct/data/vectors.safetensors"] == data.files["vectors.safetensors"]
    matter = yaml.safe_load(space.files["README.md"].decode().split("---\n")[1])
    assert matter["datasets"] == ["ada/ambassador-code-of-conduct"]
    assert matter["models"] == [MODEL[1]]
    # The preloaded revision is the one that is used at start, with all its files.
    assert matter["preload_from_hub"] == [f"{MODEL[1]} {MODEL_FILES} {model.head}"]
    assert matter["sdk"] == "gradio"
    assert space.variables == {
        "CONDUCT_DATASET": DATASET[1],
        "CONDUCT_REFRESH_MINUTES": "15",
        "CONDUCT_MODEL": MODEL[1],
        "CONDUCT_MODEL_REVISION": model.head,
    }
    assert (data.private, model.private, space.private) == (False, False, False)
    assert commits(served) == 3

    second = publisher.run("publish", "ada", token=served.token)
    assert [line.split(": ")[1] for line in second.stdout.splitlines()] == ["nothing has changed."] * 3
    assert commits(served) == 3

    asked = ["ask", "they make fun of her thick accent", "--json"]
    pulled = json.loads(publisher.run(*asked, **space.variables).stdout)
    local = json.loads(publisher.run(*asked, CONDUCT_DATASET=str(checkout / "conduct" / "data")).stdout)
    source = pulled.pop("source")
    assert (source["dataset"], source["dataset_revision"]) == (DATASET[1], data.head)
    assert (source["model"], source["model_revision"]) == (MODEL[1], model.head)
    own = local.pop("source")
    assert (own["dataset"], own["model"]) == ("data", "packaged")
    assert re.sub(r"0\.\d+", "0", json.dumps(pulled)) == re.sub(r"0\.\d+", "0", json.dumps(local))
    relevance = [passage["relevance"] for passage in local["passages"]]
    assert [passage["relevance"] for passage in pulled["passages"]] == pytest.approx(relevance, abs=1e-3)


def test_the_encoder_alone_can_be_sent(publisher: Publisher):
    """With the learnt updates in its weights, and its card; the other repositories do not change."""
    done = publisher.run("publish", "ada", "--model-only", token=publisher.served.token)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [f"{publisher.served.url}/ada/conduct-encoder: a new commit."]
    assert set(publisher.served.repos) == {MODEL}


def send(tmp_path: Path, served: LoopbackHub, token: str) -> subprocess.CompletedProcess:
    """Send a small dataset, privately."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "code_of_conduct.md").write_text("Be kind.")
    script = (
        "import sys; from pathlib import Path; from conduct.cli.publish import RepoUpload, send; "
        "send(RepoUpload(sys.argv[1], 'dataset', Path(sys.argv[2]), ('questions.jsonl',)), private=True)"
    )
    environ = environment(tmp_path / "home", served.url, token)
    command = [sys.executable, "-c", script, DATASET[1], str(tmp_path / "data")]
    return subprocess.run(command, env=environ, capture_output=True, text=True, timeout=300, check=False)


def test_what_is_gone_here_goes_there_and_private_makes_private(tmp_path: Path):
    """A file that somebody added by hand stays."""
    with LoopbackHub() as served:
        served.push(*DATASET, {"questions.jsonl": b"{}", "by-hand.txt": b"kept"})
        done = send(tmp_path, served, served.token)
        assert done.returncode == 0, done.stderr
        data = served.repos[DATASET]
        assert data.files == {"code_of_conduct.md": b"Be kind.", "by-hand.txt": b"kept"}
        assert data.private


def test_a_dry_run_lists_and_sends_nothing(publisher: Publisher):
    """It needs no token."""
    done = publisher.run("publish", "ada", "--space-only", "--dry-run")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0] == "To the space ada/is-this-okay:"
    assert f"  app.py  {(publisher.root / 'app.py').stat().st_size:,} bytes" in lines
    assert lines[-3:] == [
        "  variable CONDUCT_DATASET = ada/ambassador-code-of-conduct",
        "  variable CONDUCT_REFRESH_MINUTES = 15",
        "  variable CONDUCT_MODEL = ada/conduct-encoder",
    ]
    assert not [line for line in lines if "questions" in line or "texts" in line or ".env" in line]
    assert not [one for one in publisher.served.requests if not one.startswith(("GET /api/models", "HEAD"))]


def test_without_a_token_one_sentence_says_how_to_log_in(publisher: Publisher):
    """Before anything is encoded."""
    done = publisher.start_and_run("publish", "ada")
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr == (
        "Publishing needs a token of the Hub that may write, and there is none: "
        "log in with `hf auth login`, or set HF_TOKEN.\n"
    )
    assert publisher.served.requests == []


def test_a_token_that_may_not_write_ends_in_one_sentence(tmp_path: Path):
    """What the client says runs over many lines."""
    with LoopbackHub() as served:
        done = send(tmp_path, served, "hf_of_somebody_else")
    assert done.stderr.splitlines()[-1].startswith(
        "conduct.errors.PublishError: ada/ambassador-code-of-conduct was not published (the token is not valid): "
        "check that the token may write there"
    )


def test_without_git_nothing_is_sent(publisher: Publisher):
    """Without git it is not known which files are ignored."""
    kept = (publisher.root / ".git").rename(publisher.root.parent / "kept")
    try:
        extra = {"GIT_CEILING_DIRECTORIES": str(publisher.root.parent)}
        done = publisher.run("publish", "ada", token=publisher.served.token, **extra)
    finally:
        kept.rename(publisher.root / ".git")
    assert done.returncode == 3
    assert re.search(r"^git cannot list the files in .*: publish from a clone", done.stderr, re.MULTILINE)
    assert publisher.served.repos == {}


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, list]]:
    """A folder like the published one; and the number of rows and the first row of each of its configs, as the datasets
    library loads them."""
    home = tmp_path_factory.mktemp("loaded")
    folder = home / "data"
    shutil.copytree(BUNDLED_DATA, folder)
    (folder / QUESTIONS_FILE).write_text(QUESTION)
    script = (
        "import json, sys; from datasets import load_dataset\n"
        "for config in sys.argv[2:]:\n"
        "    (rows,) = load_dataset(sys.argv[1], config).values()\n"
        "    print(json.dumps([config, [len(rows), rows[0]]]))\n"
    )
    environ = environment(home / "home", "http://127.0.0.1:9") | {"HF_HUB_OFFLINE": "1"}
    command = [sys.executable, "-c", script, str(folder), *CONFIGS]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=300, check=True)
    return folder, dict(json.loads(line) for line in done.stdout.splitlines()[-len(CONFIGS) :])


@pytest.mark.parametrize("config", CONFIGS)
def test_the_folder_loads_with_the_datasets_library(loaded: tuple[Path, dict[str, list]], config: str):
    """The card's configs name files that are there, and each row keeps its judgements."""
    folder, rows = loaded
    count, row = rows[config]
    lines = (folder / f"{config}.jsonl").read_text().splitlines()
    assert count == len(lines)
    expected = json.loads(lines[0])
    assert {name: row[name] for name in expected} == expected
