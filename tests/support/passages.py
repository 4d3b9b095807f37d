"""Helpers for tests of texts."""

from conduct.text.code import Code, parse


def texts(markdown: str) -> list[str]:
    """The passages of a text."""
    code = parse(markdown)
    return [passage.text for passage in code.passages]


def by_section(code: Code) -> list[tuple[str, list[str]]]:
    """Headings and the passages under them."""
    return [(section.title, [passage.text for passage in section.passages]) for section in code.sections]
