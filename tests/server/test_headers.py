"""What each response tells a browser, and what a link preview finds."""

import gzip
import http.client
import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser

from conduct.web.wording import EXAMPLES


def get(address: str, path: str, **headers: str) -> tuple[int, dict, bytes]:
    """Status, headers (lower case) and body."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=30)
    connection.request("GET", path, headers=headers)
    response = connection.getresponse()
    return response.status, {name.lower(): value for name, value in response.getheaders()}, response.read()


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 200),
        ("/healthz", 200),
        ("/embed", 200),
        ("/embed?limit=x", 400),
        ("/embed-assets/cards.css", 200),
        ("/config", 200),
        ("/gradio_api/mcp/schema", 200),
        ("/gradio_api/upload", 404),
        ("/no", 404),
    ],
)
def test_every_response_has_the_headers(address: str, path: str, status: int):
    """Gradio's responses, ours and refusals: no other host is allowed to load from, and anybody may embed."""
    came, headers, _ = get(address, path)
    assert came == status
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert {"camera=()", "microphone=()", "geolocation=()"} <= set(headers["permissions-policy"].split(", "))
    # The copy buttons need it, also in frames.
    assert "clipboard-write" not in headers["permissions-policy"]
    assert "x-frame-options" not in headers
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; ")
    assert "frame-ancestors *" in policy
    assert "http" not in policy
    assert "unsafe-inline" not in policy.split("script-src")[-1].split(";")[0] or "script-src" not in policy


def test_only_the_pages_own_scripts_run(address: str):
    """Each inline script has the nonce of its response, which cannot be predicted."""
    nonces = set()
    for _ in range(2):
        _, headers, body = get(address, "/")
        (nonce,) = re.findall(
            r"script-src 'self' 'nonce-([\w-]{20,})' 'unsafe-eval';", headers["content-security-policy"]
        )
        scripts = re.findall(r"<script\b[^>]*>", body.decode("utf-8"))
        assert len(scripts) > 3
        assert [tag for tag in scripts if f'nonce="{nonce}"' not in tag] == []
        nonces.add(nonce)
    assert len(nonces) == 2


@pytest.mark.parametrize("path", ["/", "/?q=secret", "/embed?q=secret"])
def test_no_cache_keeps_a_page_that_may_hold_a_question(address: str, path: str):
    """Neither the browser's nor one on the way."""
    assert get(address, path)[1]["cache-control"] == "no-store"


@pytest.mark.browser
def test_a_script_that_came_with_a_text_does_not_run(browser: Browser, address: str):
    """Even if a text was shown unescaped, its handlers and scripts would not run."""
    context = browser.new_context()
    page = context.new_page()
    refused = []
    page.on("console", lambda message: refused.append(message.text))
    page.goto(address)
    page.evaluate(
        """() => {
            document.body.insertAdjacentHTML("beforeend", '<img src="x:" onerror="window.ran = true">');
            const script = document.createElement("script");
            script.textContent = "window.ran = true";
            document.body.append(script);
            document.body.insertAdjacentHTML("beforeend", '<a id="bad" href="javascript:window.ran = true">x</a>');
            document.querySelector("#bad").click();
        }"""
    )
    page.wait_for_timeout(500)
    assert page.evaluate("window.ran") is None
    assert sum("Content Security Policy" in text for text in refused) >= 3
    context.close()


def test_link_previews_show_our_words(address: str):
    """Gradio's tags name Gradio and a picture on another host; no tag holds a question."""
    _, _, body = get(address, "/?q=secret")
    html = body.decode("utf-8")
    head = html[: html.index("</head>")]
    assert re.findall(r'<meta property="(og:\w+)" content="([^"]*)"', head) == [
        ("og:title", "Is this okay?"),
        ("og:description", "Ask about a situation; read what the code of conduct says, word for word."),
        ("og:type", "website"),
        ("og:url", address),
        ("og:image", f"{address}embed-assets/preview.png"),
    ]
    assert get(address, "/embed-assets/preview.png")[1]["content-type"] == "image/png"
    assert head.count("<title>") == 1
    assert "raw.githubusercontent.com" not in html
    assert "secret" not in head.replace('<noscript><meta http-equiv="refresh" content="0; url=embed?q=secret">', "")


def test_the_first_html_holds_a_form_that_works_without_a_script(address: str):
    """Title, box and examples before anything else is loaded; in the visitor's language."""
    _, headers, body = get(address, "/", **{"Accept-Language": "es"})
    html = body.decode("utf-8")
    first = html.partition('<div id="conduct-first" lang="es" dir="ltr">')[2].partition("</main>")[0]
    assert "<h1>¿Está bien esto?</h1>" in first
    assert '<form action="embed" method="post"' in first
    assert first.count('<button name="q" value="') == len(EXAMPLES)
    assert '<button name="q" value="Siempre les dan las charlas a los mismos tres amigos"' in first
    assert "form-action 'self'" in headers["content-security-policy"]
    assert "<title>¿Está bien esto?</title>" in html


def test_the_first_html_has_the_visitors_language(address: str):
    """Before any script has run."""
    _, headers, body = get(address, "/", **{"Accept-Language": "ar"})
    assert re.search(r'<html\s+lang="ar" dir="rtl"', body.decode("utf-8"))
    assert "accept-language" in headers["vary"].lower()


def test_the_page_comes_compressed(address: str):
    """In a quarter of the bytes, with the same content."""
    _, headers, body = get(address, "/", **{"Accept-Encoding": "gzip"})
    assert headers["content-encoding"] == "gzip"
    assert int(headers["content-length"]) == len(body)
    assert b"</html>" in gzip.decompress(body)
