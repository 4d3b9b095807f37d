"""After any failure of the Hub, expected or not, the local copy is used."""

import sys

import pytest

from conduct.hub import client
from conduct.hub.find_dataset import find_dataset
from conduct.model.find_encoder import find_encoder
from conduct.settings import Settings

AMBASSADOR = Settings(dataset="ada/ambassador-code-of-conduct", model="ada/conduct-encoder")


def slip(*_: object) -> None:
    """An unexpected error."""
    raise ZeroDivisionError("a slip")


@pytest.mark.parametrize("name", ["is_valid_id", "newest", "cached", "remembered"])
def test_a_fault_of_the_client_or_its_cache(monkeypatch: pytest.MonkeyPatch, name: str):
    """In each call that a start makes."""
    monkeypatch.setattr(client, "newest", slip)
    monkeypatch.setattr(client, name, slip)
    assert find_dataset(AMBASSADOR).name == "bundled"
    assert find_encoder(AMBASSADOR).name == "packaged"


def test_a_client_that_cannot_be_imported(monkeypatch: pytest.MonkeyPatch):
    """If one of its variables has an invalid value, such as HF_HUB_ETAG_TIMEOUT=0.5."""
    monkeypatch.delattr("conduct.hub.client")
    monkeypatch.setitem(sys.modules, "conduct.hub.client", None)
    assert find_dataset(AMBASSADOR).name == "bundled"
    found = find_encoder(AMBASSADOR)
    assert found.name == "packaged"
    assert found.fallback_reason.startswith(
        "ada/conduct-encoder was not used: the Hub did not give ada/conduct-encoder (unexpected "
    )
