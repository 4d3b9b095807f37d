"""The constants of the ranking are those that the command fits."""

import pytest

from conduct.hub.snapshot import Snapshot
from conduct.model.sentence_transformer import SentenceEncoder
from conduct.ranking.calibration import SIMILARITY, UNFITTED
from conduct.ranking.index import MIN_EXPLANATION_COSINE
from conduct.training import constants


def test_the_constants_are_what_the_command_prints(
    capsys: pytest.CaptureFixture, monkeypatch: pytest.MonkeyPatch, encoder: SentenceEncoder, model: Snapshot
):
    """With all written digits; after a change of the data, this test says which to change."""
    load = SentenceEncoder.load
    # The packaged encoder is loaded already.
    loaded = staticmethod(lambda folder: encoder if folder == model.folder else load(folder))
    monkeypatch.setattr(SentenceEncoder, "load", loaded)
    constants.main()
    printed = capsys.readouterr().out
    bands = SIMILARITY.bands
    assert (
        f"SIMILARITY: slope {SIMILARITY.slope:.3f}, intercept {SIMILARITY.intercept:.3f}, "
        f"covered {bands.covered:.3f}, not covered {bands.not_covered:.3f}\n"
    ) in printed
    assert f"MIN_EXPLANATION_COSINE: {MIN_EXPLANATION_COSINE:.2f}\n" in printed
    assert f"UNFITTED: covered {UNFITTED.bands.covered:.2f}, not covered {UNFITTED.bands.not_covered:.2f}\n" in printed
