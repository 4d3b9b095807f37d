"""How the page treats somebody who is upset, or uses a phone or only a keyboard."""

import re

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.browsers import (
    ACCENT,
    COVERED_SAID,
    SILENT,
    SILENT_SAID,
    ask,
    box,
    opened,
    question_in_history,
    said,
    status,
    violations,
    wait_until_ended,
)

EXAMPLE = "The same three friends get the speaking slots every time"


def test_a_long_text_is_counted_and_read_as_far_as_it_is_read(page: Page):
    """A counter appears near the limit; the answer says that only the beginning was read."""
    box(page).fill("x" * 7_000)
    expect(page.locator(".conduct-counter")).to_be_hidden()
    box(page).fill("they laugh at his accent " * 500)
    expect(page.locator(".conduct-counter")).to_have_text("12,499 / 10,000")
    box(page).press("Enter")
    expect(status(page)).to_have_text(COVERED_SAID)
    expect(page.locator(".conduct-notice")).to_contain_text("Only the first 10,000 characters were read")


def test_help_is_the_first_thing_that_is_seen_and_said(page: Page):
    """It is shown and announced before the verdict; no card is open."""
    box(page).fill("I want to die")
    box(page).press("Enter")
    expect(page.get_by_role("link", name="findahelpline.com")).to_be_visible()
    expect(said(page)).to_have_text(re.compile("^This app cannot help with that, .+ What you can do comes first.$"))
    assert page.locator(".conduct-help").bounding_box()["y"] < status(page).bounding_box()["y"]
    expect(page.locator(".conduct-card").first).to_be_hidden()
    assert violations(page) == []


def test_leaving_quickly_leaves_nothing_to_go_back_to(page: Page, address: str):
    """The page is replaced by a harmless one, and Back shows the empty page."""
    page.route("https://www.wikipedia.org/**", lambda route: route.fulfill(body="<p>harmless</p>"))
    link = page.get_by_role("link", name="Leave quickly")
    elsewhere = f"{address}healthz"
    ask(page, ACCENT)
    link.evaluate("(link, href) => { link.href = href }", elsewhere)
    link.click()
    page.wait_for_url(elsewhere)
    page.go_back()
    expect(page.get_by_role("button", name=EXAMPLE)).to_be_visible()
    assert question_in_history(page) == ""
    expect(box(page)).to_have_value("")


def test_a_half_typed_question_survives_back(page: Page):
    """It need not be typed again."""
    ask(page, ACCENT)
    ask(page, SILENT, SILENT_SAID)
    box(page).fill("and what if")
    page.go_back()
    expect(status(page)).to_have_text(COVERED_SAID)
    expect(box(page)).to_have_value("and what if")


def test_back_from_the_text_returns_to_the_link_that_was_pressed(page: Page):
    """The answer is still shown."""
    ask(page, ACCENT)
    link = page.get_by_role("link", name="Read in context").first
    link.click()
    page.go_back()
    expect(link).to_be_focused()
    expect(status(page)).to_have_text(COVERED_SAID)


@pytest.mark.parametrize(("width", "height"), [(360, 740), (1000, 800)])
def test_a_passage_in_the_address_is_in_view_once_the_answer_is_there(browser: Browser, address: str, width, height):
    """Although the answer above it moves it down."""
    path = "?q=they+laugh+at+his+accent#unacceptable-behaviors-1"
    with opened(browser, address, path, viewport={"width": width, "height": height}, reduced_motion="reduce") as page:
        expect(status(page)).to_have_text(COVERED_SAID)
        wait_until_ended(page)
        expect(page.locator("#unacceptable-behaviors-1")).to_be_in_viewport()


def test_keys_and_a_link_lead_back_to_the_box(page: Page):
    """A slash, Ctrl+K, and the button under an answer; a slash typed into the box is text."""
    ask(page, ACCENT)
    for press in ("/", "Control+k"):
        status(page).focus()
        page.keyboard.press(press)
        expect(box(page)).to_be_focused()
    box(page).fill("and")
    page.keyboard.press("/")
    expect(box(page)).to_have_value("and/")
    page.get_by_role("button", name="Ask another question").click()
    expect(box(page)).to_be_focused()


def test_copy_as_markdown_and_the_link(page: Page, address: str, dataset):
    """The quote has section, link and what is missing; the copied link holds the question."""
    ask(page, "He goes on sending her insults")
    page.get_by_role("button", name="Copy as Markdown").first.click()
    expect(said(page)).to_have_text("Copied")
    passage = next(p for p in dataset.code.passages if p.id == "unacceptable-behaviors-1")
    assert page.evaluate("navigator.clipboard.readText()") == (
        f"> {passage.text}\n\nThe list that follows is missing in this copy. {dataset.code.url}\n\n"
        f"[{passage.section} · {dataset.code.title}]({address}#{passage.id})"
    )
    page.get_by_role("button", name="Copy link to this question").click()
    expect(page.locator(".conduct-share button")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == f"{address}?q=He+goes+on+sending+her+insults"


def test_while_looking_no_old_verdict_stands(page: Page):
    """The previous verdict is hidden, and nothing jumps when the answer comes."""
    ask(page, ACCENT)
    page.route("**/queue/data*", lambda route: None)
    box(page).fill(SILENT)
    box(page).press("Enter")
    expect(page.get_by_text("Looking …", exact=True).first).to_be_visible()
    expect(status(page)).to_be_hidden()
    expect(page.locator("#whole-code")).to_be_hidden()
    expect(said(page)).to_have_text("Looking …")


def test_the_embed_panel_offers_colours_and_a_number(page: Page, address: str):
    """The choices are put into the snippet's address."""
    page.get_by_text("Embed", exact=True).click()
    page.get_by_label("Colours").select_option("dark")
    page.locator("select[name=limit]").select_option("1")
    expect(page.locator(".conduct-panel code")).to_contain_text(f'src="{address}embed?theme=dark&limit=1"')
    page.get_by_label("Colours").select_option("")
    page.locator("select[name=limit]").select_option("")
    expect(page.locator(".conduct-panel code")).to_contain_text(f'src="{address}embed"')


def test_print_has_light_colours_no_controls_and_the_address_without_the_question(page: Page, address: str):
    """Marks are underlined instead of coloured; the date is printed."""
    page.emulate_media(color_scheme="dark")
    page.reload()
    ask(page, ACCENT)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    expect(page.get_by_role("button")).to_have_count(0)
    for summary in page.locator("summary").all():
        expect(summary).to_be_hidden()
    expect(page.locator(".conduct-card mark").first).to_have_css("text-decoration-line", "underline")
    expect(page.locator(".conduct-card").first).to_have_css("break-inside", "avoid")
    expect(page.locator(".conduct-card blockquote").first).to_have_css("color", "rgb(0, 0, 0)")
    expect(page.locator(".conduct-printed")).to_contain_text(f"{address} · ")


def test_buttons_look_like_buttons_in_forced_colours(page: Page):
    """They have a border, since backgrounds are removed."""
    page.emulate_media(forced_colors="active")
    for button in (page.locator("#conduct-ask"), page.locator(".conduct-example").first):
        expect(button).to_have_css("border-top-style", "solid")
        expect(button).to_have_css("border-top-width", "1px")


def test_the_placeholder_is_whole_with_wide_spacing(browser: Browser, address: str):
    """WCAG 1.4.12, on a phone."""
    spacing = "* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }"
    with opened(browser, address, viewport={"width": 320, "height": 700}) as page:
        page.add_style_tag(content=spacing)
        assert box(page).evaluate("box => box.scrollHeight <= box.clientHeight && box.scrollWidth <= box.clientWidth")
