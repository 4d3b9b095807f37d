"""Chromium for the tests: how it is started, which pages fail a test, checks by axe-core."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect

# Without windows and toolbars, which cost a third of a test's time; the whole browser does as well.
CHROMIUM = shutil.which("chromium-headless-shell") or shutil.which("chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--test-third-party-cookie-phaseout",
]
# On a busy machine the default of five seconds is too short.
expect.set_options(timeout=30_000)
ACCENT = "is it ok to laugh about a thick accent if the guy laughs along?"
SILENT = "best pizza in rome"
COVERED_SAID = "● The code speaks to this."
SILENT_SAID = "○ The code does not speak about this."
# The limit for layout shift without user input, and a script that measures it.
MOST_SHIFT = 0.02
COUNT_SHIFTS = """
window.shift = 0;
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shift += entry.value;
}).observe({ type: "layout-shift", buffered: true });
"""


def start(playwright: Playwright) -> Browser:
    """Debian's Chromium; if it is missing, the test fails in CI and is skipped elsewhere."""
    if CHROMIUM is None:
        if os.environ.get("CI"):
            pytest.fail("No Chromium in CI: .ci/run must install it.")
        pytest.skip("No Chromium here: apt-get install chromium-headless-shell")
    return playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)


@contextmanager
def opened(browser: Browser, address: str, path: str = "", **options) -> Iterator[Page]:
    """A page; a request to another host, or an error or warning in the console, fails the test."""
    with quiet(browser, address, **options) as page:
        page.goto(address + path)
        wait_until_begun(page)
        yield page


@contextmanager
def quiet(browser: Browser, address: str, **options) -> Iterator[Page]:
    """An empty tab in a new browser profile, with the same checks."""
    context = browser.new_context(**options)
    try:
        with tab(context, address) as page:
            yield page
    finally:
        context.close()


@contextmanager
def tab(context: BrowserContext, address: str) -> Iterator[Page]:
    """An empty tab in `context`, with the same checks."""
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
        page.close()
    assert outside == [], outside
    assert errors == [], errors


def wait_until_begun(page: Page) -> None:
    """Wait until the page's script has run, which removes the form of the first HTML with its own examples."""
    expect(box(page)).to_be_visible()
    expect(page.locator("#conduct-first")).to_have_count(0)


def box(page: Page):
    """The box for the question."""
    return page.locator("#conduct-question textarea")


def status(page: Page):
    """The status line."""
    return page.locator("#conduct-status")


def said(page: Page):
    """The live region for screen readers."""
    return page.locator("#conduct-said")


def ask(page: Page, question: str, expected: str = COVERED_SAID) -> None:
    """Type, press Enter, and wait for the answer and until another question can be asked."""
    box(page).fill(question)
    box(page).press("Enter")
    expect(status(page)).to_have_text(expected)
    wait_until_ended(page)


def wait_until_ended(page: Page) -> None:
    """Wait until nothing is being asked: if the page is left earlier, Gradio logs an error."""
    expect(page.get_by_role("button", name="Ask", exact=True)).to_be_enabled()


def violations(page: Page) -> list[tuple[str, list]]:
    """The violations of WCAG 2.2 AA and of axe-core's best practices."""
    return [(v["id"], [node["target"] for node in v["nodes"]]) for v in Axe().run(page).response["violations"]]


def question_in_history(page: Page) -> str:
    """The question in the current entry of the history."""
    return page.evaluate("history.state?.question ?? ''")
