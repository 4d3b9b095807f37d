"""One adapter from several: `python -m conduct.training.average NEW FOLDER=SHARE FOLDER=SHARE ...`.

What was learnt in several runs from the same start is, averaged, better than each (Wortsman et al., Model soups, 2022),
and with a share of the start itself less of what it knew before is lost (the same, WiSE-FT, 2022).
"""

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from conduct.errors import ConductError, ModelError
from conduct.model import adapter, base_weights
from conduct.model.adapter import Adapter, Update
from conduct.training.train import DEFAULT


def average(adapters: Sequence[Adapter], shares: Sequence[float], rank: int = DEFAULT.rank) -> tuple[Update, ...]:
    """The updates of rank `rank` that are closest to the average. Raises ModelError if they change other weights."""
    names = [update.name for update in adapters[0].updates]
    if any([update.name for update in other.updates] != names for other in adapters):
        raise ModelError("The adapters change different weights: average those of one encoder.")
    scale = replace(DEFAULT, rank=rank).scale
    averaged = []
    for same in zip(*(each.updates for each in adapters), strict=True):
        product = sum(share * update.product() for share, update in zip(shares, same, strict=True))
        up, sizes, down = np.linalg.svd(product / scale, full_matrices=False)
        # Half of a factor's size goes to either side, as it is when they are learnt.
        root = np.sqrt(sizes[:rank])
        averaged.append(Update(same[0].name, up[:, :rank] * root, root[:, None] * down[:rank], scale))
    return tuple(averaged)


def main(arguments: Sequence[str]) -> None:
    """Write the average to the first of `arguments`; the others are folders with their shares."""
    folders, shares = zip(*(argument.rsplit("=", 1) for argument in arguments[1:]), strict=True)
    read = [adapter.load(Path(folder), base_weights.SHA256) for folder in folders]
    adapter.save(average(read, tuple(map(float, shares))), Path(arguments[0]), base_weights.SHA256)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except ConductError as error:
        sys.exit(str(error))
