"""The Python versions that pyproject.toml promises."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.support.paths import ROOT

VERSIONS = pytest.mark.parametrize("version", ["3.11", "3.12", "3.13"])
# These come with the builds of torch for Linux in the usual index, as README.md says.
CUDA = ("nvidia-", "cuda-", "triton")


def interpreter(version: str) -> str | None:
    """A working Python of that version: on the path, or one of pyenv's that is not selected."""
    kept = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python"))
    found = [shutil.which(f"python{version}"), *map(str, kept)]
    works = (path for path in found if path and not subprocess.run([path, "-c", ""], capture_output=True).returncode)
    return next(works, None)


def wanted(version: str) -> str:
    """The path of that Python, or a skip that says that it is missing."""
    python = interpreter(version)
    if python is None:
        pytest.skip(f"there is no Python {version}")
    return python


@VERSIONS
def test_every_module_compiles_without_a_warning(version: str, tmp_path: Path):
    """New syntax, or syntax that a later Python warns of, would end the app at its start."""
    python = wanted(version)
    command = [python, "-W", "error", "-m", "compileall", "-q", "-f", "conduct", "app.py"]
    done = subprocess.run(
        command, cwd=ROOT, env={"PYTHONPYCACHEPREFIX": str(tmp_path)}, capture_output=True, text=True
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.skipif(not os.environ.get("CI"), reason="asks the package index for a minute: set CI=true to run it")
@VERSIONS
def test_pip_installs_the_lock_and_nothing_else(version: str, tmp_path: Path):
    """Each line has a wheel for this Python, and their dependencies are other lines; except CUDA, which comes with
    torch."""
    report = tmp_path / "report.json"
    command = [
        wanted(version), "-m", "pip", "install", "--dry-run", "--ignore-installed", "--only-binary", ":all:",
        "--quiet", "--report", str(report), "-r", "requirements.txt",
    ]  # fmt: skip
    done = subprocess.run(command, cwd=ROOT, env=os.environ | {"PIP_RETRIES": "1"}, capture_output=True, text=True)
    if done.returncode and "connection" in done.stderr.lower():
        pytest.skip("no package index can be reached")
    assert done.returncode == 0, done.stderr
    lines = [line.partition("#")[0].strip() for line in (ROOT / "requirements.txt").read_text().splitlines()]
    needs = [Requirement(line) for line in lines if line]
    locked = {
        canonicalize_name(need.name): str(need.specifier).removeprefix("==")
        for need in needs
        if need.marker is None or need.marker.evaluate({"python_version": version})
    }
    brought = {
        canonicalize_name(one["metadata"]["name"]): one["metadata"]["version"].partition("+")[0]
        for one in json.loads(report.read_text())["install"]
    }
    assert {name: said for name, said in brought.items() if not name.startswith(CUDA)} == locked
