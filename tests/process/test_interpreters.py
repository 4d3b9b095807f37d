"""The Pythons that pyproject.toml promises."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.paths import ROOT


def interpreter(version: str) -> str | None:
    """A Python of that version that runs: on the path, or as pyenv keeps it beside the one that is chosen."""
    kept = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python"))
    found = [shutil.which(f"python{version}"), *map(str, kept)]
    works = (path for path in found if path and not subprocess.run([path, "-c", ""], capture_output=True).returncode)
    return next(works, None)


@pytest.mark.parametrize("version", ["3.11", "3.12", "3.13"])
def test_every_module_compiles_without_a_warning(version: str, tmp_path: Path):
    """A syntax that is new, or that a later Python warns of, would end the app at its start."""
    python = interpreter(version)
    if python is None:
        pytest.skip(f"there is no Python {version}")
    command = [python, "-W", "error", "-m", "compileall", "-q", "-f", "conduct", "app.py"]
    done = subprocess.run(
        command, cwd=ROOT, env={"PYTHONPYCACHEPREFIX": str(tmp_path)}, capture_output=True, text=True
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
