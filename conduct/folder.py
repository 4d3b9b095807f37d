"""Whether the files of a dataset folder may be read: ordinary files of its own, and not too large."""

from collections.abc import Mapping
from pathlib import Path

from conduct.errors import DataError


def check_files(folder: Path, most_bytes: Mapping[str, int]) -> None:
    """Raise DataError, in one sentence, for the first of the named files that may not be read; any may be missing.

    A folder from elsewhere may hold a link to a file of this machine, which would then stand on a public page.
    """
    # The Hub's cache keeps files as links from snapshots/<commit>/ to blobs/.
    root = folder.parent.parent if folder.parent.name == "snapshots" else folder
    for name, most in most_bytes.items():
        path = folder / name
        try:
            if not path.exists():
                continue
            inside = path.resolve().is_relative_to(root.resolve())
            size = path.stat().st_size
        except (OSError, RuntimeError) as error:
            raise DataError(f"{name} cannot be read ({type(error).__name__}): put the file itself there.") from error
        if not inside:
            raise DataError(f"{name} is a link that leads out of its folder: put the file itself there.")
        if not path.is_file():
            raise DataError(f"{name} is not a file: put one there or remove it.")
        if size > most:
            raise DataError(f"{name} may have {most:,} bytes, this one has {size:,}: publish a shorter one.")
