"""How often Python collects garbage."""

import gc
import subprocess
import sys

import pytest

from benchmarks.sides import ROOT
from conduct.settings import GC_THRESHOLDS, tune_gc


def test_garbage_is_looked_for_seldom_but_not_never():
    """Not while 10,000 objects are created; but of 100,000 in cycles, not all stay."""
    before = gc.get_threshold()
    try:
        tune_gc()
        gc.collect()
        searches = gc.get_stats()[0]["collections"]
        kept = [[] for _ in range(10_000)]
        assert gc.get_stats()[0]["collections"] == searches
        for _ in range(10 * len(kept)):
            (ring := []).append(ring)
        assert gc.get_stats()[0]["collections"] > searches
    finally:
        gc.set_threshold(*before)


COMMAND_LINE = """
import runpy, sys
sys.argv = ["conduct", "ask", ""]
try:
    runpy.run_module("conduct", run_name="__main__")
except SystemExit:
    pass
"""


@pytest.mark.parametrize("run", ["import app", COMMAND_LINE], ids=["the app", "the command line"])
def test_both_ways_to_run_it_begin_so(run: str):
    """The app sets it when it is imported, the command line when it is run."""
    said = subprocess.run(
        [sys.executable, "-c", f"import gc\n{run}\nprint(gc.get_threshold())"], cwd=ROOT, capture_output=True, text=True
    )
    assert said.stdout.splitlines()[-1] == str(GC_THRESHOLDS), said.stderr
