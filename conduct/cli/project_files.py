"""Selects the project's files that are published: those that match given names, that git tracks, and without tokens."""

import re
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from conduct.errors import PublishError

# git's modes of ordinary files; a link has 120000, a submodule 160000.
_ORDINARY = ("100644", "100755")
# The usual forms of tokens, by service.
_TOKENS = tuple(
    (name, re.compile(pattern.encode()))
    for name, pattern in (
        ("a token of Hugging Face", r"\b(?:hf|api_org)_[A-Za-z0-9]{30,}"),
        ("a token of GitHub", r"\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{50,})"),
        ("a token of GitLab", r"\bglpat-[\w-]{20,}"),
        ("a key of Amazon", r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b"),
        ("a key of Google", r"\bAIza[\w-]{35}"),
        ("a key of OpenAI or Anthropic", r"\bsk-(?:ant-|proj-)?[\w-]{32,}"),
        ("a token of Slack", r"\bxox[abeoprs]-[\w-]{10,}"),
        ("a token of npm or PyPI", r"\b(?:npm_[A-Za-z0-9]{36}|pypi-AgE[\w-]{50,})"),
        ("a private key", r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    )
)
# Millions of numbers, in which such forms occur by chance.
_NUMBERS = ".safetensors"


@dataclass(frozen=True, slots=True)
class ProjectFiles:
    """File names, relative to the project's root: `files` are published, `untracked` would be if git tracked them."""

    files: tuple[str, ...]
    untracked: tuple[str, ...]


def list_files(root: Path, patterns: Sequence[str]) -> ProjectFiles:
    """The files under `root` whose names match one of `patterns` (fnmatch's).

    Raises PublishError if git cannot list its files, or if one of them is a link or is missing.
    """
    listed = _git(root, "ls-files", "-z", "--stage")
    modes = {entry.split("\t", 1)[1]: entry.split(" ", 1)[0] for entry in listed.split("\0") if entry}
    files = tuple(sorted(_matching(modes, patterns)))
    for name in files:
        path = root / name
        linked = path.is_symlink() or not path.resolve().is_relative_to(root.resolve())
        if modes[name] not in _ORDINARY or linked:
            raise PublishError(f"{name} is a link, and no link is published: put the file itself there.")
        if not path.is_file():
            raise PublishError(f"git tracks {name}, but it is not there: restore it, or remove it with `git rm`.")
    others = _git(root, "ls-files", "-z", "--others", "--exclude-standard").split("\0")
    return ProjectFiles(files, tuple(sorted(_matching(others, patterns))))


def refuse_tokens(root: Path, names: Iterable[str]) -> None:
    """Raise PublishError for the first file that holds something in the form of a token, without repeating it."""
    for name in names:
        if name.endswith(_NUMBERS):
            continue
        content = (root / name).read_bytes()
        for kind, form in _TOKENS:
            if found := form.search(content):
                line = content.count(b"\n", 0, found.start()) + 1
                raise PublishError(
                    f"{name} line {line} has the form of {kind}, so nothing was sent: take it out, and revoke it if it "
                    "was ever shown to anybody."
                )


def _matching(names: Iterable[str], patterns: Sequence[str]) -> list[str]:
    return [name for name in names if any(fnmatchcase(name, pattern) for pattern in patterns)]


def _git(root: Path, *arguments: str) -> str:
    command = ["git", "-C", str(root), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  (no shell)
    except FileNotFoundError as error:
        raise PublishError(
            "Publishing asks git which files it tracks, and git is not installed: install it."
        ) from error
    if done.returncode:
        why = (done.stderr.strip().splitlines() or ["no reason given"])[0]
        raise PublishError(f"git cannot list the files in {root} ({why}): publish from a clone of the repository.")
    return done.stdout
