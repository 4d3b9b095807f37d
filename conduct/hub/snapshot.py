"""A local folder and where it came from: all that the rooms above see of the Hub."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

BUNDLED = "bundled"
PACKAGED = "packaged"
LOCAL = "local"


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A local folder and where it came from.

    `name` is a Hub id, the name of a folder, BUNDLED or PACKAGED; `revision` a full commit hash, the same word
    as `name`, LOCAL for a folder of data, or the hash of the weights for a folder with a model. `fallback_reason` says
    why a better source was not used, in one sentence, or is ""; `url` is where people can look at it, or "";
    `is_remote` is whether another machine runs the model; `text_file` names the text's file where the owner did;
    links in `folder` may lead as far as `links_within`, by default no further than `folder`; `day` is that of the
    commit, where the Hub said it.
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
