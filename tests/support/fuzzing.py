"""Shared by the fuzzing tests. The examples are the same in each run, so that only a change can break a test."""

import re
from collections.abc import Callable

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from conduct.errors import ConductError

settings.register_profile(
    "repeatable",
    max_examples=200,
    derandomize=True,
    database=None,
    deadline=None,  # other work on the machine must not make a test fail
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("repeatable")

MARKS = (
    *"#>-*_`~|[]()!<>&;:\\\"'{}=+ \t\n\n\n\r",
    *(
        "# ",
        "## ",
        "- ",
        "* ",
        "1. ",
        "> ",
        "    ",
        "  ",
        "***",
        "---\n",
        "+++\n",
        "===\n",
        "```",
        "| a | b |\n|-|-|\n",
    ),
    *(
        "<b>",
        "</b>",
        "<br>",
        "<!--",
        "-->",
        "<script>",
        "</script>",
        "<h2>",
        "</h2>",
        "<p>",
        "<img alt='x'>",
        "<details>",
    ),
    *("[a]: /b\n", "[a]", "![", "](b)", "&amp;", "&nbsp;", "&#0;", "<http://a.b>", "{#a}", "title: ", "&a ", "*a "),
    *(
        ":::",
        ":::{note} A\n",
        "```{tip}\n",
        "!!! note\n    ",
        "> [!NOTE]\n> ",
        "- [ ] ",
        "~~",
        "[^a]",
        "[^a]: b\n",
        "\n: ",
    ),
    *(
        "{% a %}",
        "{{ a }}",
        "{# ",
        "{: .a}",
        "% a\n",
        "•\u00a0",
        "#\u00a0",
        "<dt>",
        "<dd>",
        "<ul>",
        "<li>",
        "<table>",
        "<td>",
    ),
    *("<summary>", "</details>", "Consequence: no", "Event: a", "[YOUR NAME]", "and more", "J. ", "« ", "**A.** "),
    *(
        "Be kind.",
        "Examples include:",
        "no",
        "É",
        "হ",
        "我",
        "。",
        "।",
        "❤️",
        "🏠",
        "\u200b",
        "\u0301",
        "\ufeff",
        "\u2028",
        "\0",
    ),
)
marked = st.lists(st.sampled_from(MARKS), max_size=60).map("".join)
any_text = st.text(st.characters(codec=None, categories=["L", "M", "N", "P", "S", "Z", "C"]), max_size=300)
anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | any_text,
    lambda inner: st.lists(inner, max_size=70),
    max_leaves=80,
)


def sentence_of(call: Callable[[], object], kind: type[ConductError]) -> object:
    """The result of `call`, or None if it refused with one sentence; any other exception fails the test."""
    try:
        return call()
    except kind as error:
        sentence = str(error)
    assert "\n" not in sentence
    assert re.search(r"[a-z0-9)\]]\.?\Z", sentence), sentence
    return None
