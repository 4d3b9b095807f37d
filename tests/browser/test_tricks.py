"""Questions and published texts that contain markup, in Debian's Chromium."""

import json
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser, expect

from conduct.answering.engine import Engine
from conduct.settings import Settings
from tests.support.browsers import box, quiet, status

pytestmark = pytest.mark.browser

HOSTILE = [
    "<script>alert(1)</script> <img src=x onerror=alert(1)> ${alert(1)} {{alert(1)}} `x` [a](javascript:alert(1))",
    "w" * 900,
    "\u202eis this \u2066ok\u202c?",
]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_question_full_of_tricks_is_text(browser: Browser, address: str, hostile: str):
    """From the box and from the address: no script runs, no image loads, nothing scrolls sideways."""
    with quiet(browser, address, viewport={"width": 320, "height": 700}) as page:
        page.add_init_script("window.alert = () => { window.hit = true }")
        for start in ("", "?q=" + quote(hostile)):
            page.goto(address + start)
            if not start:
                box(page).fill(hostile)
                box(page).press("Enter")
            expect(status(page)).to_be_visible()
            expect(box(page)).to_have_value(hostile)
            assert page.evaluate("window.hit") is None
            assert page.locator(".conduct-answer :is(img, script)").count() == 0
            assert page.evaluate("document.documentElement.scrollWidth") <= 320


def test_a_published_text_full_of_tricks_is_text(browser: Browser, serve, model, encoder, tmp_path):
    """In its title, headings and passages: on the cards, in the whole text and in the embed, at 320 px."""
    tricks = "<img src=x onerror=alert(1)> ${alert(1)} {{alert(1)}} \u202eokay"
    written = f"`{tricks}` [click](javascript:alert(1)) " + "w" * 4000
    front = json.dumps(tricks)
    (tmp_path / "code_of_conduct.md").write_text(f"---\ntitle: {front}\n---\n## `{tricks}`\n\n{written}\n", "utf-8")
    # A reader does not see template tags, and a paragraph of this length is shown in parts.
    shown = tricks.replace("{{alert(1)}} ", "")
    own = Engine(Settings(dataset=str(tmp_path)), lambda settings: model, lambda folder: encoder)
    with serve(own) as hostile, quiet(browser, hostile, viewport={"width": 320, "height": 700}) as page:
        page.add_init_script("window.alert = () => { window.hit = true }")
        for path in ("?q=okay", "embed?q=okay"):
            page.goto(hostile + path)
            expect(status(page)).to_contain_text("code", timeout=60_000)
            for summary in page.locator("summary").all():
                summary.click()
            expect(page.locator(".conduct-card h3").first).to_have_text(shown)
            expect(page.locator(".conduct-answer")).to_contain_text(f"{shown} [click](")
            assert page.evaluate("window.hit") is None
            assert page.locator(":is(main, body) :is(img, a[href^='javascript:'])").count() == 0
            assert page.evaluate("document.documentElement.scrollWidth") <= 320
