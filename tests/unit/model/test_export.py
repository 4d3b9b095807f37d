"""An encoder as a folder of sentence-transformers, and read again; tiny, so that it is fast."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch

from conduct.errors import ModelError
from conduct.hub.snapshot import Snapshot
from conduct.model import assemble as assembling
from conduct.model import base_weights, int8, packaged
from conduct.model.assemble import assemble, export, network_of
from conduct.model.remote import RemoteEncoder
from conduct.model.sentence_transformer import SentenceEncoder
from conduct.training import comparison
from tests.support import tiny_encoder

TEXTS = ["an accent", "Is a joke about pizza okay?", "x " * 300, ""]


def test_an_export_is_the_same_each_time(tiny: Path, tmp_path: Path):
    """So publishing an unchanged encoder sends nothing."""
    for name in ("one", "two"):
        export(tmp_path / name, tiny)
    one, two = (
        {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        for folder in (tmp_path / "one", tmp_path / "two")
    )
    assert one == two


def test_engines_and_earlier_versions_of_the_library_read_it(exported: Path):
    """The files have the names and the form that they expect."""
    said = {
        name: json.loads((exported / name).read_text())
        for name in ("sentence_bert_config.json", "1_Pooling/config.json", "modules.json")
    }
    assert said["sentence_bert_config.json"]["max_seq_length"] == packaged.MAX_TOKENS
    assert said["1_Pooling/config.json"] == {"word_embedding_dimension": 32, "pooling_mode_mean_tokens": True}
    assert [module["type"].rsplit(".", 1)[-1] for module in said["modules.json"]] == [
        "Transformer", "Pooling", "Normalize",
    ]  # fmt: skip


@pytest.fixture
def exported(tiny: Path, tmp_path: Path) -> Path:
    """The folder that `export` writes."""
    export(tmp_path / "exported", tiny)
    return tmp_path / "exported"


def test_it_serves_as_the_packaged_one_does(exported: Path, tiny: Path, monkeypatch: pytest.MonkeyPatch):
    """The same vectors and the same identity, so that stored vectors fit both; it needs no package."""
    expected = SentenceEncoder.load(tiny).encode(TEXTS)
    monkeypatch.setattr(base_weights, "packaged_file", lambda: None)
    np.testing.assert_allclose(SentenceEncoder.load(exported).encode(TEXTS), expected, atol=1e-5)
    own = packaged.identity(Snapshot(exported, "ada/conduct-encoder", "a" * 40))
    assert own == packaged.identity(Snapshot(tiny, "packaged", "packaged"))
    assert own.startswith("conduct-encoder@")
    assert not packaged.is_here(exported)
    assert packaged.is_here(tiny)


def test_everybody_can_load_it(exported: Path, tiny: Path):
    """With the library alone: in half precision, with its prompt, of unit length."""
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(exported), device="cpu", local_files_only=True)
    assert model.max_seq_length == packaged.MAX_TOKENS
    vectors, exact = model.encode(TEXTS), SentenceEncoder(assemble(tiny)).encode(TEXTS)
    assert (vectors * exact).sum(axis=1).min() > 0.999
    np.testing.assert_allclose(np.linalg.norm(vectors.astype(np.float32), axis=1), 1, atol=1e-2)


def test_texts_are_cut_alike_and_the_end_is_kept(exported: Path, tiny: Path):
    """By the packaged encoder, by the exported one, and by the one that uses a remote engine."""
    encoders = [SentenceEncoder.load(tiny), SentenceEncoder.load(exported), RemoteEncoder.loader("http://x")(exported)]
    encoders.append(RemoteEncoder.loader("http://x")(tiny))
    for count in range(110, 132):
        (cut,) = {encoder.truncates("ж " * count) for encoder in encoders}
        # Two pieces for each word, two for the prompt, and one at each end.
        assert cut is (2 * count + 4 > packaged.MAX_TOKENS)
    reader = assemble(tiny)[0]
    ids = reader.preprocess(["x " * 300])["input_ids"]
    assert ids.shape == (1, packaged.MAX_TOKENS)
    assert ids[0, -1] == tiny_encoder.PIECES.index("</s>")


def test_padding_changes_nothing(tiny: Path):
    """In training, several texts are read at a time."""
    model = SentenceEncoder(assemble(tiny))
    together = model.encode(TEXTS)
    for text, vector in zip(TEXTS, together, strict=True):
        np.testing.assert_allclose(model.encode([text])[0], vector, atol=1e-5)


def test_an_encoder_that_learnt_nothing_is_the_base(tiny: Path):
    """For training and for comparison."""
    base, learnt = (SentenceEncoder(assemble(folder)).encode(TEXTS) for folder in (None, tiny))
    assert np.abs(base - learnt).max() > 0.01


def test_an_export_that_lost_its_ranges_is_any_model(exported: Path):
    """It runs in float32, with another identity."""
    (exported / packaged.RANGES_FILE).unlink()
    assert packaged.identity(Snapshot(exported, "ada/model", "abc")) == "ada/model@abc"
    assert SentenceEncoder.load(exported).encode(["an accent"]).shape == (1, 32)


def test_ranges_beside_another_model_are_refused(exported: Path, tmp_path: Path):
    """If somebody copied the file."""
    other = tmp_path / "minilm"
    shutil.copytree(comparison.minilm_folder(), other)
    shutil.copy(exported / packaged.RANGES_FILE, other)
    with pytest.raises(ModelError, match=r"^input_ranges\.safetensors belongs to another encoder"):
        SentenceEncoder.load(other)


def test_a_network_that_is_no_bert_is_refused_with_ranges(exported: Path, monkeypatch: pytest.MonkeyPatch):
    """Its parts have other names."""
    monkeypatch.setattr(assembling, "network_of", lambda model: torch.nn.Linear(2, 2))
    with pytest.raises(ModelError, match=r"^input_ranges\.safetensors belongs to another encoder: remove it"):
        SentenceEncoder.load(exported)


def test_the_network_that_trains_is_float32_and_served_in_int8(tiny: Path):
    """Only serving loses precision."""
    assert {layer.weight.dtype.itemsize for _, layer in int8.linear_layers(network_of(assemble(tiny)))} == {4}


def test_a_model_is_loaded_without_a_word(exported: Path, tiny: Path, capfd: pytest.CaptureFixture[str]):
    """A user of the command line sees only the answer, and no progress bar."""
    for folder in (tiny, exported):
        SentenceEncoder.load(folder)
    assert capfd.readouterr() == ("", "")
