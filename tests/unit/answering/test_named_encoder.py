"""If a configured encoder cannot be used, the packaged one is, and each answer has the reason."""

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from conduct.answering.engine import Engine
from conduct.dataset.files import SITUATIONS_FILE, TEXT_FILE
from conduct.errors import ModelError
from conduct.model import adapter, base_weights, int8, packaged
from conduct.model.assemble import export
from conduct.ranking import any_code
from conduct.settings import Settings
from tests.support import tiny_encoder

TRAIN = "make it anew with `python -m conduct train`"


@pytest.fixture
def text(tmp_path: Path) -> Path:
    """A text of one passage."""
    (tmp_path / "text").mkdir()
    (tmp_path / "text" / TEXT_FILE).write_text("## Ours\n\nNo accent is wrong.\n\nNo joke is fair.\n", encoding="utf-8")
    rows = '{"text": "an accent", "passages": {"ours-1": 2}}\n{"text": "pizza", "passages": {}}\n'
    (tmp_path / "text" / SITUATIONS_FILE).write_text(rows)
    return tmp_path / "text"


@pytest.fixture
def named(tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the packaged encoder, which is tiny here, as the configured model."""
    monkeypatch.setattr(packaged, "FOLDER", tiny)
    return Path(shutil.copytree(tiny, tmp_path / "named"))


def cut(name: str) -> Callable[[Path], None]:
    """Cut a file in half."""

    def change(folder: Path) -> None:
        (folder / name).write_bytes((folder / name).read_bytes()[:200])

    return change


def foreign_adapter(folder: Path) -> None:
    """An adapter for another base."""
    adapter.save(tiny_encoder.updates(), folder, "other base weights")


def new_adapter(folder: Path) -> None:
    """A new adapter beside the old files."""
    adapter.save(tiny_encoder.updates(seed=2), folder, base_weights.SHA256)


def no_ranges(folder: Path) -> None:
    """The ranges are missing."""
    (folder / packaged.RANGES_FILE).unlink()


def foreign_numbers(folder: Path) -> None:
    """The curves for any code were fitted for another encoder."""
    any_code.save(tiny_encoder.ANY_CODE, folder / any_code.FILE, "conduct-encoder@0123456789abcdef")


def other_export(folder: Path) -> None:
    """An exported encoder with the ranges of another network."""
    tiny = Path(shutil.copytree(folder, folder.with_name("copy")))
    shutil.rmtree(folder)
    export(folder, tiny)
    int8.save({"layer": np.ones(3, np.float32)}, folder / packaged.RANGES_FILE, "conduct-encoder@0123456789abcdef")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (cut(adapter.FILE), f"adapter_model.safetensors or adapter_config.json is damaged: {TRAIN}"),
        (cut(packaged.RANGES_FILE), "input_ranges.safetensors is damaged or missing: download the encoder again"),
        (cut(packaged.GLANCE_FILE), f"glance.safetensors is damaged: {TRAIN}"),
        (cut(any_code.FILE), f"any_code.safetensors is damaged: {TRAIN}"),
        (foreign_adapter, f"adapter_model.safetensors was learnt for other base weights: {TRAIN}"),
        (new_adapter, f"input_ranges.safetensors belongs to another encoder: {TRAIN}"),
        (no_ranges, "input_ranges.safetensors is damaged or missing: download the encoder again"),
        (foreign_numbers, f"any_code.safetensors was fitted for another encoder or version: {TRAIN}"),
        (other_export, f"input_ranges.safetensors belongs to another encoder: {TRAIN}"),
    ],
)  # fmt: skip
def test_a_damaged_foreign_or_stale_file_is_named_and_the_packaged_encoder_serves(
    named: Path, text: Path, caplog: pytest.LogCaptureFixture, change: Callable[[Path], None], reason: str
):
    """In one sentence, in the source of an answer and in the log; the text is not blamed for it."""
    change(named)
    engine = Engine(Settings(dataset=str(text), model=str(named)))
    source = engine.ask("an accent").source
    assert (source.dataset, source.model, source.model_revision) == ("text", "packaged", "packaged")
    assert source.fallback_reason == f"{named} was not used: {reason}."
    assert f"The model is packaged at packaged. {source.fallback_reason}" in caplog.text


def test_one_that_can_be_used_serves(named: Path, text: Path):
    """Under its own name, without a reason."""
    source = Engine(Settings(dataset=str(text), model=str(named))).ask("an accent").source
    assert (source.model, source.fallback_reason) == ("named", "")


def test_the_packaged_encoder_has_none_to_fall_back_on(
    tiny: Path, text: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    """A question gets one sentence, the log has the reason."""
    monkeypatch.setattr(packaged, "FOLDER", tiny)
    foreign_adapter(tiny)
    with pytest.raises(ModelError, match="tell the owner"):
        Engine(Settings(dataset=str(text))).ask("an accent")
    assert f"adapter_model.safetensors was learnt for other base weights: {TRAIN}." in caplog.text
