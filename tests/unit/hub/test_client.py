"""The Hub's client as this project sets it up."""

import logging

import httpx2
import pytest
from huggingface_hub import close_session, get_session
from huggingface_hub.errors import HfHubHTTPError

from conduct.hub import client


def test_each_session_of_the_client_gives_up_after_silence():
    """Also the one that the library opens when it has closed another, as it does after a failed connection."""
    for _ in range(2):
        close_session()
        assert get_session().timeout == httpx2.Timeout(client.READ_TIMEOUT_SECONDS)
        assert get_session().event_hooks["request"]


@pytest.mark.parametrize(("status", "requests"), [(500, 3), (503, 3), (404, 1), (429, 1), (401, 1)])
def test_a_hub_that_fails_is_asked_again_and_one_that_refuses_is_not(
    monkeypatch: pytest.MonkeyPatch, caplog, status: int, requests: int
):
    """Three times at most, and no log line of a library quotes what was asked."""
    asked = []

    def repo_info(self, repo: str, **_: object) -> None:
        asked.append(repo)
        response = httpx2.Response(status, request=httpx2.Request("GET", "http://127.0.0.1/"))
        raise HfHubHTTPError("zanzibar", response=response)

    monkeypatch.setattr(client.HfApi, "repo_info", repo_info)
    with caplog.at_level(logging.DEBUG), pytest.raises(HfHubHTTPError):
        client.newest("ada/code", "dataset", "main")
    assert len(asked) == requests
    assert "zanzibar" not in caplog.text
