"""What several browser tests begin with."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.support.browsers import opened


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """The page as it opens, allowed to use the clipboard."""
    with opened(browser, address, permissions=["clipboard-read", "clipboard-write"]) as page:
        yield page
