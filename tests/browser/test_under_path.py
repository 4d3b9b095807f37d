"""The page behind nginx under a path, in a browser."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from conduct.web.translations import translator_for
from conduct.web.wording import MISPLACED
from tests.fakes import word_engine
from tests.support.browsers import COVERED_SAID, ask, opened, status
from tests.support.copies import PATH_FORMS, under_path

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("kind", "root_path"), [("kept", "/coc"), ("named", "")])
def test_the_page_answers_under_a_path_that_it_knows(
    browser: Browser, serve, tmp_path: Path, kind: str, root_path: str
):
    """With both configurations of docs/deployment.md; nothing on the page mentions the path."""
    form = PATH_FORMS[("kept", "named").index(kind)]
    with (
        serve(word_engine(tmp_path), root_path=root_path) as address,
        under_path(form, address, tmp_path) as outside,
        opened(browser, outside) as page,
    ):
        ask(page, "accent", COVERED_SAID)
        expect(page.locator("#conduct-first")).to_have_count(0)


def test_a_path_that_the_proxy_strips_and_does_not_name_is_said_and_the_plain_form_answers(
    browser: Browser, serve, tmp_path: Path
):
    """Gradio's part would ask at the root of the host, where another app may be; it is not shown."""
    form = re.sub(r".*X-Forwarded-Prefix.*\n", "", PATH_FORMS[1])
    with serve(word_engine(tmp_path)) as address, under_path(form, address, tmp_path) as outside:
        page = browser.new_page(locale="de")
        page.goto(outside)
        expect(page.get_by_role("alert")).to_have_text(translator_for("de")(MISPLACED))
        expect(page.locator("#conduct-question")).to_be_hidden()
        page.get_by_role("textbox", name="Deine Frage").fill("accent")
        page.get_by_role("textbox", name="Deine Frage").press("Enter")
        expect(status(page)).to_have_text("● Der Kodex sagt etwas dazu.")
        assert page.url == f"{outside}embed"
        page.close()
