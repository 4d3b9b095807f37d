"""The page in Debian's Chromium."""

import json
import re
import threading
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from conduct.answering.engine import Engine
from conduct.settings import Settings
from tests.support.browsers import (
    ACCENT,
    COVERED_SAID,
    SILENT,
    SILENT_SAID,
    ask,
    box,
    opened,
    question_in_history,
    quiet,
    said,
    status,
    violations,
    wait_until_ended,
)

pytestmark = pytest.mark.browser

EXAMPLE = "The same three friends get the speaking slots every time"


def test_enter_asks_and_the_passage_appears_word_for_word(page: Page, dataset):
    """The first card has a passage as in the source; the box keeps the focus; the address does not hold the
    question."""
    ask(page, ACCENT)
    expect(page.locator(".conduct-card")).to_have_count(3)
    texts = {passage.id: passage.text for passage in dataset.code.passages}
    for card in page.locator(".conduct-card").all():
        assert card.locator("blockquote").text_content() == texts[card.get_attribute("data-passage")]
    expect(box(page)).to_have_value(ACCENT)
    expect(box(page)).to_be_focused()
    expect(said(page)).to_have_text(COVERED_SAID[2:])
    assert question_in_history(page) == ACCENT
    assert urlsplit(page.url).query == ""
    assert page.title() == "Is this okay?"


@pytest.mark.parametrize("enter", ["at once", "later"])
def test_a_question_typed_before_the_page_has_begun_is_kept_and_answered(browser: Browser, address: str, enter: str):
    """It is typed as soon as the box appears, before the page's own script has run."""
    with quiet(browser, address) as page:
        page.add_init_script(
            """new MutationObserver((changes, observer) => {
                const box = document.querySelector("#conduct-question textarea");
                if (!box) return;
                observer.disconnect();
                window.begunEarlier = box.dir === "auto";
                box.value = "best pizza in rome";
                box.dispatchEvent(new Event("input", { bubbles: true }));
                const enter = () => box.dispatchEvent(new KeyboardEvent("keypress", { key: "Enter", bubbles: true }));
                if (ENTER) setTimeout(enter);
            }).observe(document, { childList: true, subtree: true })""".replace("ENTER", json.dumps(enter == "at once"))
        )
        page.goto(address)
        page.wait_for_selector("#conduct-question textarea[dir=auto]")  # the page's script has begun
        expect(box(page)).to_have_value(SILENT)
        if enter == "later":
            box(page).press("Enter")
        expect(status(page)).to_have_text(SILENT_SAID)
        expect(box(page)).to_have_value(SILENT)
        assert page.evaluate("window.begunEarlier") is False


@pytest.mark.parametrize(("path", "joined"), [("", []), ("?q=they+laugh+at+his+accent", ["they laugh at his accent"])])
def test_only_questions_take_part_in_gradios_queue(browser: Browser, address: str, path: str, joined: list[str]):
    """With two events at once Gradio's page can lose one: when the first ends, it closes the stream of both."""
    with browser.new_context() as context:
        page, sent, filled = context.new_page(), [], []
        page.on("request", lambda one: sent.append(one) if one.url.partition("?")[0].endswith("/queue/join") else None)
        page.on("response", lambda one: filled.append(one.status) if "/run/predict" in one.url else None)
        page.goto(address + path)
        # The texts come from the server, once the event that opens the page is answered.
        expect(page.locator(".conduct-snippet code").first).to_contain_text(address)
        if joined:
            expect(status(page)).to_have_text(COVERED_SAID)
        assert filled == [200]
        assert [one.post_data_json["data"] for one in sent] == [[question] for question in joined]


def test_shift_enter_makes_a_line(page: Page):
    """It asks nothing."""
    box(page).fill("one")
    box(page).press("Shift+Enter")
    box(page).press_sequentially("two")
    expect(box(page)).to_have_value("one\ntwo")
    expect(status(page)).to_have_count(0)


def test_the_button_asks_and_a_second_question_replaces_the_first(page: Page):
    """One answer at a time; if the code is silent, one click shows the closest passages."""
    for question, sentence in [(ACCENT, COVERED_SAID), (SILENT, SILENT_SAID)]:
        box(page).fill(question)
        page.get_by_role("button", name="Ask", exact=True).click()
        expect(status(page)).to_have_text(sentence)
    expect(page.locator(".conduct-card").first).to_be_hidden()
    page.get_by_text("Show the closest passages all the same").click()
    expect(page.locator(".conduct-card").first).to_be_visible()


def test_an_example_asks_itself(page: Page):
    """A click fills the box and asks; the focus moves to the answer, and the examples disappear."""
    page.get_by_role("button", name=EXAMPLE).click()
    expect(status(page)).to_have_text(COVERED_SAID)
    expect(box(page)).to_have_value(EXAMPLE)
    expect(status(page)).to_be_focused()
    expect(page.get_by_role("button", name=EXAMPLE)).to_be_hidden()


def test_back_and_forward(page: Page):
    """Through two answers to the empty page, and forward again."""
    ask(page, ACCENT)
    ask(page, SILENT, SILENT_SAID)
    page.go_back()
    expect(status(page)).to_have_text(COVERED_SAID)
    expect(box(page)).to_have_value(ACCENT)
    page.go_back()
    expect(page.get_by_role("button", name=EXAMPLE)).to_be_visible()
    expect(box(page)).to_have_value("")
    expect(status(page)).to_be_hidden()
    page.go_forward()
    expect(status(page)).to_be_visible()
    expect(box(page)).to_have_value(ACCENT)


def test_an_address_with_a_question_opens_with_its_answer(browser: Browser, address: str):
    """Such addresses can be shared."""
    with opened(browser, address, "?q=they+laugh+at+his+accent") as page:
        expect(status(page)).to_have_text(COVERED_SAID)
        expect(box(page)).to_have_value("they laugh at his accent")
        assert urlsplit(page.url).query == ""
        wait_until_ended(page)
        page.reload()
        expect(status(page)).to_have_text(COVERED_SAID)


def test_everything_by_keyboard(page: Page):
    """From the box to the button, the copy button of the first card, and the link into the text."""
    ask(page, ACCENT)
    order = []
    for _ in range(4):
        page.keyboard.press("Tab")
        order.append(page.evaluate("document.activeElement.textContent.trim()"))
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline == "solid", order
    assert order == ["Ask", "Copy quote", "Copy as Markdown", "Read in context"]
    page.keyboard.press("Enter")
    first = page.locator(".conduct-card").first.get_attribute("data-passage")
    expect(page.locator(f"[id='{first}']")).to_be_focused()


def test_copy_quote(page: Page, address: str, dataset):
    """Plain text with quote, section, title and link; the button confirms it, also to screen readers."""
    ask(page, ACCENT)
    card = page.locator(".conduct-card").first
    card.get_by_role("button", name="Copy quote").click()
    expect(card.get_by_role("button", name="Copied")).to_be_visible()
    expect(said(page)).to_have_text("Copied")
    passage = next(p for p in dataset.code.passages if p.id == card.get_attribute("data-passage"))
    assert page.evaluate("navigator.clipboard.readText()") == (
        f"“{passage.text}”\n\n{passage.section} · {dataset.code.title}\n{address}#{passage.id}"
    )


def test_a_quote_with_quotation_marks_in_it_is_put_in_no_others(page: Page):
    """The words are not changed, and no mark is closed by one of another pair."""
    ask(page, ACCENT)
    card = page.locator(".conduct-card").first
    card.locator("blockquote").evaluate("quote => { quote.textContent = 'Say “no” and “stop”.' }")
    card.get_by_role("button", name="Copy quote").click()
    expect(said(page)).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()").startswith("Say “no” and “stop”.\n\n")


def test_copying_without_permission_says_so_and_selects(page: Page):
    """It does not claim to have copied anything."""
    ask(page, ACCENT)
    page.evaluate("navigator.clipboard.writeText = () => Promise.reject(); document.execCommand = () => false")
    page.get_by_role("button", name="Copy quote").first.click()
    expect(said(page)).to_have_text("Copying did not work: the text is selected, copy it from there.")
    expect(page.get_by_role("button", name="Copying did not work").first).to_be_visible()
    quote_text = page.locator(".conduct-card blockquote").first.text_content()
    assert page.evaluate("getSelection().toString()").split() == quote_text.split()


def test_read_in_context(page: Page):
    """It opens the whole text, scrolls to the passage, focuses and marks it; found passages have a label."""
    ask(page, ACCENT)
    ids = [card.get_attribute("data-passage") for card in page.locator(".conduct-card").all()]
    page.get_by_role("link", name="Read in context").nth(1).click()
    passage = page.locator(f"[id='{ids[1]}']")
    expect(passage).to_be_focused()
    expect(passage).to_be_in_viewport()
    assert page.locator("[data-here]").evaluate_all("found => found.map(one => one.id)") == [ids[1]]
    found = page.locator(".conduct-passage[data-found='Found for your question']")
    assert sorted(found.evaluate_all("found => found.map(one => one.id)")) == sorted(ids)
    assert page.url.endswith("#" + ids[1])


def test_an_address_with_a_passage_opens_it(browser: Browser, address: str):
    """`#learning-and-growing-1`; an unknown id opens nothing."""
    with opened(browser, address, "#learning-and-growing-1") as page:
        expect(page.locator("#learning-and-growing-1")).to_be_focused()
        expect(page.locator("#learning-and-growing-1")).to_be_in_viewport()
    with opened(browser, address, "#%E0%A4%A") as page:
        expect(page.locator("#whole-code")).not_to_have_attribute("open", "")


def test_the_whole_code_can_be_read(page: Page, dataset):
    """All passages, and once that the copy is not complete, with a link to the source."""
    page.get_by_text("Read the whole code").click()
    for passage in dataset.code.passages:
        expect(page.locator(f"[id='{passage.id}']")).to_have_text(passage.text)
    expect(page.get_by_text("This copy ends before the list of examples.")).to_have_count(1)
    expect(page.get_by_role("link", name="Read the original")).to_have_attribute("href", dataset.code.url)


def test_bad_input_gets_a_sentence(page: Page):
    """The box is marked as invalid and described by it; no cards of the previous answer are left."""
    question, sentence = "", "The question is empty: describe in a few words what happened or what you want to do."
    ask(page, ACCENT)
    ask(page, question, f"! {sentence}")
    expect(box(page)).to_have_value(question)
    expect(box(page)).to_have_attribute("aria-invalid", "true")
    expect(box(page)).to_have_accessible_description(sentence)
    expect(said(page)).to_have_text(sentence)
    expect(page.locator(".conduct-card")).to_have_count(0)


def test_a_lost_connection_is_said(browser: Browser, address: str):
    """The previous answer is not shown as the new one, and the page works afterwards."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(address)
    ask(page, ACCENT)
    page.route("**/queue/join*", lambda route: route.abort())
    box(page).fill(SILENT)
    box(page).press("Enter")
    sentence = "No answer came: check your connection and ask again."
    expect(said(page)).to_have_text(sentence)
    expect(page.locator(".conduct-failed")).to_be_visible()
    expect(page.locator(".toast-wrap")).to_be_hidden()
    expect(status(page)).to_be_hidden()
    page.unroute("**/queue/join*")
    ask(page, SILENT, SILENT_SAID)
    expect(page.locator(".conduct-failed")).to_be_hidden()
    context.close()


def test_a_question_before_the_model_is_there_waits_and_is_answered(browser: Browser, serve, model, encoder):
    """ "Getting ready", a disabled button with that text, then the answer; in the embed as well."""
    gate = threading.Event()

    def slow_model(settings: Settings):
        assert gate.wait(60)
        return model

    with serve(Engine(Settings(), slow_model, lambda folder: encoder)) as cold:
        waiting = "… Getting ready: the first answer takes a few seconds."
        with opened(browser, cold, "?q=they+laugh+at+his+accent") as page, quiet(browser, cold) as small:
            expect(status(page)).to_have_text(waiting)
            expect(said(page)).to_have_text(waiting[2:])
            expect(page.get_by_role("button", name="Looking …")).to_be_disabled()
            assert violations(page) == []
            small.goto(f"{cold}embed?q=they+laugh+at+his+accent")
            expect(status(small)).to_have_text(waiting)
            expect(said(small)).to_have_text(waiting[2:])
            gate.set()
            expect(status(page)).to_have_text(COVERED_SAID, timeout=60_000)
            expect(status(small)).to_have_text(COVERED_SAID)
            expect(said(small)).to_have_text(COVERED_SAID[2:])
            assert small.title() == "The code speaks to this. – Is this okay?"
            wait_until_ended(page)


def test_the_embed_panel_has_the_snippet_for_this_address(page: Page, address: str):
    """It can be copied."""
    page.get_by_text("Embed", exact=True).click()
    page.get_by_role("button", name="Copy snippet").first.click()
    expect(said(page)).to_have_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert re.match(rf'<iframe src="{re.escape(address)}embed" ', copied)
    assert "address.invalid" not in copied
