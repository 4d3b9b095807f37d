"""The project as an installed package."""

import json
import subprocess
import sys
from pathlib import Path

from tests.support.hub_process import ROOT, environment


def test_a_wheel_answers_with_the_bundled_text_and_the_packaged_weights(tmp_path: Path):
    """Built, installed without dependencies into an empty folder, and asked from another folder."""
    dist, site = tmp_path / "dist", tmp_path / "site"
    for command in (
        ["wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", dist, ROOT],
        [
            "install",
            "--no-deps",
            "--target",
            tmp_path / "site",
            "--find-links",
            tmp_path / "dist",
            "--no-index",
            "conduct",
        ],
    ):
        subprocess.run([sys.executable, "-m", "pip", "--quiet", *map(str, command)], check=True, capture_output=True)
    assert (site / "bin" / "conduct").is_file()
    assert not (site / "conduct" / "data" / "questions.jsonl").exists()
    environ = environment(tmp_path, "http://127.0.0.1:9") | {"PYTHONPATH": str(site), "HF_HUB_OFFLINE": "1"}
    done = subprocess.run(
        [sys.executable, site / "bin" / "conduct", "ask", "--json", "They laugh at his accent"],
        cwd=tmp_path, env=environ, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["passages"][0]["id"] == "diversity-equity-inclusion-2"
    assert answer["source"]["dataset"] == "bundled"
