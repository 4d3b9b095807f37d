"""Numbers and names that the documents repeat are those of the code."""

import json
import re

from babel import Locale

from conduct.answering.answer import About, Answer, AnswerPassage, NextStep, Source
from conduct.answering.limits import DEFAULT_LIMIT
from conduct.api import http_routes
from conduct.api.service import MAX_PENDING_QUESTIONS
from conduct.api.turns import MAX_QUESTION_CHARACTERS
from conduct.cli import publish
from conduct.dataset.files import QUESTIONS_FILE, SITUATIONS_FILE
from conduct.hub import fetch
from conduct.model.int8 import CALIBRATION_TEXTS
from conduct.ranking import draft
from conduct.ranking.recipe import RECIPE
from conduct.settings import Settings
from conduct.text.passages import MAX_PASSAGE
from conduct.web.embed import THEMES
from conduct.web.guard import garbage, idle_timeout, log_redaction, request_limits, sessions
from conduct.web.render import MAX_EMBEDDED
from conduct.web.translations import LANGUAGES
from tests.support.paths import ROOT

WORDS = {2: "two", 3: "three", 10: "ten", 30: "half a minute", 60: "a minute", 120: "two minutes"}


def words_of(page: str) -> str:
    """A document, its line breaks as spaces."""
    return " ".join((ROOT / page).read_text(encoding="utf-8").split())


def test_the_promised_limits_of_requests_hold():
    """SECURITY.md and docs/deployment.md name them."""
    security, deployment = words_of("SECURITY.md"), words_of("docs/deployment.md")
    held, kept = request_limits.MAX_HELD_BYTES // 10**6, http_routes.MAX_KEPT_BYTES // 10**6
    for said in (
        f"at most {request_limits.MAX_BODY_BYTES:,} bytes, {request_limits.MAX_VALUES:,} values and "
        f"{request_limits.MAX_DEPTH} nested brackets and must arrive within {request_limits.SECONDS:g} seconds",
        f"closed after {idle_timeout.SECONDS:g} seconds, a response that nobody reads after "
        f"{idle_timeout.UNREAD_SECONDS:g}",
        f"at most {held} MB together, all results that wait to be fetched {kept} MB",
        f"share one limit of {MAX_PENDING_QUESTIONS} questions",
        f"one for each {MAX_QUESTION_CHARACTERS:,} characters",
        f"dropped {WORDS[sessions.SECONDS]} after its last question, a result that nobody fetches after "
        f"{WORDS[http_routes.KEPT_SECONDS]}",
        f"every {WORDS[garbage.SECONDS]} seconds while no question waits",
        f"{WORDS[log_redaction.MAX_LINES]} {WORDS[log_redaction.WINDOW_SECONDS]} are written",
    ):
        assert said in security, said
    assert f"{MAX_PENDING_QUESTIONS} questions that wait, {held} MB of large request bodies" in deployment
    assert f"{kept} MB of results that nobody has fetched yet" in deployment
    assert f"dropped after {WORDS[idle_timeout.UNREAD_SECONDS]}" in deployment
    assert garbage.ALL_EVERY * garbage.SECONDS == 60
    api = words_of("docs/api.md")
    assert f"over {request_limits.MAX_BODY_BYTES:,} bytes" in api
    assert f"more than {MAX_PENDING_QUESTIONS} questions waiting" in api
    assert f"within {http_routes.KEPT_SECONDS} seconds" in api


def test_each_field_of_an_answer_has_its_row():
    """In docs/api.md, with the fields of what it holds; what never leaves the app has none."""

    def sent(model: type) -> set[str]:
        return {name for name, field in model.model_fields.items() if not field.exclude}

    table = (ROOT / "docs" / "api.md").read_text(encoding="utf-8").split("| field | meaning |")[1].split("\n\n")[0]
    rows = dict(re.findall(r"^\| `(\w+)` \| (.*) \|$", table, re.MULTILINE))
    assert set(rows) == sent(Answer)
    assert {name for name in sent(AnswerPassage) if f"`{name}`" in rows["passages"]} == sent(AnswerPassage)
    assert {name for name in sent(Source) if f"`{name}`" in rows["source"]} == sent(Source)
    assert json.loads(f"[{re.search('{(.*)}', rows['next_steps'])[1]}]") == list(NextStep.model_fields)[:2]
    about = re.search(r"`about` is then `{(.*?)}`", words_of("docs/api.md"))[1]
    assert set(re.findall(r'"(\w+)"', about)) == sent(About)


def test_the_embed_takes_what_its_page_says():
    """Themes, limits, and the languages that it speaks."""
    page = words_of("docs/embedding.md")
    assert set(THEMES) == {"light", "dark", "auto"}
    assert f"`limit` (1 to {MAX_EMBEDDED} passages, {DEFAULT_LIMIT} by default)" in page
    listed = re.search(r"browser's first language: ([^(]*?) \(", page)[1].replace("Simplified ", "")
    names = Locale("en").languages
    assert sorted(re.split(r", | or ", listed)) == sorted(names[code] for code in LANGUAGES)


def test_the_defaults_in_the_table_of_settings_hold():
    """A row that says "none" or a value, and the code that has another, would mislead."""
    default = Settings.from_environment({})
    rows = dict(
        re.findall(r"^\| `CONDUCT_(\w+)` \| ([^|]*) \|", (ROOT / "docs" / "deployment.md").read_text(), re.MULTILINE)
    )
    assert (default.dataset, default.model, default.inference, default.inference_token) == (None,) * 4
    assert rows["DATASET_REVISION"] == f"`{default.dataset_revision}`"
    assert rows["MODEL_REVISION"].startswith(f"`{default.model_revision}`;")
    assert rows["REFRESH_MINUTES"] == f"`{default.refresh_minutes:g}`"
    assert rows["INFERENCE_TOKEN"] == "none"


def test_times_and_lengths_in_your_own_code_hold():
    """How long the Hub is waited for, how often it is asked, and where a long paragraph is cut."""
    page = words_of("docs/your-own-code.md")
    assert f"longer than {fetch.HUB_TIMEOUT_SECONDS:g} seconds" in page
    assert f"the download may take {fetch.FIRST_TEXT_SECONDS:g} seconds" in page
    assert f"every {publish.REFRESH_MINUTES} minutes" in page
    assert f"more than {MAX_PASSAGE:,} characters" in page


def test_the_numbers_of_the_method_are_those_it_uses():
    """docs/how-it-works.md and docs/performance.md."""
    method, speed = words_of("docs/how-it-works.md"), words_of("docs/performance.md")
    assert f"for {CALIBRATION_TEXTS} texts" in method
    assert f"{draft.MIN_READ}, or {draft.SHARE_READ:.0%} of all if that is more" in method
    assert f"the best {WORDS[draft.READ_AGAIN]} once more" in method
    axes = f"from {RECIPE.min_situations_for_pca:,} situations on along their {RECIPE.pca_components} main axes"
    assert axes in speed


def test_the_data_card_lists_the_files_and_counts_their_lines():
    """What is published beside the card, and how many lines there are of a kind."""
    card, folder = words_of("conduct/data/README.md"), ROOT / "conduct" / "data"
    files = re.findall(r"^\| `([\w.]+\.\w+)` \|", (folder / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert {*files, publish.CARD_FILE} == {*publish.DATA_FILES, publish.VECTORS_FILE}

    def lines(name: str) -> list[dict]:
        return [json.loads(line) for line in (folder / name).read_text(encoding="utf-8").splitlines()]

    hidden = sum(row.get("show") is False for row in lines(SITUATIONS_FILE))
    splits = [row["split"] for row in lines(QUESTIONS_FILE)]
    assert f"never shown as an example ({hidden} lines)" in card
    assert f"The {splits.count('dev')} questions of `dev`" in card
    assert f"the {splits.count('test')} of `test`" in card


def test_the_tree_and_the_private_names_in_contributing_are_those_of_the_code():
    """Each package and module of conduct/ and each folder is named, and exists; so does each name of Gradio's."""
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    tree = page.split("## Where things are")[1].split("\n\n")[1]
    starts = re.findall(r"^ +((?:[\w.]+(?:/|\.py)(?: +|$))+)", tree, re.MULTILINE)
    named = {name.rstrip("/") for start in starts for name in start.split()}
    package = {path.name for path in (ROOT / "conduct").iterdir() if path.name not in ("__init__.py", "__pycache__")}
    assert {name for name in named if (ROOT / "conduct" / name).exists()} == package
    assert all((ROOT / name).exists() or (ROOT / "conduct" / name).exists() for name in named)
    for row in re.findall(r"^\| (`.*?) \| (`.*?) \|", page.split("## What we use of Gradio")[1], re.MULTILINE):
        files = re.findall(r"`((?:web|api)/[\w/]+\.py)`", row[1])
        code = "".join((ROOT / "conduct" / file).read_text(encoding="utf-8") for file in files)
        assert files, row
        for name in re.findall(r"`(?:\w+\.)?(\w+)`", row[0]):
            assert name in code, (name, row[1])
