"""What each response tells a browser, and what a link preview finds."""

import gzip
import http.client
import re
from urllib.parse import urlsplit

import pytest


def get(address: str, path: str, **headers: str) -> tuple[int, dict, bytes]:
    """Status, headers (lower case) and body."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=30)
    connection.request("GET", path, headers=headers)
    response = connection.getresponse()
    return response.status, {name.lower(): value for name, value in response.getheaders()}, response.read()


@pytest.mark.parametrize(
    ("path", "status"), [("/", 200), ("/healthz", 200), ("/embed", 200), ("/embed-assets/cards.css", 200), ("/no", 404)]
)
def test_every_response_has_the_headers(address: str, path: str, status: int):
    """Those of Gradio, ours and the ones that found nothing."""
    came, headers, _ = get(address, path)
    assert came == status
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    policy = headers["content-security-policy"]
    assert "frame-ancestors *" in policy
    assert "http" not in policy


def test_link_previews_show_our_words(address: str):
    """Gradio's tags name Gradio and a picture on another host."""
    _, _, body = get(address, "/")
    html = body.decode("utf-8")
    head = html[: html.index("</head>")]
    assert re.findall(r'<meta property="(og:\w+)" content="([^"]*)"', head) == [
        ("og:title", "Is this okay?"),
        ("og:description", "Ask about a situation; read what the code of conduct says, word for word."),
        ("og:type", "website"),
    ]
    assert head.count("<title>") == 1
    assert "raw.githubusercontent.com" not in html
    assert '<noscript><p><a href="embed">' in html


def test_the_first_html_has_the_visitors_language(address: str):
    """Before any script has run."""
    _, headers, body = get(address, "/", **{"Accept-Language": "ar"})
    assert re.search(r'<html\s+lang="ar" dir="rtl"', body.decode("utf-8"))
    assert "accept-language" in headers["vary"].lower()


def test_the_page_comes_compressed(address: str):
    """A quarter of the bytes, and still the page."""
    _, headers, body = get(address, "/", **{"Accept-Encoding": "gzip"})
    assert headers["content-encoding"] == "gzip"
    assert int(headers["content-length"]) == len(body)
    assert b"</html>" in gzip.decompress(body)
