"""How time, start and memory grow with the text and the bank: generated ones, in a process for each size.

`python -m benchmarks.growth PASSAGES SITUATIONS` says one line of JSON.
"""

import gc
import json
import statistics
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from benchmarks.roles import peak_megabytes
from conduct.dataset.situations import SHOW_FIRST, Bank, Judgement, Situation
from conduct.ranking import vectors as files
from conduct.ranking.calibration import UNFITTED
from conduct.ranking.classifiers import VectorClassifier, WordClassifier
from conduct.ranking.index import Index
from conduct.ranking.recipe import RECIPE
from conduct.ranking.vectors import Vectors, along, classes, pieces, principal_axes
from conduct.text.code import Code, Passage, Section

DIMENSIONS = 384
# Situations lead to these; passages beyond them are found by their own words.
LED_TO = 8
ASKED = 30
MODEL = "generated@1"


class Given:
    """An encoder that costs nothing: the same vector for each text."""

    workers = 1

    def __init__(self, vector: np.ndarray) -> None:
        self._vector = vector

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """The vector, once for each text."""
        return np.repeat(self._vector[None], len(texts), axis=0)

    def truncates(self, text: str) -> bool:
        """Never."""
        return False


def main(passages: int, situations: int) -> None:
    """Print the milliseconds of a search, the seconds of a start from the file of vectors, and megabytes."""
    rng = np.random.default_rng(0)

    def unit(count: int) -> np.ndarray:
        rows = rng.standard_normal((count, DIMENSIONS), dtype=np.float32)
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)

    code = Code("Generated", (Section("All", 1, tuple(_passage(n) for n in range(passages))),))
    led_to = min(LED_TO, passages)
    leads = [(Judgement(f"all-{number}", SHOW_FIRST),) for number in range(led_to)]
    bank = Bank(tuple(Situation(f"Somebody did {n}.", leads[n % led_to]) for n in range(situations)), 0)
    columns, situation_vectors = len(classes(code, bank)), unit(situations)
    axes = principal_axes(situation_vectors)
    made = Vectors(
        unit(sum(len(pieces(passage)) for passage in code.passages)),
        axes,
        along(axes, situation_vectors),
        VectorClassifier(unit(columns), np.zeros(columns, np.float32)),
        WordClassifier(
            np.ones(RECIPE.buckets, np.float32),
            rng.standard_normal((columns, RECIPE.buckets), np.float32),
            np.zeros(columns),
        ),
        UNFITTED,
    )
    with TemporaryDirectory() as folder:
        path = Path(folder) / "vectors.safetensors"
        files.save(made, path, code, bank, MODEL)
        del made, situation_vectors
        gc.collect()
        began = time.perf_counter()
        index = Index(code, bank, files.load(path, code, bank, MODEL))
        start = time.perf_counter() - began
    encoder, seconds = Given(unit(1)[0]), []
    for number in range(ASKED):
        began = time.perf_counter()
        index.search([f"Somebody did the thing number {number} again and laughed"], encoder)
        seconds.append(time.perf_counter() - began)
    said = {"milliseconds": statistics.median(seconds) * 1e3, "start": start, "memory": peak_megabytes()}
    print(json.dumps(said), flush=True)


def _passage(number: int) -> Passage:
    sentences = (f"We care about matter {number}.", f"So we do not do thing {number} to anybody.")
    return Passage(f"all-{number}", "All", " ".join(sentences), sentences)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
