"""The page, in Debian's Chromium."""

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
ACCENT = "is it ok to laugh about a thick accent if the guy laughs along?"

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Chromium; missing in CI is a failure, elsewhere a skip with the reason."""
    if not os.path.exists(CHROMIUM):
        if os.environ.get("CI"):
            pytest.fail("No Chromium in CI: .ci/run must install it.")
        pytest.skip("No Chromium here: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    """An empty page at the app, which fails the test on a request to another host or an error in the console."""
    context = browser.new_context()
    page = context.new_page()
    outside, errors = [], []
    page.on("request", lambda request: None if request.url.startswith((address, "data:", "blob:"))
            else outside.append(request.url))  # fmt: skip
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(address)
    expect(page.get_by_label("Your question")).to_be_visible()
    yield page
    context.close()
    assert outside == []
    assert errors == []


def status(page: Page):
    """The live region that says what was found."""
    return page.locator(".conduct-status")


def test_enter_asks_and_the_passage_appears_word_for_word(page: Page, edition):
    """The first card holds the passage as the source has it."""
    page.get_by_label("Your question").fill(ACCENT)
    page.get_by_label("Your question").press("Enter")
    expect(status(page)).to_have_text("● The code speaks to this.")
    expect(page.locator(".conduct-card")).to_have_count(3)
    expect(page.locator(".conduct-card blockquote").first).to_have_text(edition.code.passages[2].text)
    expect(page.get_by_label("Your question")).to_have_value(ACCENT)


def test_the_button_asks_and_a_second_question_replaces_the_first(page: Page):
    """One answer at a time."""
    for question, said in [
        (ACCENT, "● The code speaks to this."),
        ("how do I boil an egg", "○ The code does not speak about this."),
    ]:
        page.get_by_label("Your question").fill(question)
        page.get_by_role("button", name="Ask", exact=True).click()
        expect(status(page)).to_have_text(said)
    expect(page.locator(".conduct-card").first).to_be_hidden()
    page.get_by_text("Show the closest passages all the same").click()
    expect(page.locator(".conduct-card").first).to_be_visible()


def test_an_example_asks_itself(page: Page):
    """One press fills the box and answers."""
    page.get_by_role("button", name="The same three friends get the speaking slots every time").click()
    expect(status(page)).to_have_text("● The code speaks to this.")
    expect(page.get_by_label("Your question")).to_have_value("The same three friends get the speaking slots every time")


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("", "! The question is empty: describe in a few words what happened or what you want to do."),
        ("x" * 1001, "! The question may have 1,000 characters, but this one has 1,001: keep what matters most and "
                     "ask again."),
    ],
)  # fmt: skip
def test_bad_input_gets_a_sentence_and_loses_nothing(page: Page, question: str, sentence: str):
    """The question stays in its box; no toast."""
    page.get_by_label("Your question").fill(question)
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(status(page)).to_have_text(sentence)
    expect(page.get_by_label("Your question")).to_have_value(question)
    expect(page.get_by_text("Error", exact=True)).to_have_count(0)


def test_a_question_full_of_tricks_is_text(page: Page):
    """No script runs, no image is asked for."""
    page.evaluate("() => { window.alert = () => { window.hit = true } }")
    page.get_by_label("Your question").fill("<img src=x onerror=alert(1)> ${alert(2)} {{alert(3)}} is this ok?")
    page.get_by_label("Your question").press("Enter")
    expect(status(page)).not_to_be_empty()
    assert page.evaluate("window.hit") is None
    assert page.locator(".conduct-answer img").count() == 0


def test_an_address_with_a_question_opens_with_its_answer(page: Page, address: str):
    """Such addresses can be shared."""
    page.goto(f"{address}?q=they+laugh+at+his+accent")
    expect(status(page)).to_have_text("● The code speaks to this.")
    expect(page.get_by_label("Your question")).to_have_value("they laugh at his accent")


def test_the_whole_code_can_be_read(page: Page, edition):
    """Every passage, and once that the copy ends early."""
    page.get_by_text("Read the whole code").click()
    for passage in edition.code.passages:
        expect(page.locator(f"[id='{passage.id}']")).to_have_text(passage.text)
    expect(page.get_by_text("This copy is not complete")).to_have_count(1)


@pytest.mark.parametrize(("width", "theme"), [(320, "light"), (320, "dark"), (1400, "light")])
def test_nothing_scrolls_sideways(browser: Browser, address: str, width: int, theme: str):
    """From the smallest phone up, with an answer on the page."""
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=theme)
    page = context.new_page()
    page.goto(f"{address}?q=they+laugh+at+his+accent&__theme={theme}")
    expect(status(page)).to_have_text("● The code speaks to this.")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    context.close()
