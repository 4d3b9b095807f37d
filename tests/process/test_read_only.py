"""Which files the app opens: only for reading, and none for training."""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.hub_process import ROOT, environment

PROGRAM = """
import os, sys
written, opened = [], set()
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND

def watch(event, arguments):
    if event == "open" and isinstance(arguments[0], str):
        opened.add(os.path.abspath(arguments[0]))
    changes = event in ("os.mkdir", "os.rename", "os.remove", "os.link", "os.symlink")
    if changes or (event == "open" and arguments[2] and arguments[2] & WRITES):
        # torch looks for a place for what it might compile.
        if not str(arguments[0]).startswith((os.environ["TMPDIR"], os.devnull)) and "torchinductor" not in arguments[0]:
            written.append(f"{event} {arguments[0]}")

sys.addaudithook(watch)
from conduct.settings import Settings, apply_library_defaults
apply_library_defaults()
from conduct.answering.engine import Engine
import json
first = Engine(Settings.from_environment()).ask("They laugh at his accent").passages[0].id
answering, has_home = list(written), os.path.exists(os.environ["HOME"])
import app
app.service.engine.text()
print(json.dumps([first, answering, has_home, sorted(opened), sorted(sys.modules)]))
"""


@dataclass(frozen=True)
class Observed:
    """The id of the first passage, what was written until then, whether there is a home directory by then, and all that
    the process opened and imported."""

    first: str
    written: list[str]
    has_home: bool
    opened: list[str]
    modules: list[str]


@pytest.fixture(scope="module")
def observed(tmp_path_factory: pytest.TempPathFactory) -> Observed:
    """A process that asks one question of the bundled text and the packaged encoder, and then builds the app."""
    folder = tmp_path_factory.mktemp("observed")
    home, temporary = folder / "home", folder / "temporary"
    temporary.mkdir()
    environ = environment(home, "http://127.0.0.1:9") | {"HOME": str(home), "TMPDIR": str(temporary)}
    done = subprocess.run(
        [sys.executable, "-B", "-c", PROGRAM], env=environ, cwd=ROOT, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    return Observed(*json.loads(done.stdout.splitlines()[-1]))


def test_an_answer_needs_no_file_that_can_be_written(observed: Observed):
    """Neither beside the code, nor in the home or the current folder."""
    assert observed.first == "diversity-equity-inclusion-2"
    assert observed.written == []
    assert not observed.has_home


def test_what_serves_reads_no_labelled_questions_and_no_training_texts(observed: Observed):
    """They are not sent to a Space; the text and its situations are read."""
    data = ROOT / "conduct" / "data"
    assert str(data / "code_of_conduct.md") in observed.opened
    assert str(data / "situations.jsonl") in observed.opened
    assert [path for path in observed.opened if Path(path).name in ("questions.jsonl", "texts.jsonl")] == []
    assert [path for path in observed.opened if Path(path).is_relative_to(ROOT / "training_data")] == []


def test_what_serves_imports_no_training_evaluation_or_publishing(observed: Observed):
    """Nor the libraries that only these need."""
    assert "conduct.web.server" in observed.modules
    parts = ("conduct.training", "conduct.cli", "matplotlib", "bm25s")
    assert [name for name in observed.modules if name.startswith(parts)] == []
