"""A process that pulls and refreshes as it is told, a line of JSON each; run by tests with an environment of its own.

The client reads its settings at import, so each start with another cache or another Hub is a process.
"""

import json
import sys
from concurrent.futures import ThreadPoolExecutor

from conduct.answering.dataset_revision import DatasetRevision
from conduct.errors import ConductError, DataError
from conduct.hub import find_dataset as dataset_source
from conduct.hub import find_model as model_source
from conduct.hub.deadline import exit_without_waiting
from conduct.hub.refresh import Refresher
from conduct.model import find_encoder as encoder_source
from conduct.settings import Settings

_serving: dict[str, DatasetRevision] = {}
_refreshers: dict[str, Refresher] = {}


def find_dataset(seconds: float, **settings: str) -> list[str]:
    """Name, revision, last words and reason of the dataset that is found, which counts as good; or why none is."""
    chosen = Settings(**settings)
    try:
        dataset = dataset_source.find_dataset(chosen, DatasetRevision.read, seconds)
    except DataError as error:
        return ["none", "", "", str(error)]
    dataset_source.remember_dataset(chosen, dataset.snapshot)
    return _described(dataset)


def find_model(seconds: float, model: str, model_revision: str) -> list[str]:
    """Folder, name, revision and reason of the model that is found, or one sentence."""
    try:
        found = model_source.find_model(model, model_revision, seconds)
    except ConductError as error:
        return [str(error)]
    return [str(found.folder), found.name, found.revision, found.fallback_reason]


def find_encoder(seconds: float, **settings: str) -> list[str]:
    """The same of the encoder that serves, which is waited for for `seconds`."""
    encoder_source.LONG_HUB_TIMEOUT_SECONDS = seconds
    found = encoder_source.find_encoder(Settings(**settings))
    return [str(found.folder), found.name, found.revision, found.fallback_reason]


def refresh(seconds: float, dataset: str) -> list[str]:
    """What serves after a look at the Hub that may take `seconds`; the first time, after a patient start."""
    settings = Settings(dataset=dataset)
    if dataset not in _serving:
        _serving[dataset] = dataset_source.find_dataset(settings, DatasetRevision.read, 60.0)
        dataset_source.remember_dataset(settings, _serving[dataset].snapshot)
        _refreshers[dataset] = Refresher(
            settings,
            lambda: _serving[dataset].snapshot,
            DatasetRevision.read,
            lambda newer: _serving.__setitem__(dataset, newer),
            seconds,
        )
    else:
        _refreshers[dataset].once()
    return _described(_serving[dataset])


def _described(dataset: DatasetRevision) -> list[str]:
    snapshot = dataset.snapshot
    return [snapshot.name, snapshot.revision, dataset.code.passages[-1].text, snapshot.fallback_reason]


def main() -> None:
    """Answer each line, its tasks side by side, in order."""
    todo = {"find_dataset": find_dataset, "find_model": find_model, "find_encoder": find_encoder, "refresh": refresh}
    for line in sys.stdin:
        name, tasks = json.loads(line)
        with ThreadPoolExecutor(max(1, len(tasks))) as pool:
            told = list(pool.map(lambda task, do=todo[name]: do(**task), tasks))
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()
    exit_without_waiting(0)


if __name__ == "__main__":
    main()
