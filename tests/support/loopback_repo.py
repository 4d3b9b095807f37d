"""A repository of the loopback Hub, and the identifiers of its files in git and on the Hub."""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

Files = dict[str, bytes]


@dataclass
class Repo:
    """One repository: its commits, the newest last, and its settings."""

    commits: dict[str, Files] = field(default_factory=dict)
    private: bool = False
    variables: dict[str, str] = field(default_factory=dict)

    @property
    def head(self) -> str:
        """The commit of main."""
        return next(reversed(self.commits), "0" * 40)

    @property
    def files(self) -> Files:
        """The files of main."""
        return self.commits.get(self.head, {})

    def push(self, files: Files) -> str:
        """Make a commit with exactly these files; returns its hash."""
        commit = commit_of(files)
        self.commits.pop(commit, None)
        self.commits[commit] = files
        return commit


def files_of(folder: Path) -> Files:
    """All files of a folder."""
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def commit_of(source: Path | Files) -> str:
    """40 hex digits that change with the content."""
    files = files_of(source) if isinstance(source, Path) else source
    digest = hashlib.sha1()
    for name, content in sorted(files.items()):
        digest.update(name.encode() + b"\0" + content + b"\0")
    return digest.hexdigest()


def large(path: str) -> bool:
    """Whether a file is stored in LFS, as the Hub's .gitattributes says."""
    return path.endswith(".safetensors")


def etag(path: str, data: bytes) -> str:
    """The Hub's identifier of a file."""
    return hashlib.sha256(data).hexdigest() if large(path) else blob(data)


def blob(data: bytes) -> str:
    """Git's identifier of a file."""
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()
