"""Which file holds the text, and how its bytes are decoded."""

from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from conduct.dataset.files import read_text
from conduct.dataset.source_text import choose_text, decode, find_text, text_patterns
from conduct.errors import DataError

FRENCH = "# Règles\n\nSoyez “gentils” – s’il vous plaît…\n"


@pytest.mark.parametrize(
    "name",
    [
        "CODE_OF_CONDUCT.md",
        "Code_Of_Conduct.MD",
        "code-of-conduct.markdown",
        "CODE_OF_CONDUCT.txt",
        "CODE_OF_CONDUCT",
        ".github/CODE_OF_CONDUCT.md",
        "docs/code_of_conduct.md",
    ],
)
def test_the_names_that_people_give_their_text_are_found(tmp_path: Path, name: str):
    """On disk, in a listing of the Hub, and by the patterns for downloads."""
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_text("Be kind.\n")
    assert find_text(tmp_path) == name
    assert read_text(tmp_path).text == "Be kind.\n"
    assert choose_text(["README.md", name]) == name
    assert any(fnmatchcase(name, pattern) for pattern in text_patterns())


@pytest.mark.parametrize(
    "name", ["code_of_conduct.fr.md", "old/code_of_conduct.md", "conduct.md", "code_of_conduct.rst"]
)
def test_other_files_are_not_taken_for_the_text(name: str):
    """A translation or an old copy is another text."""
    assert choose_text([name]) is None
    assert not any(fnmatchcase(name, pattern) for pattern in text_patterns())


def test_of_several_the_one_that_the_readme_names_comes_first():
    """Then the root before .github and docs, and Markdown before plain text."""
    names = ["docs/CODE_OF_CONDUCT.md", ".github/CODE_OF_CONDUCT.md", "CODE_OF_CONDUCT.txt", "CODE_OF_CONDUCT.md"]
    assert choose_text([*names, "code_of_conduct.md"]) == "code_of_conduct.md"
    order = []
    while names:
        order.append(choose_text(names))
        names.remove(order[-1])
    assert order == [
        "CODE_OF_CONDUCT.md",
        "CODE_OF_CONDUCT.txt",
        ".github/CODE_OF_CONDUCT.md",
        "docs/CODE_OF_CONDUCT.md",
    ]


def test_another_format_is_named(tmp_path: Path):
    """Otherwise its owner would search for a file that exists."""
    (tmp_path / "CODE_OF_CONDUCT.rst").write_text("Be kind.")
    with pytest.raises(DataError) as error:
        find_text(tmp_path)
    assert str(error.value) == (
        "CODE_OF_CONDUCT.rst is not Markdown, which is what can be read: save the text as code_of_conduct.md."
    )


def test_a_folder_without_a_text_says_what_is_missing(tmp_path: Path):
    """Without the path, which would be shown on a page."""
    with pytest.raises(DataError) as error:
        find_text(tmp_path)
    assert str(error.value) == "There is no code_of_conduct.md: add the text of the code as Markdown."


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_utf_8_needs_no_remark(encoding: str):
    """With and without a byte-order mark, which is not a part of the text."""
    found = decode(FRENCH.encode(encoding), "a.md")
    assert (found.text, found.note) == (FRENCH, "")


@pytest.mark.parametrize(
    ("encoding", "label"),
    [
        ("utf-16", "UTF-16"),
        ("utf-16-le", "UTF-16"),
        ("utf-16-be", "UTF-16"),
        ("utf-32", "UTF-32"),
        ("windows-1252", "Windows-1252"),
    ],
)
def test_other_encodings_of_windows_are_read_and_a_line_says_so(encoding: str, label: str):
    """Letter for letter, since the text is quoted word for word."""
    found = decode(FRENCH.encode(encoding), "a.md")
    assert found.text == FRENCH
    assert found.note == f"a.md is not UTF-8 and was read as {label}: save it as UTF-8."


@pytest.mark.parametrize(
    "content",
    [
        "Nie wyśmiewaj się z niczyjego akcentu, proszę, żółć".encode("cp1250"),
        "Будьте добры друг к другу".encode("cp1251"),
        "他人の話を遮らないでください".encode("shift_jis"),
        b"Be kind.\x81\n",
        b"%PDF-1.7\x00\x01\xff\xfe\x00",
        b"\xff\xfe\x00",
    ],
)
def test_what_would_be_quoted_wrongly_is_refused(content: bytes):
    """A wrong guess would be shown as the words of the code."""
    with pytest.raises(DataError) as error:
        decode(content, "a.md")
    assert str(error.value) == "a.md is neither UTF-8 nor UTF-16 nor Windows-1252: save it as UTF-8."
