"""The plain form in the first HTML: what is shown first on a slow connection, and without JavaScript."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from conduct.web.render import ELSEWHERE
from tests.support.browsers import (
    COUNT_SHIFTS,
    COVERED_SAID,
    MOST_SHIFT,
    box,
    question_in_history,
    quiet,
    said,
    status,
    wait_until_ended,
)  # fmt: skip

pytestmark = pytest.mark.browser

# The files that Gradio's page loads, including its style sheet.
GRADIO = "/assets/"
PAINTED = "performance.getEntriesByName('first-contentful-paint').length"


def first(page: Page):
    """The box of the plain form."""
    return page.locator("#conduct-first-question")


@contextmanager
def held(page: Page, pattern: str) -> Iterator[None]:
    """Delay all responses with a matching address until the block ends."""
    waiting, free = [], False

    def hold(route: Route) -> None:
        if free:
            route.continue_()
        else:
            waiting.append(route)

    page.route(re.compile(pattern), hold)
    yield
    free = True
    for route in waiting:
        route.continue_()


@pytest.mark.parametrize("locale", ["en", "ar"])
def test_a_box_is_painted_before_gradios_part_is_there_which_takes_over_what_was_typed(
    browser: Browser, light: str, locale: str
):
    """With focus and caret, on a phone; nothing jumps, neither then nor when the answer comes."""
    with quiet(browser, light, viewport={"width": 360, "height": 740}, locale=locale) as page:
        page.add_init_script(COUNT_SHIFTS)
        with held(page, GRADIO):
            page.goto(light, wait_until="commit")
            first(page).press_sequentially("an accent?")
            first(page).press("ArrowLeft")
            page.wait_for_function(f"{PAINTED} === 1")
        expect(page.locator("#conduct-first")).to_have_count(0)
        expect(box(page)).to_be_focused()
        expect(box(page)).to_have_value("an accent?")
        page.keyboard.press("Backspace")
        expect(box(page)).to_have_value("an accen?")
        page.keyboard.type("t")
        page.keyboard.press("Enter")
        expect(status(page)).to_be_visible()
        assert page.evaluate("window.shift") < MOST_SHIFT


def test_a_question_that_is_sent_before_gradios_part_is_there_is_answered(browser: Browser, light: str):
    """By the server-rendered page; the address does not hold it."""
    with quiet(browser, light) as page, held(page, GRADIO):
        page.goto(light, wait_until="commit")
        first(page).fill("an accent?")
        first(page).press("Enter")
        expect(status(page)).to_have_text("◐ The code may not speak to this directly. The closest passages:")
        assert page.url == f"{light}embed"


def test_without_javascript_the_page_answers(browser: Browser, address: str):
    """A question that was typed, an example, or one in the address."""
    with quiet(browser, address, java_script_enabled=False) as page:
        page.goto(address)
        first(page).fill("they laugh at his accent")
        page.get_by_role("button", name="Ask", exact=True).click()
        expect(status(page)).to_have_text(COVERED_SAID)
        expect(page.locator("#q")).to_have_value("they laugh at his accent")
        page.goto(address)
        page.get_by_role("button", name="Somebody keeps interrupting the only woman on the panel").click()
        expect(status(page)).to_have_text(COVERED_SAID)
        page.goto(f"{address}?q=they+laugh+at+his+accent")
        expect(status(page)).to_have_text(COVERED_SAID)


def test_an_address_with_a_question_is_answered_in_the_taken_over_page(browser: Browser, light: str):
    """Until then the plain form has it in its box."""
    with quiet(browser, light) as page:
        with held(page, GRADIO):
            page.goto(f"{light}?q=an+accent", wait_until="commit")
            expect(first(page)).to_have_value("an accent")
        expect(status(page)).to_have_text(COVERED_SAID)
        assert question_in_history(page) == "an accent"


@pytest.mark.parametrize("path", ["?q=an+accent", "embed?q=an+accent"])
def test_the_plain_pages_can_be_left_quickly(browser: Browser, light: str, path: str):
    """Another page replaces the one with the question in the history."""
    with quiet(browser, light) as page:
        page.goto(f"{light}healthz")
        with held(page, GRADIO):
            page.goto(light + path, wait_until="commit")
            link = page.get_by_role("link", name="Leave quickly").first
            expect(link).to_have_attribute("href", ELSEWHERE)
            link.evaluate("(link, href) => { link.href = href }", f"{light}healthz?left")
            link.click()
            page.wait_for_url("**/healthz?left")
        page.go_back()
        assert page.url == f"{light}healthz"


def test_the_embed_leaves_the_page_that_shows_it(browser: Browser, light: str, host_page):
    """Somebody who looks on can see both."""
    page = browser.new_page()
    page.goto(host_page(f'<iframe src="{light}embed" width="600" height="400"></iframe>'))
    link = page.frame_locator("iframe").get_by_role("link", name="Leave quickly")
    link.evaluate("(link, href) => { link.href = href }", f"{light}healthz")
    link.click()
    page.wait_for_url(f"{light}healthz")
    page.close()


def test_no_verdict_of_before_is_heard_or_seen_and_a_silent_answer_moves_nothing(browser: Browser, address: str):
    """The answer is delayed, so that a shift is not attributed to the key press."""
    with quiet(browser, address) as page:
        page.add_init_script(COUNT_SHIFTS)
        page.goto(f"{address}?q=they+laugh+at+his+accent")
        expect(status(page)).to_have_text(COVERED_SAID)
        wait_until_ended(page)
        with held(page, "/queue/data"):
            box(page).fill("best pizza in rome")
            box(page).press("Enter")
            expect(said(page)).to_have_text("Looking …")
            expect(status(page)).to_be_hidden()
            page.wait_for_timeout(700)
            # That the answer of before goes is the doing of who asks, however late it is on a slow machine.
            page.evaluate("window.shift = 0")
        expect(status(page)).to_have_text("○ The code does not speak about this.")
        page.wait_for_timeout(300)
        assert page.evaluate("window.shift") < MOST_SHIFT
        above, code = page.locator(".conduct-again").bounding_box(), page.locator("#whole-code").bounding_box()
        # No empty space above "Read the whole code", which is in view.
        assert 0 <= code["y"] - (above["y"] + above["height"]) < 60
