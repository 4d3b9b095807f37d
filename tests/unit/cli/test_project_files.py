"""Which files are published: those with given names that git tracks, no links, no tokens."""

import subprocess
from pathlib import Path

import pytest

from conduct.cli.project_files import ProjectFiles, list_files, refuse_tokens
from conduct.cli.publish import SPACE_FILES
from conduct.errors import PublishError
from tests.support.paths import ROOT

PATTERNS = ("app.py", "conduct/*.py")


def git(root: Path, *arguments: str) -> None:
    """Run git in `root`."""
    subprocess.run(["git", "-C", str(root), *arguments], check=True, capture_output=True)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A clone with a module, and a token outside of it."""
    root = tmp_path / "clone"
    (root / "conduct" / "web").mkdir(parents=True)
    for name in ("app.py", "conduct/web/page.py", "conduct/notes.md", "other.py"):
        (root / name).write_text("print()\n")
    (tmp_path / "token").write_text("secret")
    git(tmp_path, "init", "-q", str(root))
    git(root, "add", "--all")
    return root


def test_what_is_named_and_tracked_is_published(root: Path):
    """Files that match but are not tracked are listed, so that nobody misses them."""
    (root / "conduct" / ".env").write_text("")
    (root / "conduct" / "new.py").write_text("")
    (root / ".gitignore").write_text("ignored.py\n")
    (root / "conduct" / "ignored.py").write_text("")
    assert list_files(root, PATTERNS) == ProjectFiles(("app.py", "conduct/web/page.py"), ("conduct/new.py",))


@pytest.mark.parametrize("tracked", [True, False])
def test_a_link_is_refused_whether_git_knows_it_as_one_or_not(root: Path, tracked: bool):
    """The file that it leads to would be published."""
    (root / "conduct" / "web" / "page.py").unlink()
    (root / "conduct" / "web" / "page.py").symlink_to(root.parent / "token")
    if tracked:
        git(root, "add", "--all")
    with pytest.raises(PublishError) as error:
        list_files(root, PATTERNS)
    assert str(error.value) == ("conduct/web/page.py is a link, and no link is published: put the file itself there.")


def test_a_file_in_a_folder_that_became_a_link_is_refused(root: Path):
    """git still lists it as a file."""
    (root / "conduct" / "web").rename(root.parent / "web")
    (root / "conduct" / "web").symlink_to(root.parent / "web")
    with pytest.raises(PublishError, match=r"^conduct/web/page\.py is a link"):
        list_files(root, PATTERNS)


def test_a_file_that_is_gone_is_missed(root: Path):
    """Without it the Space might not start."""
    (root / "app.py").unlink()
    with pytest.raises(PublishError, match=r"^git tracks app\.py, but it is not there: restore it"):
        list_files(root, PATTERNS)


def test_no_file_of_the_package_is_forgotten():
    """Each tracked file is selected for the Space, except those that only training and evaluation read."""
    listed = subprocess.run(["git", "-C", str(ROOT), "ls-files", "conduct"], capture_output=True, text=True, check=True)
    tracked = set(listed.stdout.split())
    assert tracked - set(list_files(ROOT, SPACE_FILES).files) == {"conduct/data/questions.jsonl"}


SECRETS = {
    "a token of Hugging Face": "hf_" + "aB3" * 12,
    "a token of GitHub": "ghp_" + "aB3" * 12,
    "a token of GitLab": "glpat-" + "aB3" * 8,
    "a key of Amazon": "AKIA" + "A7" * 8,
    "a key of Google": "AIza" + "aB3_-" * 7,
    "a key of OpenAI or Anthropic": "sk-ant-" + "aB3-" * 10,
    "a token of Slack": "xoxb-" + "12-ab" * 4,
    "a token of npm or PyPI": "npm_" + "aB3" * 12,
    "a private key": "-----BEGIN OPENSSH PRIVATE KEY-----",
}


@pytest.mark.parametrize(("kind", "secret"), SECRETS.items())
def test_the_usual_forms_of_tokens_are_refused_and_not_repeated(root: Path, kind: str, secret: str):
    """The error has file and line, so that the token can be removed."""
    (root / "app.py").write_text(f"import os\nTOKEN = {secret!r}\n")
    with pytest.raises(PublishError) as error:
        refuse_tokens(root, ["conduct/web/page.py", "app.py"])
    assert str(error.value) == (
        f"app.py line 2 has the form of {kind}, so nothing was sent: take it out, and revoke it if it was ever shown "
        "to anybody."
    )


@pytest.mark.parametrize(
    "text", ["hf_xet", "HF_TOKEN vs hf_hub_download", "sk-learn", "a risk-averse-community-manager"]
)
def test_ordinary_words_are_no_tokens(root: Path, text: str):
    """The project's own files are full of such names."""
    (root / "app.py").write_text(text)
    refuse_tokens(root, ["app.py"])
