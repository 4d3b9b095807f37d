"""One adapter from several."""

from pathlib import Path

import numpy as np
import pytest

from conduct.errors import ModelError
from conduct.model import adapter, base_weights
from conduct.model.adapter import Adapter, Update
from conduct.training.average import average, main


def update(seed: int, name: str = "layer.weight", scale: float = 2.0) -> Update:
    """Random, of rank 2."""
    rng = np.random.default_rng(seed)
    up, down = rng.normal(size=(6, 2)), rng.normal(size=(2, 5))
    return Update(name, up.astype(np.float32), down.astype(np.float32), scale)


def test_where_the_rank_suffices_the_average_is_exact():
    """Two of rank 2, of different scales, need rank 4."""
    one, other = update(1), update(2, scale=0.5)
    (made,) = average([Adapter((one,)), Adapter((other,))], [0.75, 0.25], rank=4)
    assert made.product() == pytest.approx(0.75 * one.product() + 0.25 * other.product(), abs=1e-5)
    assert made.up.shape == (6, 4)


def test_else_it_is_the_closest_of_that_rank():
    """Its error is what singular values are left out."""
    one, other = update(1), update(2)
    wanted = (one.product() + other.product()) / 2
    (made,) = average([Adapter((one,)), Adapter((other,))], [0.5, 0.5], rank=1)
    sizes = np.linalg.svd(wanted, compute_uv=False)
    assert np.linalg.norm(made.product() - wanted) == pytest.approx(np.sqrt((sizes[1:] ** 2).sum()), abs=1e-5)


def test_adapters_of_different_weights_are_refused():
    """They belong to different encoders."""
    with pytest.raises(ModelError, match="change different weights"):
        average([Adapter((update(1),)), Adapter((update(1, "another.weight"),))], [0.5, 0.5])


def test_the_command_writes_the_average_where_it_is_told(tmp_path: Path):
    """In the files of any adapter; of two that are the same it is that one."""
    for name in ("a", "b"):
        adapter.save((update(1),), tmp_path / name, base_weights.SHA256)
    main([str(tmp_path / "new"), f"{tmp_path / 'a'}=0.5", f"{tmp_path / 'b'}=0.5"])
    (made,) = adapter.load(tmp_path / "new", base_weights.SHA256).updates
    assert made.product() == pytest.approx(update(1).product(), abs=0.02)
