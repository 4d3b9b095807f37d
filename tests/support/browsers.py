"""Chromium for the tests: what to start, what counts as clean, what axe-core finds."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Playwright, expect

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--test-third-party-cookie-phaseout",
]
# What is not there after half a minute will not come; on a busy machine five seconds are too few.
expect.set_options(timeout=30_000)
ACCENT = "is it ok to laugh about a thick accent if the guy laughs along?"
SILENT = "best pizza in rome"
COVERED_SAID = "● The code speaks to this."
SILENT_SAID = "○ The code does not speak about this."
# How much the layout may move without anybody's doing, and a script that notes it.
MOST_SHIFT = 0.02
COUNT_SHIFTS = """
window.shift = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shift += entry.value;
}).observe({ type: "layout-shift", buffered: true });
"""


def start(playwright: Playwright) -> Browser:
    """Debian's Chromium; missing in CI is a failure, elsewhere a skip with the reason."""
    if not os.path.exists(CHROMIUM):
        if os.environ.get("CI"):
            pytest.fail("No Chromium in CI: .ci/run must install it.")
        pytest.skip("No Chromium here: apt-get install chromium")
    return playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)


@contextmanager
def opened(browser: Browser, address: str, path: str = "", **options) -> Iterator[Page]:
    """A page, which fails the test on a request to another host, an error or a warning in the console."""
    with quiet(browser, address, **options) as page:
        page.goto(address + path)
        expect(box(page)).to_be_visible()
        yield page


@contextmanager
def quiet(browser: Browser, address: str, **options) -> Iterator[Page]:
    """An empty tab with the same checks."""
    context = browser.new_context(**options)
    page = context.new_page()
    outside, errors = [], []
    page.on("request", lambda request: None if request.url.startswith((address, "data:", "blob:"))
            else outside.append(request.url))  # fmt: skip
    page.on("console", lambda message: errors.append((message.text, message.location["url"]))
            if message.type in ("error", "warning") else None)  # fmt: skip
    page.on("pageerror", lambda error: errors.append(str(error)))
    try:
        yield page
    finally:
        context.close()
    assert outside == [], outside
    assert errors == [], errors


def box(page: Page):
    """Where the question goes."""
    return page.locator("#conduct-question textarea")


def status(page: Page):
    """The line that says what was found."""
    return page.locator("#conduct-status")


def said(page: Page):
    """What a screen reader hears."""
    return page.locator("#conduct-said")


def ask(page: Page, question: str, expected: str = COVERED_SAID) -> None:
    """Type, press Enter, wait for the answer and until the next can be asked."""
    box(page).fill(question)
    box(page).press("Enter")
    expect(status(page)).to_have_text(expected)
    expect(page.get_by_role("button", name="Ask", exact=True)).to_be_enabled()


def violations(page: Page) -> list[tuple[str, list]]:
    """What axe-core finds against WCAG 2.2 AA and its own best practices."""
    return [(v["id"], [node["target"] for node in v["nodes"]]) for v in Axe().run(page).response["violations"]]


def question_in_history(page: Page) -> str:
    """What the history holds for this entry."""
    return page.evaluate("history.state?.question ?? ''")
