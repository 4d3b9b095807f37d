"""Writes all files of `python -m conduct train`: the adapter, the int8 factors, the glance map and the curves."""

import random
from collections.abc import Callable
from pathlib import Path

import numpy as np

from conduct.answering.batching import BatchingEncoder
from conduct.errors import DataError
from conduct.model import adapter, base_weights, glance, int8, packaged
from conduct.model.assemble import assemble, network_of
from conduct.model.sentence_transformer import SentenceEncoder
from conduct.ranking import any_code
from conduct.training import fit_any_code
from conduct.training.materials import HELD_OUT, Materials
from conduct.training.train import DEFAULT, Recipe, train

# The glance map is fitted on all English situations and on one in so many of the others.
GLANCE_EVERY = 8


def learn(
    materials: Materials,
    folder: Path,
    checkpoint: Path,
    report: Callable[[int, int, float], None],
    recipe: Recipe = DEFAULT,
    learnt: adapter.Adapter | None = None,
) -> str:
    """Train, from `learnt` on if given, and write `folder`; the encoder's identity, "id@hash"."""
    if not any(code.name in HELD_OUT for code in materials.codes):
        raise DataError(f"Training needs one of the codes {', '.join(HELD_OUT)} to calibrate with: add it to codes/.")
    adapter.save(train(materials, checkpoint, recipe, report, learnt), folder, base_weights.SHA256)
    return finish(materials, folder)


def finish(materials: Materials, folder: Path) -> str:
    """Write the other files beside the adapter in `folder`; the encoder's identity, "id@hash"."""
    identity = adapter.identity(folder / adapter.FILE)
    model = assemble(folder)
    int8.save(
        int8.measure(model, network_of(model), _calibration_texts(materials)), folder / packaged.RANGES_FILE, identity
    )
    # It is fitted last, and the old one would be refused as that of another encoder.
    (folder / packaged.GLANCE_FILE).unlink(missing_ok=True)
    serving = SentenceEncoder.load(folder)
    encoder = BatchingEncoder(serving)
    texts = [situation.text for situation in materials.bank.situations]
    situations = encoder.encode(texts)
    others = [row.text for row in materials.parallel[::GLANCE_EVERY]]
    vectors = np.concatenate([situations, encoder.encode(others)])
    glance.save(glance.fit(serving.means(texts + others), vectors), folder / packaged.GLANCE_FILE, identity)
    any_code.save(fit_any_code.fit(materials, encoder, situations), folder / any_code.FILE, identity)
    return identity


def _calibration_texts(materials: Materials) -> list[str]:
    """Texts to measure the ranges on, half in English, half in other languages."""
    rng = random.Random(0)  # noqa: S311 (no secret)
    half = int8.CALIBRATION_TEXTS // 2
    english = [situation.text for situation in materials.bank.situations]
    others = [row.text for row in materials.parallel]
    return [text for texts in (english, others) for text in rng.sample(texts, min(half, len(texts)))]
