"""requirements.txt is what follows from the dependencies in pyproject.toml, and nothing else."""

import tomllib
from importlib.metadata import PackageNotFoundError, requires, version

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.support.paths import ROOT

WISHES = [Requirement(line) for line in tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]]
LINES = {
    canonicalize_name(requirement.name): requirement
    for line in (ROOT / "requirements.txt").read_text().splitlines()
    if line.strip() and not line.lstrip().startswith("#")
    for requirement in [Requirement(line.split("#")[0].strip())]
}
# Some lines are for later versions of Python.
PINS = {name: line for name, line in LINES.items() if line.marker is None or line.marker.evaluate()}


def following(wish: Requirement, seen: set[tuple[str, str]]) -> None:
    """Collect the names of all packages that `wish` needs on this machine, from the metadata of installed packages."""
    for extra in ("", *sorted(wish.extras)):
        key = canonicalize_name(wish.name), extra
        if key in seen:
            continue
        seen.add(key)
        try:
            needs = requires(wish.name) or []
        except PackageNotFoundError:
            pytest.fail(f"{wish.name} is not installed: pip install -r tests/requirements.txt")
        for need in map(Requirement, needs):
            # The dependencies of a CUDA build are pinned by torch.
            if wish.name == "torch" and need.name.startswith(("nvidia-", "cuda-", "triton")):
                continue
            if need.marker is None or need.marker.evaluate({"extra": extra}):
                following(need, seen)


def test_each_line_is_exact_and_is_what_is_installed():
    """One version of each package, which the other packages accept."""
    for name, pin in PINS.items():
        [specifier] = pin.specifier
        assert specifier.operator == "==", name
        assert version(name).split("+")[0] == specifier.version, name


def test_a_fresh_resolution_changes_nothing():
    """Every package that follows from a dependency has a line, and every line follows from one."""
    seen: set[tuple[str, str]] = set()
    for wish in WISHES:
        following(wish, seen)
    assert {name for name, _ in seen} == set(PINS)


def test_the_lock_satisfies_each_wish_and_each_need():
    """No package requires another version than the one in the file."""
    for wish in WISHES:
        [pin] = PINS[canonicalize_name(wish.name)].specifier
        assert wish.specifier.contains(pin.version), wish.name
    for name in PINS:
        for need in map(Requirement, requires(name) or []):
            if (need.marker is None or need.marker.evaluate({"extra": ""})) and canonicalize_name(need.name) in PINS:
                [specifier] = PINS[canonicalize_name(need.name)].specifier
                assert need.specifier.contains(specifier.version, prereleases=True), f"{name} wants {need}"


def test_each_package_has_its_licence_in_the_docs():
    """The table lists exactly what is installed."""
    table = (ROOT / "docs" / "licences.md").read_text(encoding="utf-8").split("| package | licence |")[1]
    listed = [line.split("|")[1].strip() for line in table.splitlines() if line.startswith("| ")]
    assert {canonicalize_name(name) for name in listed} == set(LINES)
