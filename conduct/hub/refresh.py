"""Polls the Hub for a new revision of the text, and swaps it in while the old one answers."""

import gc
import logging
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from conduct.errors import HubError, InferenceError
from conduct.hub import fetch, find_dataset
from conduct.hub.snapshot import Snapshot
from conduct.settings import Settings

log = logging.getLogger(__name__)

Served = TypeVar("Served")


class Refresher(Generic[Served]):
    """Asks the Hub for the dataset's commit; on a change pulls it, builds what answers from it and swaps it in."""

    def __init__(
        self,
        settings: Settings,
        serving: Callable[[], Snapshot],
        make: Callable[[Snapshot], Served],
        swap: Callable[[Served], None],
        seconds: float = fetch.LONG_HUB_TIMEOUT_SECONDS,
    ) -> None:
        self._settings = settings
        self._serving = serving
        self._make = make
        self._swap = swap
        self._seconds = seconds
        self._refused = ""

    @property
    def wanted(self) -> bool:
        """Whether to poll: only with CONDUCT_REFRESH_MINUTES and a dataset on the Hub."""
        return bool(self._settings.refresh_minutes) and not find_dataset.is_local(self._settings)

    def run(self, ended: threading.Event) -> None:
        """Poll every CONDUCT_REFRESH_MINUTES until `ended` is set."""
        while not ended.wait(self._settings.refresh_minutes * 60):
            if self.once():
                # The old index has reference cycles: without this, several would pile up before Python frees them.
                gc.collect()

    def once(self) -> bool:
        """Poll once; returns whether a new text was swapped in. On any error the current text stays."""
        serving = self._serving()
        snapshot = None
        try:
            # A commit that could not be used stays unusable: it is not pulled again.
            if find_dataset.newest_dataset(self._settings) in (serving.revision, self._refused):
                return False
            snapshot = find_dataset.pull_dataset(self._settings, self._seconds)
            made = self._make(snapshot)
        except (HubError, InferenceError) as error:
            log.warning("The text stays at %s %s: %s.", serving.name, serving.revision, error)
            return False
        except Exception as error:
            self._refused = snapshot.revision if snapshot else ""
            why = find_dataset.unreadable(snapshot or serving, error)
            log.warning("The text stays at %s %s: %s.", serving.name, serving.revision, why)
            return False
        self._swap(made)
        find_dataset.remember_dataset(self._settings, snapshot)
        log.info("The text is now %s at %s.", snapshot.name, snapshot.revision)
        return True
