"""The commands that developers run, on a folder of a few lines with the real model."""

import json
from pathlib import Path

import pytest

from conduct.cli.parser import main
from conduct.dataset.files import ADAPTER_FILE, QUESTIONS_FILE, SITUATIONS_FILE, TEXT_FILE, VECTORS_FILE
from conduct.hub import find_model
from conduct.hub.snapshot import Snapshot


@pytest.fixture
def folder(tmp_path: Path, model: Snapshot, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A text of two passages, eight situations and four questions, which the commands take by default."""
    (tmp_path / TEXT_FILE).write_text("## Words\n\nNo accent is wrong.\n\n## Chances\n\nEach slot is fair.\n")
    rows = {
        SITUATIONS_FILE: [("he mocks my accent", "words-1"), ("they laugh at how I speak", "words-1"),
                          ("his friends get each slot", "chances-1"), ("who gets to speak is unfair", "chances-1"),
                          ("best pizza in town", ""), ("how do I install torch", "")],
        QUESTIONS_FILE: [("my accent is laughed at", "words-1"), ("the same speakers get the slots", "chances-1"),
                         ("where to eat", ""), ("which GPU to buy", "")],
    }  # fmt: skip
    for name, lines in rows.items():
        texts = [{"text": text, "passages": {passage: 2} if passage else {}} for text, passage in lines]
        (tmp_path / name).write_text("".join(json.dumps(line) + "\n" for line in texts))
    monkeypatch.setenv("CONDUCT_DATASET", str(tmp_path))
    monkeypatch.setattr(find_model, "find_model", lambda settings: model)
    return tmp_path


def test_train_build_and_evaluate_follow_each_other(folder: Path, capsys: pytest.CaptureFixture):
    """Each writes what the next one reads, and says so."""
    assert main(["train", str(folder)]) == 0
    assert capsys.readouterr().out == (
        f"Wrote {folder / ADAPTER_FILE}: 36 updates from 6 texts. Now run `python -m conduct build`.\n"
    )
    assert main(["build", str(folder)]) == 0
    assert capsys.readouterr().out.startswith(f"Wrote {folder / VECTORS_FILE}: 2 passages, 6 situations; covered from ")
    assert main(["evaluate", "--json", "--plot", str(folder / "figure.png")]) == 0
    measured = json.loads(capsys.readouterr().out)["report"]
    assert (measured["split"], measured["in_scope"], measured["silent"]) == ("test", 2, 2)
    assert [row["system"] for row in measured["rows"]][-2:] == ["without the adapter", "conduct"]
    assert (folder / "figure.png").is_file()


def test_a_folder_without_situations_cannot_be_trained_on(tmp_path: Path, capsys: pytest.CaptureFixture):
    """One sentence."""
    (tmp_path / TEXT_FILE).write_text("## Words\n\nNo accent is wrong.\n")
    assert main(["train", str(tmp_path)]) == 3
    assert capsys.readouterr().err == (f"{tmp_path} has no situations to learn from: write {SITUATIONS_FILE} first.\n")
