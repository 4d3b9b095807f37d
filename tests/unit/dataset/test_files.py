"""Dataset folders that were made to do harm."""

import os
from pathlib import Path

import pytest

from conduct.answering.dataset_revision import DatasetRevision
from conduct.answering.engine import Engine
from conduct.dataset.files import read_text
from conduct.errors import DataError, NoTextError
from conduct.hub import client, find_dataset
from conduct.hub.snapshot import Snapshot
from conduct.settings import Settings

NAMES = ("code_of_conduct.md", "situations.jsonl", "vectors.safetensors")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A dataset, with a secret beside it."""
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "code_of_conduct.md").write_text("Be kind.\n")
    (tmp_path / "secret").write_text("zanzibar\n")
    return folder


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("target", ["../secret", "/etc/hostname", "/dev/zero", "/"])
def test_a_link_out_of_the_folder_is_not_followed(folder: Path, name: str, target: str):
    """A cloned repository may have a link to a file of this machine, which would then be shown on a public page."""
    (folder / name).unlink(missing_ok=True)
    (folder / name).symlink_to(target)
    with pytest.raises(DataError, match=rf"^{name} is a link that leads out of its folder"):
        read_text(folder)


def test_a_link_in_place_of_the_text_is_no_text(folder: Path, tmp_path: Path):
    """The error says nothing about the file that the link leads to."""
    (folder / "code_of_conduct.md").unlink()
    (folder / "code_of_conduct.md").symlink_to(tmp_path / "secret")
    with pytest.raises(NoTextError) as error:
        Engine(Settings(dataset=str(folder))).text()
    assert "code_of_conduct.md is a link that leads out of its folder" in error.value.detail
    assert "zanzibar" not in error.value.detail


def test_links_within_the_folder_are_followed(folder: Path):
    """Kubernetes mounts files this way."""
    (folder / "code_of_conduct.md").rename(folder / "kept.md")
    (folder / "code_of_conduct.md").symlink_to("kept.md")
    assert read_text(folder).text == "Be kind.\n"


@pytest.fixture
def snapshot(tmp_path: Path) -> Path:
    """A folder of huggingface_hub's cache, which is called `hub`: its files are links to blobs."""
    repo = tmp_path / "hub" / "datasets--ada--code"
    snapshot = repo / "snapshots" / ("0" * 40)
    snapshot.mkdir(parents=True)
    (repo / "blobs").mkdir()
    (repo / "blobs" / "1").write_text("From the Hub.\n")
    (snapshot / "code_of_conduct.md").symlink_to("../../blobs/1")
    return snapshot


def read(folder: Path) -> str:
    """The text of a folder that CONDUCT_DATASET names."""
    return find_dataset.find_dataset(Settings(dataset=str(folder)), DatasetRevision.read).code.passages[0].text


def test_links_of_the_hubs_own_cache_are_followed_within_their_repository(
    snapshot: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Also if CONDUCT_DATASET names a folder in it."""
    monkeypatch.setattr(client.constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    assert read(snapshot) == "From the Hub."
    (tmp_path / "secret").write_text("zanzibar\n")
    (snapshot / "code_of_conduct.md").unlink()
    (snapshot / "code_of_conduct.md").symlink_to("../../../../secret")
    with pytest.raises(DataError, match="leads out of its folder"):
        read(snapshot)


def test_a_folder_in_one_called_snapshots_is_no_cache(snapshot: Path):
    """Anybody can choose this name; its links may lead no further than those of any other folder."""
    with pytest.raises(DataError, match=r"code_of_conduct\.md is a link that leads out of its folder"):
        read(snapshot)


@pytest.mark.parametrize("name", NAMES)
def test_what_is_no_file_is_refused_and_not_waited_for(folder: Path, name: str):
    """Opening a pipe would block until somebody writes to it."""
    (folder / name).unlink(missing_ok=True)
    os.mkfifo(folder / name)
    with pytest.raises(DataError, match=rf"^{name} is not a file"):
        read_text(folder)
    (folder / name).unlink()
    (folder / name).mkdir()
    with pytest.raises(DataError, match=rf"^{name} is not a file"):
        read_text(folder)


def test_links_that_lead_to_each_other_or_nowhere_are_missing_files(folder: Path):
    """Following a cycle of links would never end."""
    (folder / "situations.jsonl").symlink_to("nowhere")
    assert read_text(folder).text == "Be kind.\n"
    (folder / "code_of_conduct.md").unlink()
    (folder / "code_of_conduct.md").symlink_to("a")
    (folder / "a").symlink_to("code_of_conduct.md")
    with pytest.raises(DataError, match=r"code_of_conduct\.md"):
        read_text(folder)


@pytest.mark.parametrize("name", NAMES)
def test_a_file_that_is_too_large_is_not_read(folder: Path, name: str):
    """Also a sparse file: a terabyte of it costs its author nothing."""
    with (folder / name).open("wb") as file:
        file.truncate(2**40)
    with pytest.raises(DataError, match=rf"^{name} may have [\d,]+ bytes, this one has 1,099,511,627,776"):
        read_text(folder)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("#\n" * 10**6, "may have 1,000,000 bytes"),
        ("# a\n" * 4_000 + "text", "may have 3,000 headings and passages"),
        ("![" * 70_000, "more table cells, open brackets or images within images"),
        ("---\na: &a [b]\nc: [*a, *a]\n---\ntext", "YAML anchors"),
    ],
)
def test_a_text_that_costs_too_much_is_refused_in_one_sentence(folder: Path, content: str, reason: str):
    """No other text takes its place."""
    (folder / "code_of_conduct.md").write_text(content)
    with pytest.raises(DataError) as error:
        read(folder)
    assert reason in str(error.value)
    assert str(error.value).count("\n") == 0


def test_questions_of_another_shape_keep_no_text_from_serving(folder: Path):
    """Only fitting and evaluation read them, and report the line that is wrong."""
    (folder / "questions.jsonl").write_text('{"q": 1}\n')
    dataset = find_dataset.find_dataset(Settings(dataset=str(folder)), DatasetRevision.read)
    assert dataset.code.passages[0].text == "Be kind."
    with pytest.raises(DataError, match=r"^questions\.jsonl line 1 must be like"):
        dataset.read_questions()


def test_questions_that_are_a_link_out_of_the_folder_are_not_read(folder: Path):
    """Nor published."""
    (folder / "questions.jsonl").symlink_to("../secret")
    with pytest.raises(DataError, match=r"^questions\.jsonl is a link that leads out of its folder"):
        DatasetRevision.read(Snapshot(folder, "data", "local")).read_questions()
