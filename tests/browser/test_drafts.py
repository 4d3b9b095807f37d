"""A draft on the page and in the embed, in Debian's Chromium."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.browsers import ACCENT, COVERED_SAID, ask, box, opened, quiet, status, violations, wait_until_ended

pytestmark = pytest.mark.browser

FIRST = "At the meetup Pedro spoke, and with that accent of his nobody understood a word, so we all had a good laugh."
SECOND = "We also agreed that the same three of us take the speaking slots again, as always."
DRAFT = f"""# Notes

The release is out, and the <b>docs</b> are up to date.

> Are we keeping the old signature?

{FIRST}
{SECOND}

The next call is on Monday at ten. Bring your own coffee!
"""


def paste(page: Page) -> None:
    """Ask for DRAFT."""
    box(page).fill(DRAFT)
    box(page).press("Enter")
    expect(page.locator(".conduct-pasted mark")).to_have_count(2)


def test_the_words_are_marked_and_lead_to_their_passage_and_back_by_keyboard(page: Page):
    """The whole draft is shown as it was pasted; links move the focus, the address stays the same."""
    paste(page)
    expect(status(page)).to_have_text(COVERED_SAID)
    marks = page.locator(".conduct-pasted mark")
    assert [mark.evaluate("mark => mark.firstChild.data") for mark in marks.all()] == [FIRST, SECOND]
    assert page.locator(".conduct-pasted b").count() == 0
    assert "<b>docs</b>" in page.locator(".conduct-pasted").text_content()
    numbers = [mark.locator("sup").all_text_contents() for mark in marks.all()]
    shown = page.locator(".conduct-about:visible").count()
    assert shown >= 2
    assert all(numbers)
    assert sorted(number for those in numbers for number in those) == [str(number) for number in range(1, shown + 1)]
    address = page.url
    marks.nth(1).locator("a").first.focus()
    page.keyboard.press("Enter")
    card = numbers[1][0]
    expect(page.locator(f"#conduct-card-{card}")).to_be_focused()
    back = page.locator(f".conduct-card:has(#conduct-card-{card}) .conduct-about a")
    back.first.focus()
    page.keyboard.press("Enter")
    expect(marks.nth(1)).to_be_focused()
    assert page.url == address
    assert violations(page) == []


def test_a_draft_is_in_no_address_history_or_link_and_comes_back_with_back(page: Page):
    """It is kept in the page's memory, and a reload forgets it; a question after it has its link again."""
    paste(page)
    state = page.evaluate("JSON.stringify(history.state)")
    assert "Pedro" not in state + page.url + page.locator(".conduct-link").text_content()
    expect(page.locator(".conduct-share")).to_be_hidden()
    ask(page, ACCENT)
    expect(page.locator(".conduct-share")).to_be_visible()
    expect(page.locator(".conduct-pasted")).to_have_count(0)
    page.go_back()
    expect(page.locator(".conduct-pasted mark")).to_have_count(2)
    wait_until_ended(page)
    page.reload()
    expect(box(page)).to_have_value("")
    expect(page.locator(".conduct-pasted")).to_have_count(0)


@pytest.mark.parametrize("scripts", [True, False])
def test_a_draft_in_the_embed(browser: Browser, address: str, scripts: bool):
    """Pasted lines stay lines; with scripts, Enter asks; the link to the full page does not hold it."""
    with quiet(browser, address, java_script_enabled=scripts) as page:
        page.goto(address + "embed")
        page.locator("#q").fill(DRAFT)
        if scripts:
            page.locator("#q").press("Enter")
        else:
            page.get_by_role("button", name="Ask").click()
        expect(page.locator(".conduct-pasted mark")).to_have_count(2)
        assert page.locator("#q").input_value() == DRAFT
        assert page.locator("footer a").first.get_attribute("href") == "./"
        assert page.locator(".conduct-context").first.get_attribute("href").startswith("./#")
        link = page.locator(".conduct-pasted mark a").first
        card = link.get_attribute("href").rpartition("#")[2]
        assert card == f"conduct-card-{link.text_content()}"
        link.click()
        if scripts:
            expect(page.locator(":focus")).to_have_id(card)


def test_the_box_says_that_a_draft_can_be_pasted(browser: Browser, address: str):
    """The hint is shown until the first question."""
    with opened(browser, address) as page:
        expect(page.locator(".conduct-hint")).to_have_text(
            "Or paste a draft, such as a mail or a post: it is read sentence by sentence."
        )
        ask(page, ACCENT)
        expect(page.locator(".conduct-hint")).to_be_hidden()
