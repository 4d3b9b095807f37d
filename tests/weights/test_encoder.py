"""The packaged encoder, with its real weights."""

from pathlib import Path

import numpy as np
import pytest
import torch
from sentence_transformers import SentenceTransformer

from conduct.answering.dataset_revision import DatasetRevision
from conduct.hub.snapshot import Snapshot
from conduct.model import base_weights, packaged
from conduct.model.assemble import assemble, export, network_of
from conduct.model.base_weights import BaseWeights
from conduct.model.packing import Packed
from conduct.model.sentence_transformer import SentenceEncoder
from conduct.model.tokenizer import PieceTokenizer, exported
from conduct.training.materials import FOLDER, read_rows

TEXTS = [
    "May I joke about his accent?",
    "¿Puedo bromear sobre su acento?",
    "Darf ich über seinen Akzent scherzen?",
    "他の訛りを笑ってもいいですか",
    "我可以拿他的口音开玩笑吗？",
    "هل يمكنني المزاح بشأن لهجته؟",
    "क्या मैं उसके लहजे पर मज़ाक कर सकता हूँ?",
    "Можно ли шутить над его акцентом?",
    "he was " + "very " * 60 + "rude",
]


@pytest.fixture(scope="module")
def base() -> BaseWeights:
    """The base weights."""
    return base_weights.read(packaged.base_file())


@pytest.fixture(scope="module")
def tokenizer(base: BaseWeights) -> PieceTokenizer:
    """The tokenizer that serves."""
    return PieceTokenizer(base)


def test_the_tokenizer_is_that_of_the_base_model(base: BaseWeights, tokenizer: PieceTokenizer):
    """The ids of two words are published."""
    assert tokenizer.ids("Hello world") == [0, 35378, 8999, 2]
    assert len(base.pieces) == 250_002


def test_the_exported_tokenizer_cuts_texts_likewise(
    base: BaseWeights, tokenizer: PieceTokenizer, dataset: DatasetRevision
):
    """Each labelled question in English and ten other languages, and each passage."""
    is_exported = exported(base)
    texts = [question.text for question in dataset.read_questions()] + [p.text for p in dataset.code.passages]
    texts += [row["text"] for row in read_rows(FOLDER / "dev_languages.jsonl")]
    assert len(texts) > 1_500
    for text in texts:
        assert tokenizer.ids(text) == is_exported.encode(text).ids


@pytest.mark.parametrize("letter", ["!", "a ", "ü ", "각 "])
def test_a_text_is_cut_where_its_words_are_more_than_the_model_reads(
    encoder: SentenceEncoder, tokenizer: PieceTokenizer, letter: str
):
    """At each length around the limit: the tokenizer decides, not an estimate from the number of letters."""
    found = set()
    for times in range(60, 290):
        words = len(tokenizer.ids(packaged.PROMPT + letter * times))
        assert encoder.truncates(letter * times) is (words > packaged.MAX_TOKENS)
        found.add(words > packaged.MAX_TOKENS)
    assert True in found or letter == "!"
    assert False in found


def test_int8_moves_the_vectors_hardly_in_any_language(encoder: SentenceEncoder):
    """Compared with the same weights in float32."""
    exact = SentenceEncoder(assemble(packaged.FOLDER)).encode(TEXTS)
    cosines = (exact * encoder.encode(TEXTS)).sum(axis=1)
    assert cosines.mean() > 0.99
    assert cosines.min() > 0.97


def test_an_answer_does_not_depend_on_who_else_asks(encoder: SentenceEncoder):
    """Bit for bit: alone, in a batch, in another order."""
    together = encoder.encode(TEXTS)
    for text, vector in zip(TEXTS, together, strict=True):
        np.testing.assert_array_equal(encoder.encode([text])[0], vector)
    np.testing.assert_array_equal(encoder.encode(TEXTS[::-1])[::-1], together)


def test_the_same_question_in_other_languages_lies_near_the_english_one(encoder: SentenceEncoder):
    """Nearer than another question in English."""
    asked, other = encoder.encode(TEXTS[:8]), encoder.encode(["Where do I book a hall for the meetup?"])
    assert (asked[1:] @ asked[0]).min() > (other @ asked[0]).max()


def test_an_exported_encoder_is_the_packaged_one(encoder: SentenceEncoder, tmp_path: Path):
    """Its vectors and its identity; and everybody can load it."""
    export(tmp_path / "exported")
    served = SentenceEncoder.load(tmp_path / "exported").encode(TEXTS)
    np.testing.assert_allclose(served, encoder.encode(TEXTS), atol=1e-5)
    exported = Snapshot(tmp_path / "exported", "ada/conduct-encoder", "a" * 40)
    assert packaged.identity(exported) == packaged.identity(packaged.snapshot())
    plain = SentenceTransformer(str(tmp_path / "exported"), device="cpu", local_files_only=True)
    assert (plain.encode(TEXTS) * served).sum(axis=1).min() > 0.97


@pytest.mark.skipif(not Path("/proc/self/smaps").exists(), reason="needs Linux")
def test_the_file_with_the_base_weights_does_not_stay_in_memory(model: Snapshot):
    """Its 72 MB are mapped; of what was read while the network was built, hardly anything is kept."""
    SentenceEncoder.load(model.folder)
    mapped, kept = 0, 0
    of_ours = False
    for line in Path("/proc/self/smaps").read_text(encoding="utf-8").splitlines():
        if "-" in line.split(maxsplit=1)[0]:
            of_ours = line.endswith(base_weights.FILE)
        elif of_ours and line.startswith(("Size:", "Rss:")):
            kilobytes = int(line.split()[1])
            mapped, kept = mapped + kilobytes * line.startswith("Size"), kept + kilobytes * line.startswith("Rss")
    assert mapped >= 70_000
    assert kept < mapped / 4


def test_a_model_is_loaded_without_a_word(model: Snapshot, capfd: pytest.CaptureFixture[str]):
    """A user of the command line sees only the answer, and no progress bar."""
    SentenceEncoder.load(model.folder)
    assert capfd.readouterr() == ("", "")


def test_what_torch_recorded_reads_texts_of_all_lengths(encoder: SentenceEncoder):
    """The trace gives the vectors of the network itself, for any length of text."""
    texts = ["accent " * count for count in (0, 1, 2, 3, 5, 8, 13, 50, 100, 200, 300)]
    reader, untraced = encoder._reader, Packed(network_of(encoder._model))
    with torch.inference_mode():
        means = torch.cat([untraced(*reader._packed([ids])) for ids in reader._ids(texts)])
    assert np.array_equal(encoder.encode(texts), torch.nn.functional.normalize(means, dim=1).numpy())
