"""Models that are more than numbers."""

import json
import pickle
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from conduct.answering.engine import Engine
from conduct.errors import ModelError
from conduct.model.sentence_transformer import SentenceEncoder
from conduct.settings import Settings
from conduct.training import comparison


class Trap:
    """Leaves a mark when it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple:
        return Path.touch, (self.mark,)


@pytest.fixture
def mark(tmp_path: Path) -> Path:
    """A file that exists if code of the model was run."""
    return tmp_path / "mark"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of a small model with a link to its weights, which have 90 MB and must not be written to."""
    weights, source = "model.safetensors", comparison.minilm_folder()
    folder = Path(shutil.copytree(source, tmp_path / "model", ignore=shutil.ignore_patterns(weights)))
    (folder / weights).symlink_to(source / weights)
    return folder


def add_module(folder: Path, **module: str) -> None:
    """Add a module to the model."""
    modules = json.loads((folder / "modules.json").read_text())
    modules.append({"idx": len(modules), "name": str(len(modules))} | module)
    (folder / "modules.json").write_text(json.dumps(modules))


def only_pickled(folder: Path, trap: bytes) -> None:
    """Only pickled weights, as in old models."""
    (folder / "model.safetensors").unlink()
    (folder / "pytorch_model.bin").write_bytes(trap)


def pickled_module(folder: Path, trap: bytes) -> None:
    """The transformer is in safetensors, but a layer after it is not."""
    add_module(folder, path="3_Dense", type="sentence_transformers.models.Dense")
    (folder / "3_Dense").mkdir()
    (folder / "3_Dense" / "config.json").write_text('{"in_features": 384, "out_features": 8}')
    (folder / "3_Dense" / "pytorch_model.bin").write_bytes(trap)


def pickled_adapter(folder: Path, trap: bytes) -> None:
    """An adapter that is loaded with the model if PEFT is installed."""
    (folder / "adapter_config.json").write_text("{}")
    (folder / "adapter_model.bin").write_bytes(trap)


def foreign_module(folder: Path, trap: bytes) -> None:
    """An installed library that reads pickles, and one with a harmless name."""
    add_module(folder, path="notes.txt", type="joblib.numpy_pickle")
    (folder / "notes.txt").write_bytes(trap)


def hidden_module(folder: Path, trap: bytes) -> None:
    """The same, through a library that is allowed."""
    add_module(folder, path="notes.txt", type="sentence_transformers.base.model.pickle")
    (folder / "notes.txt").write_bytes(trap)


def own_module(folder: Path, trap: bytes) -> None:
    """A Python file in the model's folder."""
    add_module(folder, path="", type="mine.Mine")
    (folder / "trap").write_bytes(trap)
    (folder / "mine.py").write_text(f"import pickle\npickle.load(open({str(folder / 'trap')!r}, 'rb'))\n")


def own_architecture(folder: Path, trap: bytes) -> None:
    """The same for the transformer itself, which only its library can detect."""
    config = json.loads((folder / "config.json").read_text())
    config |= {"model_type": "mine", "auto_map": {"AutoConfig": "mine.Mine", "AutoModel": "mine.Mine"}}
    (folder / "config.json").write_text(json.dumps(config))
    own_module(folder, trap)
    (folder / "modules.json").unlink()


def outside_path(folder: Path, trap: bytes) -> None:
    """A module in another folder."""
    (folder.parent / "outside").mkdir()
    add_module(folder, path="../outside", type="sentence_transformers.models.Pooling")


def no_list(folder: Path, trap: bytes) -> None:
    """A list that is nested too deeply for the parser."""
    (folder / "modules.json").write_text("[" * 100_000)


def truncated(folder: Path, trap: bytes) -> None:
    """Half of the weights."""
    weights = folder / "model.safetensors"
    half = weights.read_bytes()[:1_000]
    weights.unlink()
    weights.write_bytes(half)


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (only_pickled, "has no .safetensors file, and other weight formats can run code: name a model"),
        (pickled_module, "has 3_Dense/pytorch_model.bin with no .safetensors file beside it"),
        (pickled_adapter, "has adapter_model.bin with no .safetensors file beside it"),
        (foreign_module, "asks for code of its own (joblib.numpy_pickle), which is never run"),
        (hidden_module, "asks for code of its own (sentence_transformers.base.model.pickle), which is never run"),
        (own_module, "asks for code of its own (mine.Mine), which is never run"),
        (own_architecture, "does not load (ValueError): download it again, or name another."),
        (outside_path, "does not load (ValueError): download it again, or name another."),
        (no_list, "modules.json of the model in"),
        (truncated, "does not load (SafetensorError): download it again, or name another."),
    ],
)
def test_a_model_with_anything_but_numbers_is_refused(folder: Path, mark: Path, change: Callable, reason: str):
    """With one sentence that says what to do; none of its code has run."""
    change(folder, pickle.dumps(Trap(mark)))
    with pytest.raises(ModelError) as refused:
        SentenceEncoder.load(folder)
    assert reason in str(refused.value)
    assert "\n" not in str(refused.value)
    assert not mark.exists()


def test_pickled_weights_beside_safetensors_are_left_alone(folder: Path, mark: Path):
    """Many models have both."""
    (folder / "pytorch_model.bin").write_bytes(pickle.dumps(Trap(mark)))
    vector = SentenceEncoder.load(folder).encode(["This is an example sentence"])[0]
    assert vector[:3] == pytest.approx([0.0676, 0.0635, 0.0487], abs=2e-4)
    assert not mark.exists()


def test_who_sets_such_a_model_reads_why_it_was_not_used(folder: Path, mark: Path, caplog):
    """The packaged encoder is used; the source of an answer and the log say why."""
    only_pickled(folder, pickle.dumps(Trap(mark)))
    source = Engine(Settings(model=str(folder))).ask("Is this okay?").source
    assert source.model == "packaged"
    assert source.fallback_reason == (
        f"{folder} was not used: The model folder {folder} has no .safetensors file, and other weight formats can run "
        "code: name a model that has its weights as safetensors."
    )
    assert source.fallback_reason in caplog.text
    assert not mark.exists()
