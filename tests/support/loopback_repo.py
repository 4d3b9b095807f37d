"""A repository of the loopback Hub, and what git and the Hub know its files by."""

import hashlib
from dataclasses import dataclass, field
from pathlib import Path

Files = dict[str, bytes]


@dataclass
class Repo:
    """One repository: its commits, the newest last, and what its settings say."""

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
        """A new commit with these files, and no others."""
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
    """Whether a file is stored by its sha256, as the Hub's .gitattributes has it."""
    return path.endswith(".safetensors")


def etag(path: str, data: bytes) -> str:
    """What the Hub knows a file by."""
    return hashlib.sha256(data).hexdigest() if large(path) else blob(data)


def blob(data: bytes) -> str:
    """What git knows a file by."""
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()
