"""Finds the encoder to use: the configured one, or the packaged one."""

from conduct.errors import ModelError
from conduct.hub.fetch import LONG_HUB_TIMEOUT_SECONDS
from conduct.hub.find_model import find_model
from conduct.hub.snapshot import Snapshot
from conduct.model import packaged
from conduct.settings import Settings


def find_encoder(settings: Settings) -> Snapshot:
    """The encoder that `settings` names; if it is not available, the packaged one with the reason."""
    if settings.model is None:
        return packaged.snapshot()
    try:
        return find_model(settings.model, settings.model_revision, LONG_HUB_TIMEOUT_SECONDS)
    except ModelError as error:
        return instead_of_model(settings, str(error))


def instead_of_model(settings: Settings, reason: str) -> Snapshot:
    """The packaged encoder in place of the configured one, with the reason."""
    return packaged.snapshot(f"{settings.model} was not used: {reason.rstrip('.')}.")
