"""A file system that is only read."""

import json
import subprocess
import sys
from pathlib import Path

from tests.support.hub_process import ROOT, environment

PROGRAM = """
import os, sys
written = []
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND

def watch(event, arguments):
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
print(json.dumps([first, written]))
"""


def test_an_answer_needs_no_file_that_can_be_written(tmp_path: Path):
    """From the bundled text and the packaged encoder; neither beside the code nor in a home or where it runs."""
    home, temporary = tmp_path / "home", tmp_path / "temporary"
    temporary.mkdir()
    environ = environment(home, "http://127.0.0.1:9") | {"HOME": str(home), "TMPDIR": str(temporary)}
    done = subprocess.run(
        [sys.executable, "-B", "-c", PROGRAM], env=environ, cwd=ROOT, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    first, written = json.loads(done.stdout)
    assert first == "diversity-equity-inclusion-2"
    assert written == []
    assert not home.exists()
