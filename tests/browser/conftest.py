"""What several browser tests begin with."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.support.browsers import tab, wait_until_begun


@pytest.fixture(scope="session")
def visitor(browser: Browser) -> Iterator[BrowserContext]:
    """A browser profile that may use the clipboard, and that has Gradio's files in its cache after the first visit."""
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    yield context
    context.close()


@pytest.fixture
def page(visitor: BrowserContext, address: str) -> Iterator[Page]:
    """The page as it opens, in a new tab."""
    with tab(visitor, address) as page:
        page.goto(address)
        wait_until_begun(page)
        yield page
