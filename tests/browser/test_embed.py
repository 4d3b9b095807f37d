"""The small page for other pages: over plain HTTP, without JavaScript, and in a frame on another origin."""

import http.client
import re
from html import unescape
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

import pytest
from playwright.sync_api import Browser, expect

from conduct.messages import Message
from conduct.web import embed, render
from conduct.web.translations import LANGUAGES, translator_for
from tests.support.browsers import COVERED_SAID, SILENT_SAID, quiet, status

ASKED = "they laugh at his accent"
ROOT = Path(__file__).parents[2]


def get(address: str, query: str = "", **headers: str) -> tuple[int, dict, str]:
    """Status, headers and body of a GET of /embed."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)
    connection.request("GET", f"/embed{query}", headers=headers)
    response = connection.getresponse()
    return response.status, dict(response.headers), response.read().decode("utf-8")


def test_without_a_question_there_is_a_form(address: str):
    """And nothing that looks like an answer."""
    code, headers, html = get(address)
    assert code == 200
    assert '<form action="embed" method="post"' in html
    assert "conduct-answer" not in html
    assert headers["cache-control"] == "no-store"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "frame-ancestors *" in headers["content-security-policy"]


@pytest.mark.parametrize("limit", [1, 5])
def test_the_cards_are_those_of_the_page(address: str, engine, limit: int):
    """The same function renders both."""
    code, _, html = get(address, f"?q={quote(ASKED)}&limit={limit}")
    full_page, original = "./?q=they+laugh+at+his+accent", engine.text().code.url
    assert code == 200
    assert render.render_answer(engine.ask(ASKED, limit), full_page=full_page, original=original) in html
    assert html.count("<blockquote") == limit


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("q=%20", None),
        ("q=x&limit=6", "The limit must be a whole number from 1 to 5, but “6” came: fix the address."),
        ("q=x&limit=%D9%A3", "The limit must be a whole number from 1 to 5, but “٣” came: fix the address."),
        ("q=x&theme=%3Cb%3E", "The theme must be light, dark or auto, but “&lt;b&gt;” came: fix the address."),
    ],
)  # fmt: skip
def test_bad_input_shows_its_sentence(address: str, query: str, sentence: str | None):
    """On the page, with a status that programs understand."""
    code, _, html = get(address, f"?{query}")
    assert code == (400 if sentence else 200)
    assert (sentence or "Your question") in html


@pytest.mark.parametrize("language", LANGUAGES)
def test_its_errors_are_in_the_visitors_language(light: str, language: str):
    """All errors that the form or the address can cause."""
    say = translator_for(language).say
    for query, message in [
        ("q=x&limit=6", Message(embed.WRONG_LIMIT, {"limit": render.MAX_EMBEDDED, "received": "6"})),
        ("q=x&theme=red", Message(embed.WRONG_THEME, {"received": "red"})),
    ]:
        code, _, html = get(light, f"?{query}", **{"Accept-Language": language})
        assert code == 400
        assert say(message) in unescape(html)


def test_a_question_in_a_body_is_answered_and_not_repeated_in_an_address(address: str):
    """As the form sends it; the title has the verdict, and of a text that is too long the beginning is read."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)
    sent = urlencode({"q": "they laugh at his accent " * 500, "limit": "1", "theme": "dark"})
    connection.request("POST", "/embed", sent, {"content-type": "application/x-www-form-urlencoded"})
    response = connection.getresponse()
    html = response.read().decode("utf-8")
    assert response.status == 200
    assert "<title>The code speaks to this. – Is this okay?</title>" in html
    assert 'data-theme="dark"' in html
    assert html.count("<blockquote") == 1
    assert "Only the first 10,000 characters were read" in html


def test_help_comes_first_for_somebody_who_may_want_to_die(address: str):
    """Before the verdict and the cards."""
    _, _, html = get(address, "?q=I+want+to+die")
    assert 0 < html.index("findahelpline.com</a>") < html.index('id="conduct-status"') < html.index("<blockquote")


def test_a_failure_shows_one_sentence(monkeypatch: pytest.MonkeyPatch, address: str, engine):
    """Without its details."""

    def fail(*args: object) -> None:
        raise RuntimeError("secret detail")  # fmt: skip

    monkeypatch.setattr(engine, "ask", fail)
    code, _, html = get(address, "?q=x")
    assert code == 500
    assert "Something went wrong on our side and your question was not answered: please ask it again." in html
    assert "secret" not in html


def test_what_came_in_the_address_is_text(address: str):
    """It is escaped in the box, and encoded in the link to the full page."""
    hostile = '"><script>alert(1)</script>{{7*7}} javascript:alert(1)'
    _, _, html = get(address, "?q=" + quote(hostile))
    assert "<script>alert" not in html
    assert "\n&#34;&gt;&lt;script&gt;alert(1)&lt;/script&gt;{{7*7}} javascript:alert(1)</textarea>" in html
    assert 'href="./?q=%22%3E%3Cscript' in html


def test_it_speaks_the_visitors_language(address: str):
    """Right to left for such languages."""
    _, _, html = get(address, f"?q={quote(ASKED)}", **{"Accept-Language": "ar,en;q=0.5"})
    assert '<html lang="ar" dir="rtl"' in html
    assert "المدونة تتحدث عن هذا." in html


@pytest.mark.browser
def test_it_works_without_javascript_and_is_light(browser: Browser, address: str):
    """Type, press the button, read; at most 5 requests and 40 KB, uncompressed."""
    with quiet(browser, address, java_script_enabled=False, color_scheme="light") as page:
        came = []
        page.on("response", lambda response: came.append(response))
        page.goto(f"{address}embed?theme=dark")
        page.get_by_label("Your question").fill(ASKED)
        came.clear()
        page.get_by_role("button", name="Ask").click()
        expect(status(page)).to_have_text(COVERED_SAID)
        expect(page.get_by_label("Your question")).to_have_value(ASKED)
        expect(page.locator("html")).to_have_attribute("data-theme", "dark")
        expect(page.get_by_role("button", name="Copy quote").first).to_be_hidden()
    with quiet(browser, address) as page:
        page.on("response", lambda response: came.append(len(response.body())))
        came.clear()
        page.goto(f"{address}embed?q={quote(ASKED)}", wait_until="networkidle")
        assert 3 <= len(came) <= 5
        assert sum(came) < 40_000


@pytest.mark.browser
@pytest.mark.parametrize(
    ("theme", "scheme", "background"),
    [
        ("light", "dark", "rgb(255, 254, 251)"),
        ("dark", "light", "rgb(27, 26, 24)"),
        ("auto", "dark", "rgb(27, 26, 24)"),
    ],
)
def test_themes(browser: Browser, address: str, theme: str, scheme: str, background: str):
    """The one in the address, or the visitor's own."""
    with quiet(browser, address, color_scheme=scheme) as page:
        page.goto(f"{address}embed?theme={theme}")
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == background


@pytest.mark.browser
def test_the_documented_snippet_resizes_a_frame_on_another_origin(browser: Browser, address: str, host_page):
    """Third-party cookies blocked; forged messages move nothing; no cookie is set."""
    context = browser.new_context(viewport={"width": 360, "height": 900})
    page = context.new_page()
    errors = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.goto(host_page(render.render_snippet(address)))
    frame = page.frame_locator("iframe")
    frame.get_by_label("Your question").fill(ASKED)
    frame.get_by_role("button", name="Ask").click()
    expect(frame.locator("#conduct-status")).to_have_text(COVERED_SAID)
    inside = frame.locator("body").evaluate("body => Math.ceil(body.getBoundingClientRect().height)")
    expect(page.locator("iframe")).to_have_css("height", f"{inside}px")
    assert inside > 600
    # The page's own message has the wrong origin and source; the frame's have the wrong type or shape.
    forged = {"type": "conduct:height", "height": 2000}
    for sender, message in [
        (page.locator("body"), forged),
        (frame.locator("body"), {**forged, "height": "2000"}),
        (frame.locator("body"), {**forged, "type": "height"}),
        (frame.locator("body"), None),
    ]:
        # It runs after the snippet's own listener, which was added first.
        page.evaluate(
            "addEventListener('message', () => { window.heard = true }, { once: true }); window.heard = false"
        )
        sender.evaluate("(body, message) => parent.postMessage(message, '*')", message)
        page.wait_for_function("window.heard")
        assert page.locator("iframe").evaluate("frame => frame.style.height") == f"{inside}px"
    frame.get_by_label("Your question").fill("best pizza in rome")
    frame.get_by_role("button", name="Ask").click()
    expect(frame.locator("#conduct-status")).to_have_text(SILENT_SAID)
    shorter = frame.locator("body").evaluate("body => Math.ceil(body.getBoundingClientRect().height)")
    assert shorter < inside
    expect(page.locator("iframe")).to_have_css("height", f"{max(shorter, 120)}px")
    assert errors == []
    assert context.cookies() == []
    context.close()


@pytest.mark.browser
def test_two_embeds_on_one_page_both_grow(browser: Browser, address: str, host_page):
    """The snippet pasted twice: each frame is as high as its own answer."""
    page = browser.new_page(viewport={"width": 700, "height": 900})
    page.goto(host_page(2 * render.render_snippet(address)))
    for place, (question, expected) in enumerate([(ASKED, COVERED_SAID), ("best pizza in rome", SILENT_SAID)]):
        frame = page.frame_locator("iframe").nth(place)
        frame.get_by_label("Your question").fill(question)
        frame.get_by_label("Your question").press("Enter")
        expect(frame.locator("#conduct-status")).to_have_text(expected)
    heights = []
    for place in (0, 1):
        body = page.frame_locator("iframe").nth(place).locator("body")
        inside = body.evaluate("body => Math.ceil(body.getBoundingClientRect().height)")
        expect(page.locator("iframe").nth(place)).to_have_css("height", f"{inside}px")
        heights.append(inside)
    assert heights[0] > heights[1] > 300
    page.close()


def test_the_readme_shows_the_snippet_of_the_page():
    """The same text, but for the address."""
    documented = re.search(
        r"```html\n(.+?)```", (ROOT / "docs" / "embedding.md").read_text(encoding="utf-8"), re.DOTALL
    ).group(1)
    assert documented.strip() == render.render_snippet("https://your-name-is-this-okay.hf.space/").strip()


def test_every_asset_is_listed():
    """Files in the served folder are public, so no other file may be there."""
    names = {path.name for path in embed.ASSETS.iterdir()}
    assert names == {"cards.css", "cards.js", "embed.css", "embed.js", "first.js", "page.css", "page.js", "preview.png"}
