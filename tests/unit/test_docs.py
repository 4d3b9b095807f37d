"""README, requirements and settings agree."""

import ast
import re

import gradio
import yaml

from conduct.answering import limits
from conduct.model.adapter import BASE_MODEL
from conduct.text import code
from tests.support.paths import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
FRONT_MATTER = yaml.safe_load(README.split("---\n")[1])
PINS = dict(re.findall(r"^([\w.-]+)==([\w.]+)", (ROOT / "requirements.txt").read_text(), re.MULTILINE))


def test_the_front_matter_agrees_with_the_requirements():
    """A Space takes gradio's version from here, a laptop from requirements.txt."""
    assert FRONT_MATTER["sdk"] == "gradio"
    assert FRONT_MATTER["sdk_version"] == PINS["gradio"] == gradio.__version__
    assert FRONT_MATTER["python_version"] == "3.11"
    assert (ROOT / FRONT_MATTER["app_file"]).is_file()
    assert len(FRONT_MATTER["short_description"]) <= 60


def test_the_front_matter_names_the_base_encoder_and_preloads_nothing():
    """A clone takes its weights from a package; `publish` names the encoder of a Space, and its commit."""
    assert FRONT_MATTER["models"] == [BASE_MODEL]
    assert "preload_from_hub" not in FRONT_MATTER


def test_every_setting_has_its_row():
    """No undocumented variable, and no documented one without effect."""
    read = set(re.findall(r'"(CONDUCT_\w+)"', (ROOT / "conduct" / "settings.py").read_text()))
    rows = (ROOT / "docs" / "deployment.md").read_text(encoding="utf-8")
    assert read == set(re.findall(r"^\| `(CONDUCT_\w+)`", rows, re.MULTILINE))


def test_no_file_is_over_300_lines():
    """Longer ones should be two files."""
    long = [p.name for p in ROOT.rglob("*.py") if ".venv" not in p.parts and len(p.read_text().splitlines()) > 300]
    assert long == []


def test_the_readme_is_one_screen_for_each_reader():
    """Longer texts are in docs/."""
    assert len((ROOT / "README.md").read_bytes()) <= 8_000


def test_each_link_between_the_documents_leads_somewhere():
    """If a file moves, its links must be changed."""
    for page in (*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")):
        for link in re.findall(r"\]\(([^)#\s]+)", page.read_text(encoding="utf-8")):
            assert link.startswith("http") or (page.parent / link).exists(), f"{page.name}: {link}"


def test_the_snippet_of_the_readme_is_the_first_of_docs_api():
    """Which a test runs as it is."""
    first = re.search(r"```python\n.+?```", (ROOT / "docs" / "api.md").read_text(encoding="utf-8"), re.DOTALL)[0]
    assert first in README


def test_each_private_attribute_of_gradio_that_is_touched_is_named():
    """In CONTRIBUTING.md, with the reason and what it waits for; and no other is named."""
    touched = set()
    for folder in ("web", "api"):
        for path in (ROOT / "conduct" / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                of_others = isinstance(node, ast.Attribute) and not (
                    isinstance(node.value, ast.Name) and node.value.id in ("self", "cls")
                )
                if of_others and re.match(r"_[a-z]", node.attr):
                    touched.add(node.attr)
    section = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").split("## What we use of Gradio")[1].split("##")[0]
    assert touched == set(re.findall(r"`(?:\w+\.)?(_[a-z_]+)`", section)) == {"_queue", "_api_info"}


def test_documents_name_the_limits_that_hold():
    """All of them: the numbers are in answering/limits.py and text/code.py."""
    api, own = ((ROOT / "docs" / name).read_text(encoding="utf-8") for name in ("api.md", "your-own-code.md"))
    assert f"up to {limits.MAX_CHARACTERS:,} characters" in README
    assert (
        f"A question has 1 to {limits.MAX_CHARACTERS:,} characters, those of one call {limits.MAX_TOTAL_CHARACTERS:,} "
        f"together; a limit is 1 to {limits.MAX_LIMIT}."
    ) in api
    assert f"/ask(question, limit={limits.DEFAULT_LIMIT})" in api
    assert f"in order; 1 to {limits.MAX_QUESTIONS} questions" in api
    blocks = f"{code.MAX_BLOCKS:,} headings and passages or {code.MAX_SENTENCES:,} sentences"
    assert f"{code.MAX_CHARACTERS:,} characters, {blocks}" in " ".join(own.split())


def test_scripts_and_templates_have_no_limit_of_their_own():
    """They get it from the page."""
    numbers = {limits.MAX_CHARACTERS, limits.MAX_WHOLE_CHARACTERS, limits.MAX_TOTAL_CHARACTERS}
    forms = {
        form for number in numbers for near in (number - 1, number, number + 1) for form in (f"{near}", f"{near:,}")
    }
    web = ROOT / "conduct" / "web"
    for path in (*web.glob("assets/*.js"), *web.glob("templates/*.html")):
        script = re.sub(r"<style>.*?</style>", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        assert not forms & set(re.findall(r"(?<![\w#.])\d[\d,]*", script)), path.name
