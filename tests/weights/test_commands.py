"""The commands for developers, on a folder of a few lines with a tiny encoder."""

import json
from pathlib import Path

import pytest

from conduct.cli.parser import main
from conduct.dataset.files import QUESTIONS_FILE, SITUATIONS_FILE, TEXT_FILE, VECTORS_FILE
from conduct.hub import find_dataset
from conduct.hub.snapshot import BUNDLED, Snapshot
from conduct.model import adapter
from conduct.training import batches
from tests.support import small_materials


@pytest.fixture
def folder(tmp_path: Path, tiny: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A text of two passages, four situations and four questions, as the default of the commands."""
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / TEXT_FILE).write_text(small_materials.TEXT)
    rows = {
        SITUATIONS_FILE: [(small_materials.ACCENT, "words-1"), (small_materials.JOKE, "words-1"),
                          (small_materials.SLOT, "chances-1"), (small_materials.PIZZA, "")],
        QUESTIONS_FILE: [("my accent is laughed at", "words-1"), ("the same speakers get the slots", "chances-1"),
                         ("where to eat", ""), ("which GPU to buy", "")],
    }  # fmt: skip
    for name, lines in rows.items():
        texts = [{"text": text, "passages": {passage: 2} if passage else {}} for text, passage in lines]
        (folder / name).write_text("".join(json.dumps(line) + "\n" for line in texts))
    monkeypatch.setattr(find_dataset, "bundled_dataset", lambda *_: Snapshot(folder, BUNDLED, BUNDLED))
    monkeypatch.setattr(batches, "OWN_BATCHES", 2)
    monkeypatch.setenv("CONDUCT_DATASET", str(folder))
    monkeypatch.setenv("CONDUCT_MODEL", str(tmp_path / "learnt"))
    return folder


def test_train_build_and_evaluate_follow_each_other(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture):
    """Each writes what the next one reads; a second training continues from the first."""
    learnt, written = tmp_path / "learnt", small_materials.write(tmp_path / "m")
    place = ["--materials", str(written), "--checkpoint", str(tmp_path / "checkpoint")]
    assert main(["train", *place, str(learnt)]) == 0
    said = capsys.readouterr().out
    assert said.startswith(f"Wrote {learnt}: conduct-encoder@")
    assert said.endswith(". Now run `python -m conduct build`.\n")
    further = tmp_path / "further"
    assert main(["train", *place, "--from", str(learnt), str(further)]) == 0
    assert capsys.readouterr().out.startswith(f"Wrote {further}: conduct-encoder@")
    assert (further / adapter.FILE).read_bytes() != (learnt / adapter.FILE).read_bytes()
    assert main(["build", str(folder)]) == 0
    assert capsys.readouterr().out.startswith(f"Wrote {folder / VECTORS_FILE}: 2 passages, 4 situations; covered from ")
    assert main(["evaluate", "--json", "--plot", str(folder / "figure.png")]) == 0
    measured = json.loads(capsys.readouterr().out)["report"]
    assert (measured["split"], measured["in_scope"], measured["silent"]) == ("test", 2, 2)
    assert [row["system"] for row in measured["rows"]][:4] == [
        "BM25", "plain all-MiniLM-L6-v2", "multilingual-e5-small as published", "conduct's encoder, own words only",
    ]  # fmt: skip
    assert measured["rows"][-1]["system"] == "conduct"
    assert (folder / "figure.png").is_file()


def test_materials_that_cannot_be_read_are_one_sentence(folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture):
    """Before anything is learnt."""
    assert main(["train", "--materials", str(tmp_path / "none"), str(tmp_path / "learnt")]) == 3
    assert capsys.readouterr().err == (
        f"{tmp_path / 'none'} cannot be read (FileNotFoundError): see its README for its files.\n"
    )
