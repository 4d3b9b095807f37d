"""A process that finds datasets and models, and refreshes; each line of standard input is a JSON list of tasks.

The client reads its settings at import, so each test with another cache or another Hub needs a process.
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
    """Name, revision, last passage and fallback reason of the dataset, which is noted as good; or why there is none."""
    chosen = Settings(**settings)
    try:
        dataset = dataset_source.find_dataset(chosen, DatasetRevision.read, seconds)
    except DataError as error:
        return ["none", "", "", str(error)]
    dataset_source.remember_dataset(chosen, dataset.snapshot)
    return _described(dataset)


def find_model(seconds: float, model: str, model_revision: str) -> list[str]:
    """Folder, name, revision and fallback reason of the model, or the error."""
    try:
        found = model_source.find_model(model, model_revision, seconds)
    except ConductError as error:
        return [str(error)]
    return [str(found.folder), found.name, found.revision, found.fallback_reason]


def find_encoder(seconds: float, **settings: str) -> list[str]:
    """The same for the encoder to use; the Hub may take `seconds`."""
    encoder_source.LONG_HUB_TIMEOUT_SECONDS = seconds
    found = encoder_source.find_encoder(Settings(**settings))
    return [str(found.folder), found.name, found.revision, found.fallback_reason]


def refresh(seconds: float, dataset: str) -> list[str]:
    """The dataset after a poll of the Hub that may take `seconds`; at the first call, after a slow start."""
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
    """Run the tasks of each line concurrently, and print their results in order."""
    todo = {"find_dataset": find_dataset, "find_model": find_model, "find_encoder": find_encoder, "refresh": refresh}
    for line in sys.stdin:
        name, tasks = json.loads(line)
        with ThreadPoolExecutor(max(1, len(tasks))) as pool:
            results = list(pool.map(lambda task, do=todo[name]: do(**task), tasks))
        sys.stdout.write(json.dumps(results) + "\n")
        sys.stdout.flush()
    exit_without_waiting(0)


if __name__ == "__main__":
    main()
