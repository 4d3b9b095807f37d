"""Where text and model come from, with the unpatched huggingface_hub client and a Hub on this machine."""

import shutil
from pathlib import Path

import pytest

from conduct.errors import HubError
from conduct.hub import client, fetch, find_dataset, find_model
from conduct.hub.snapshot import Snapshot
from conduct.model import packaged
from conduct.settings import Settings
from tests.support.hub_process import HubProcess
from tests.support.loopback_hub import LoopbackHub, commit_of

# For responses that come, on a busy machine, too; for a refusal; for those that never come.
LONG, SHORT, HANGING = 60.0, 2.5, 1.0


def find(
    what: str, home: Path, url: str, token: str = "", seconds: float = LONG, offline: bool = False, **settings: str
) -> list[str]:
    """The result of `find_dataset`, `find_model` or `find_encoder` in a new process with its own cache."""
    extra = {"HF_HUB_OFFLINE": "1"} if offline else {}
    with HubProcess(home, url, token, **extra) as process:
        return process.ask(f"find_{what}", settings | {"seconds": seconds})[0]


@pytest.fixture
def repo(tmp_path: Path) -> Path:
    """A dataset with its own text, and a file that is not needed."""
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
    """The revision is the full commit, and files that are not needed are not downloaded."""
    with LoopbackHub({("dataset", "ada/code"): repo}) as served:
        found = find("dataset", tmp_path / "home", served.url, dataset="ada/code")
        assert found == ["ada/code", commit_of(repo), "Be kind.", ""]
        assert not any("big.bin" in request for request in served.requests)


def test_a_pinned_dataset_that_is_cached_needs_no_request(tmp_path: Path, repo: Path):
    """A commit never changes."""
    with LoopbackHub({("dataset", "ada/code"): repo}) as served:
        pinned = {"dataset": "ada/code", "dataset_revision": commit_of(repo)}
        first = find("dataset", tmp_path / "home", served.url, **pinned)
        assert first[1] == commit_of(repo)
        served.requests.clear()
        assert find("dataset", tmp_path / "home", served.url, **pinned) == first
        assert served.requests == []


def test_offline_the_cached_dataset_serves(tmp_path: Path, repo: Path):
    """HF_HUB_OFFLINE keeps its meaning: no request, and the reason says so."""
    with LoopbackHub({("dataset", "ada/code"): repo}) as served:
        first = find("dataset", tmp_path / "home", served.url, dataset="ada/code")
        # A download by another program can be used: without our note, the client's own record names the commit.
        shutil.rmtree(tmp_path / "home" / "conduct")
        refs = next((tmp_path / "home" / "hub").glob("datasets--*")) / "refs"
        refs.mkdir(exist_ok=True)
        (refs / "main").write_text(commit_of(repo))
        served.requests.clear()
        found = find("dataset", tmp_path / "home", served.url, offline=True, dataset="ada/code")
        assert found[:3] == first[:3]
        assert found[3].endswith("the Hub did not give ada/code (HF_HUB_OFFLINE is set).")
        assert served.requests == []


def test_a_private_dataset_needs_the_token_of_the_client(tmp_path: Path, repo: Path):
    """HF_TOKEN is huggingface_hub's own; nothing of this project reads it."""
    with LoopbackHub({("dataset", "ada/code"): repo}) as served:
        served.repos["dataset", "ada/code"].private = True
        refused = find("dataset", tmp_path / "home", served.url, dataset="ada/code")
        assert refused[0] == "none"
        assert "(it does not exist, or no token was given that may read it)" in refused[3]
        found = find("dataset", tmp_path / "home", served.url, served.token, dataset="ada/code")
        assert found[:2] == ["ada/code", commit_of(repo)]


def test_what_is_no_folder_and_no_name_is_said_without_a_request(tmp_path: Path):
    """The Hub is not asked for a mistyped path, and no other text is used in its place."""
    names = ["not//an id", "/no/such/folder", "codes/code.md", "~nobody/code", "x" * 5000]
    with LoopbackHub() as served, HubProcess(tmp_path / "home", served.url) as process:
        told = process.ask("find_dataset", *({"dataset": name, "seconds": LONG} for name in names))
        assert served.requests == []
    for name, (found, _, _, why) in zip(names, told, strict=True):
        assert (name, found) == (name, "none")
        assert "no text to serve: " in why
        assert "such as owner/name. Fix that text, or set CONDUCT_DATASET to" in why


def test_where_the_ambassador_code_is_meant_its_bundled_copy_serves(tmp_path: Path):
    """It is the same text; the reason of the Hub is given with it."""
    with LoopbackHub(faults={"": "503"}) as served:
        found = find("dataset", tmp_path / "home", served.url, dataset="ada/ambassador-code-of-conduct")
    assert found[:2] == ["bundled", "bundled"]
    assert found[3].endswith("not used: the Hub did not give ada/ambassador-code-of-conduct (it answered 503).")


def test_a_dataset_with_githubs_name_for_its_text_is_pulled(tmp_path: Path):
    """In upper or lower case, and without the labelled questions, which are not needed to answer."""
    files = {".github/CODE_OF_CONDUCT.md": b"## Ours\n\nBe kind.\n", "questions.jsonl": b"{}", "README.md": b"Hello"}
    with LoopbackHub() as served:
        commit = served.push("dataset", "ada/code", files)
        found = find("dataset", tmp_path / "home", served.url, dataset="ada/code")
        assert found == ["ada/code", commit, "Be kind.", ""]
        assert not any("resolve" in one and "CODE_OF_CONDUCT" not in one for one in served.requests)
        served.faults[""] = "503"
        assert find("dataset", tmp_path / "home", served.url, dataset="ada/code")[:3] == found[:3]


def test_a_model_is_pulled_without_pickled_weights_and_then_needs_no_request(tmp_path: Path, tiny_model: Path):
    """A pinned model in the cache needs no request."""
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


@pytest.mark.parametrize("fault", ["503", "hang", "hang in files", "flipped"])
def test_without_the_hub_the_packaged_encoder_serves(tmp_path: Path, tiny_model: Path, fault: str):
    """With the reason why the Hub's was not used."""
    with LoopbackHub({("model", "ada/model"): tiny_model}, faults={"": fault}) as served:
        seconds = {"503": SHORT, "flipped": LONG}.get(fault, HANGING)
        settings = {"model": "ada/model", "model_revision": commit_of(tiny_model)}
        found = find("encoder", tmp_path / "home", served.url, seconds=seconds, **settings)
    assert found[:3] == [str(packaged.FOLDER), "packaged", "packaged"]
    assert found[3].startswith("ada/model was not used: the Hub did not give ada/model (")
    assert found[3].endswith("; the cache has no complete ada/model.")


def test_a_cached_model_serves_while_the_hub_is_away(tmp_path: Path, tiny_model: Path):
    """It is preferred to the packaged encoder."""
    with LoopbackHub({("model", "ada/model"): tiny_model}) as served:
        settings = {"model": "ada/model", "model_revision": "main"}
        first = find("model", tmp_path / "home", served.url, **settings)
        served.faults[""] = "503"
        found = find("model", tmp_path / "home", served.url, **settings)
    assert found[:3] == first[:3]
    assert found[3] == "The newest ada/model was not used: the Hub did not give ada/model (it answered 503)."


def test_of_a_model_that_is_nowhere_the_error_says_what_was_tried(tmp_path: Path):
    """The packaged encoder that is used instead has the same reason."""
    with LoopbackHub() as served:
        (sentence,) = find("model", tmp_path / "home", served.url, model="ada/none", model_revision="main")
    assert sentence == (
        "the Hub did not give ada/none (it does not exist, or no token was given that may read it); "
        "the cache has no complete ada/none"
    )


def test_the_packaged_encoder_is_looked_for_nowhere(tmp_path: Path):
    """Without a configured model there is no request, and no reason to give."""
    with LoopbackHub() as served:
        found = find("encoder", tmp_path / "home", served.url)
        assert served.requests == []
    assert found == [str(packaged.FOLDER), "packaged", "packaged", ""]


def test_folders_are_used_as_they_are(tmp_path: Path, repo: Path, tiny_model: Path):
    """A local folder needs no Hub; a model's revision is the hash of its weights."""
    assert find_dataset.find_dataset(Settings(dataset=str(repo))) == Snapshot(repo, "repo", "local")
    file = repo / "code_of_conduct.md"
    expected = Snapshot(repo, "code_of_conduct.md", "local", text_file="code_of_conduct.md")
    assert find_dataset.find_dataset(Settings(dataset=str(file))) == expected
    found = find_model.find_model(str(tiny_model), "main")
    digest = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"  # of "{}"
    assert (found.folder, packaged.identity(found)) == (tiny_model, f"model@sha256-{digest}")


def test_names_that_lead_out_of_the_cache_write_nothing_there(tmp_path: Path):
    """A repository may list any file name: unknown names are not downloaded, or stay in the cache's folder."""
    home = tmp_path / "home"
    tricks = ("../../../../../evil.json", f"{tmp_path}/evil.json", "a/../../../../../../evil.json")
    with LoopbackHub() as served, HubProcess(home, served.url) as process:
        for number, name in enumerate(tricks):
            evil = {name: b"{}", "../situations.jsonl": b"evil"}
            served.push("model", f"ada/model-{number}", evil | {"config.json": b"{}", "model.safetensors": b""})
            served.push("dataset", f"ada/code-{number}", evil | {"code_of_conduct.md": b"Be kind."})
            (model,) = process.ask(
                "find_model", {"model": f"ada/model-{number}", "model_revision": "main", "seconds": 9}
            )
            assert model[0].startswith("the Hub did not give ada/model-")
            (dataset,) = process.ask("find_dataset", {"dataset": f"ada/code-{number}", "seconds": LONG})
            assert dataset[0::2] == [f"ada/code-{number}", "Be kind."]
        assert not any("evil" in request or "situations" in request for request in served.requests)
    assert {path.name for path in tmp_path.iterdir()} == {"home"}
    assert not list(home.rglob("evil.json"))


@pytest.mark.parametrize("commit", ["../../../..", "", None, "main", "0" * 39])
def test_a_commit_that_is_none_is_not_made_a_folder(monkeypatch, commit: str | None):
    """It would become a part of a path."""
    monkeypatch.setattr(client, "newest", lambda *_: client.Remote(commit, (("code_of_conduct.md", 9),)))
    with pytest.raises(HubError, match=r"^the Hub gave no commit of ada/code$"):
        fetch.pull("ada/code", "dataset", "main", LONG)
