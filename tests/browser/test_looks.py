"""How the page looks, and its size: accessibility, widths, languages, bytes, layout shift; and as a Space."""

import re
from urllib.parse import quote
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, Page, expect

from conduct.api.service import AskService
from conduct.web.page import build_page
from conduct.web.translations import preferred_translator
from conduct.web.wording import EXAMPLES
from tests.support.browsers import (
    ACCENT,
    COUNT_SHIFTS,
    COVERED_SAID,
    MOST_SHIFT,
    SILENT,
    SILENT_SAID,
    ask,
    box,
    opened,
    quiet,
    status,
    violations,
)  # fmt: skip

pytestmark = pytest.mark.browser

# The project's own limits: all of it, compressed, and the page's HTML, in which Gradio's settings are.
MOST_BYTES, MOST_REQUESTS, MOST_OWN_BYTES = 300_000, 52, 40_000

# The left and right edges of the text.
SIDES = """element => {
  const range = document.createRange();
  range.selectNodeContents(element);
  const { left, right } = range.getBoundingClientRect();
  return { ltr: left, rtl: right };
}"""


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_in_any_state(browser: Browser, address: str, theme: str):
    """Empty, covered, full text open, panels open, silent with its passages shown, refused; and the embed."""
    # Without motion: in the middle of a colour transition no contrast is sufficient.
    with opened(browser, address, color_scheme=theme, reduced_motion="reduce") as page:
        expect(page.locator(".conduct-example").first).to_be_visible()
        assert violations(page) == []
        ask(page, ACCENT)
        page.get_by_role("link", name="Read in context").first.click()
        for summary in page.locator(".conduct-footer summary").all():
            summary.click()
        assert violations(page) == []
        ask(page, SILENT, SILENT_SAID)
        page.get_by_text("Show the closest passages all the same").click()
        assert violations(page) == []
        box(page).fill("")
        box(page).press("Enter")
        expect(box(page)).to_have_attribute("aria-invalid", "true")
        assert violations(page) == []
        background = page.evaluate("getComputedStyle(document.querySelector('.gradio-container')).backgroundColor")
        assert background == {"light": "rgb(255, 254, 251)", "dark": "rgb(27, 26, 24)"}[theme]
        page.goto(f"{address}embed?q=they+laugh+at+his+accent")
        expect(status(page)).to_have_text(COVERED_SAID)
        assert violations(page) == []


def test_the_headings_make_an_outline(browser: Browser, address: str, dataset):
    """One heading of level 1; then passages, advice and the whole text, with sections below it."""
    with opened(browser, address, f"?q={quote(ACCENT)}") as page:
        expect(status(page)).to_have_text(COVERED_SAID)
        for closed in ("Less close", "Read the whole code"):
            page.get_by_text(closed).click()
        headings = page.get_by_role("heading").evaluate_all("all => all.map(h => [h.tagName, h.textContent])")
        assert headings[:2] == [["H1", "Is this okay?"], ["H2", "Passages"]]
        assert [tag for tag, _ in headings[2:5]] == ["H3"] * 3
        assert headings[5:] == [
            ["H2", "What to do next"],
            ["H2", "Read the whole code"],
            *[["H3", section.title] for section in dataset.code.sections if section.level],
        ]


@pytest.mark.parametrize("width", [320, 768, 1400])
def test_nothing_scrolls_sideways(browser: Browser, address: str, width: int):
    """From the smallest phone up, with everything open; 640 px at 200% zoom is the first width."""
    with opened(browser, address, "?q=they+laugh+at+his+accent", viewport={"width": width, "height": 800}) as page:
        expect(status(page)).to_have_text(COVERED_SAID)
        for summary in page.locator("summary").all():
            summary.click()
        assert page.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize("path", ["", "?q=they+laugh+at+his+accent"])
def test_the_first_load_is_light_and_nothing_jumps(browser: Browser, address: str, path: str):
    """Requests, and bytes as they were transferred."""
    context = browser.new_context()
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    addresses, sizes = {}, {}
    session.on(
        "Network.requestWillBeSent", lambda event: addresses.setdefault(event["requestId"], event["request"]["url"])
    )
    session.on("Network.loadingFinished", lambda event: sizes.update({event["requestId"]: event["encodedDataLength"]}))
    page.add_init_script(COUNT_SHIFTS)
    response = page.goto(address + path)
    expect(page.locator("#conduct-status" if path else ".conduct-example").first).to_be_visible()
    page.wait_for_load_state("networkidle")
    # The answer to a question in the address is not part of the page; it comes through the queue.
    came = [size for request, size in sizes.items() if "/gradio_api/queue/" not in addresses[request]]
    assert 100_000 < sum(came) <= MOST_BYTES
    assert 20 < len(came) <= MOST_REQUESTS
    assert response.request.sizes()["responseBodySize"] < MOST_OWN_BYTES
    assert page.evaluate("window.shift") < MOST_SHIFT
    context.close()


def test_reduced_motion_is_respected(browser: Browser, address: str):
    """The page jumps to the text instead of scrolling smoothly."""
    with opened(browser, address, "?q=they+laugh+at+his+accent", reduced_motion="reduce") as page:
        expect(status(page)).to_have_text(COVERED_SAID)
        page.evaluate("Element.prototype.scrollIntoView = (how) => { window.how = how }")
        page.get_by_role("link", name="Read in context").first.click()
        assert page.evaluate("window.how.behavior") == "auto"


@pytest.mark.parametrize(
    ("locale", "lang", "title", "said", "direction"),
    [
        ("es-MX", "es", "¿Está bien esto?", "● El código habla de esto.", "ltr"),
        ("fr", "fr", "Est-ce que ça va ?", "● Le code parle de ceci.", "ltr"),
        ("pt-BR", "pt", "Isto está certo?", "● O código fala disto.", "ltr"),
        ("hi-IN", "hi", "क्या यह ठीक है?", "● संहिता इस बारे में कुछ कहती है।", "ltr"),
        ("ar-EG", "ar", "هل هذا مقبول؟", "● المدونة تتحدث عن هذا.", "rtl"),
        ("zh-CN", "zh", "这样做可以吗？", "● 准则谈到了这一点。", "ltr"),
        ("de-AT", "de", "Ist das okay?", "● Der Kodex sagt etwas dazu.", "ltr"),
        ("id-ID", "id", "Apakah ini boleh?", "● Kode etik membahas hal ini.", "ltr"),
        ("ja-JP", "ja", "これって大丈夫？", "● 規範はこのことに触れています。", "ltr"),
        ("ru-RU", "ru", "Это нормально?", "● В кодексе об этом говорится.", "ltr"),
        ("nl-NL", "en", "Is this okay?", COVERED_SAID, "ltr"),
    ],
)
def test_the_pages_own_words_follow_the_browser(
    browser: Browser, address: str, locale: str, lang: str, title: str, said: str, direction: str
):
    """In Gradio's parts and in ours; the passages stay in the language of the code, and are marked with it."""
    with opened(browser, address, "?q=they+laugh+at+his+accent", locale=locale) as page:
        expect(status(page)).to_have_text(said)
        expect(page.get_by_role("heading", level=1)).to_have_text(title)
        expect(page.locator("html")).to_have_attribute("lang", lang)
        expect(page.locator("html")).to_have_attribute("dir", direction)
        assert page.evaluate("getComputedStyle(document.querySelector('h1')).direction") == direction
        # The code's title has its own direction, at the side where the page begins.
        kicker, heading = (page.locator(name).evaluate(SIDES) for name in (".conduct-kicker", ".conduct-title"))
        assert abs(kicker[direction] - heading[direction]) <= 3
        passage = page.locator(".conduct-card blockquote").first
        expect(passage).to_have_attribute("lang", "en")
        assert passage.evaluate("passage => getComputedStyle(passage).direction") == "ltr"


@pytest.mark.parametrize("locale", ["ja-JP", "ar-EG", "nl-NL"])
def test_an_example_asks_itself_in_the_visitors_language(browser: Browser, light: str, locale: str):
    """From the beginning: what Gradio renders in English is replaced before it is shown."""
    translator = preferred_translator(locale)
    with quiet(browser, light, locale=locale) as page:
        # Gradio's page requests the visitor's texts after it is rendered; here it never gets them.
        page.route("**/gradio_api/run/**", lambda route: None)
        page.goto(light)
        expect(page.locator("#conduct-first")).to_have_count(0)
        assert page.locator(".conduct-example").all_text_contents() == [translator(example) for example in EXAMPLES]
        section = page.locator(".conduct-examples")
        assert section.get_by_role("heading").text_content() == translator("For example")
        assert [section.get_attribute(name) for name in ("lang", "dir")] == [translator.language, translator.direction]
        page.unroute_all()
    with opened(browser, light, locale=locale) as page:
        page.wait_for_load_state("networkidle")
        assert page.locator(".conduct-example").all_text_contents() == [translator(example) for example in EXAMPLES]
        page.locator(".conduct-example").nth(1).click()
        expect(box(page)).to_have_value(translator(EXAMPLES[1]))
        expect(status(page)).to_be_focused()


@pytest.fixture
def space_address(monkeypatch: pytest.MonkeyPatch, engine, serve):
    """The app as it runs on a Space."""
    monkeypatch.setenv("SYSTEM", "spaces")
    monkeypatch.setenv("SPACE_ID", "org/is-this-okay")
    with serve(engine) as address:
        yield address


# Gradio's hot reloading wants a package that only a Space has; nothing here reloads.
@pytest.mark.filterwarnings("ignore:Exception in thread:pytest.PytestUnhandledThreadExceptionWarning")
def test_a_space_asks_no_other_host(browser: Browser, space_address: str):
    """Where Gradio would add a bar that loads fonts and pictures; `opened` checks every request."""
    with opened(browser, space_address) as page:
        ask(page, ACCENT)
        page.wait_for_load_state("networkidle")


def test_the_whole_page_in_a_frame(browser: Browser, address: str, host_page):
    """As the Space's own page shows it, with the query passed on."""
    host = host_page(f'<iframe src="{address}?q=they+laugh+at+his+accent" width="600" height="900"></iframe>')
    context = browser.new_context()
    page: Page = context.new_page()
    page.goto(host)
    frame = page.frame_locator("iframe")
    expect(frame.locator("#conduct-status")).to_have_text(COVERED_SAID)
    context.close()


def test_the_page_as_a_component_of_another_page(browser: Browser, address: str, host_page):
    """`<gradio-app>`: it answers, and does not change the other page's address."""
    with urlopen(address) as response:
        script = re.search(r'src="\./(assets/index-[^"]+\.js)"', response.read().decode()).group(1)
    host = host_page(
        f'<script type="module" src="{address}{script}"></script><gradio-app src="{address}"></gradio-app>'
    )
    context = browser.new_context()
    page = context.new_page()
    page.goto(host)
    ask(page, ACCENT)
    assert page.url == host
    context.close()


def test_build_page_keeps_no_space_bar(monkeypatch: pytest.MonkeyPatch, engine):
    """So the test above does not pass only because of the content security policy."""
    monkeypatch.setenv("SYSTEM", "spaces")
    monkeypatch.setenv("SPACE_ID", "org/is-this-okay")
    assert build_page(AskService(engine)).space_id is None
