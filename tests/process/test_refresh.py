"""The text is swapped while questions are asked, with the unpatched client and a Hub on this machine."""

import json
import subprocess
import sys
from pathlib import Path

from conduct.answering.engine import Engine
from conduct.hub.snapshot import Snapshot
from conduct.settings import Settings
from tests.fakes import WordEncoder
from tests.support.hub_process import ROOT, environment
from tests.support.loopback_hub import LoopbackHub

SWAPS = 10


def text(version: int) -> dict[str, bytes]:
    """A text with its number."""
    situations = b'{"text": "an accent", "passages": {"ours-1": 2}}\n{"text": "pizza", "passages": {}}\n'
    words = f"## Ours\n\nNo accent is wrong, says version {version}.\n"
    return {"code_of_conduct.md": words.encode(), "situations.jsonl": situations}


def test_two_thousand_questions_across_ten_swaps(tmp_path: Path):
    """None is lost, none fails, and each answer has the text of the revision that it names."""
    with LoopbackHub() as served:
        versions = {served.push("dataset", "ada/code", text(0)): "No accent is wrong, says version 0."}
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.load_child", str(SWAPS)],
            env=environment(tmp_path, served.url),
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        for version in range(1, SWAPS + 1):
            assert process.stdout.readline() == "next\n"
            commit = served.push("dataset", "ada/code", text(version))
            versions[commit] = f"No accent is wrong, says version {version}."
        told = json.loads(process.stdout.readline())
        assert process.wait(timeout=60) == 0
        process.stdout.close()
    assert told["failed"] == []
    assert told["asked"] == told["answered"]
    assert told["answered"] >= 2000
    assert dict(told["seen"]) == versions
    assert len(told["seen"]) == SWAPS + 1


def test_a_question_that_has_begun_is_answered_from_the_text_it_began_with(tmp_path: Path):
    """And the next one from the new text."""

    def reader(version: int):
        folder = tmp_path / str(version)
        folder.mkdir()
        for name, content in text(version).items():
            (folder / name).write_bytes(content)
        model = Snapshot(tmp_path, "words", "local")
        engine = Engine(Settings(dataset=str(folder)), lambda settings: model, lambda path: WordEncoder())
        return engine, engine.answerer()

    (engine, begun), (_, other) = reader(1), reader(2)
    engine.swap(other)
    assert begun.answer(["accent"], 1)[0].passages[0].text == "No accent is wrong, says version 1."
    assert engine.ask("accent").passages[0].text == "No accent is wrong, says version 2."
    assert engine.text().source.dataset == "2"
