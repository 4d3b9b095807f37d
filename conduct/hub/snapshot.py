"""A local folder and where it came from: all that the packages above see of the Hub."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

BUNDLED = "bundled"
PACKAGED = "packaged"
LOCAL = "local"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A local folder and where it came from.

    `name` is a Hub id, the name of a folder, BUNDLED or PACKAGED. `revision` is a full commit hash, BUNDLED, PACKAGED,
    LOCAL for a folder with data, or the hash of the weights for a folder with a model. `fallback_reason` says in one
    sentence why the preferred source was not used, or is "". `url` is its web address, or "". `is_remote` is whether
    another machine runs the model. `text_file` is the name of the text's file, if the owner set a file. Links in
    `folder` may lead as far as `links_within`, by default no further than `folder`. `day` is the date of the commit, if
    the Hub gave it.
    """

    folder: Path
    name: str
    revision: str
    fallback_reason: str = ""
    url: str = ""
    is_remote: bool = False
    text_file: str = ""
    links_within: Path | None = None
    day: date | None = None
