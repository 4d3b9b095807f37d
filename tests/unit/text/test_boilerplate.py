"""Passages about the text itself, and passages about conduct that sound like it."""

import pytest

from conduct.answering.dataset_revision import DatasetRevision
from conduct.text.boilerplate import is_boilerplate, is_heading


@pytest.mark.parametrize(
    "heading",
    ["Attribution", "LICENSE", "10. License and attribution", "📜 Licence", "Credits & Acknowledgements:", "Licencia",
     "Atribución", "Attributions et licence", "Namensnennung", "Авторство", "帰属", "许可证", "श्रेय", "الترخيص",
     "Table of Contents", "About this document"],
)  # fmt: skip
def test_headings_of_boilerplate(heading: str):
    """Numbers and emoji around them are ignored."""
    assert is_heading(heading)


@pytest.mark.parametrize(
    "heading",
    [
        "Our Pledge",
        "Giving Credit",
        "Licensed Events",
        "Enforcement",
        "Contact",
        "Scope",
        "",
        "🍵",
        "Versions of events",
    ],
)
def test_headings_of_conduct(heading: str):
    """A heading counts only if it says nothing else."""
    assert not is_heading(heading)


@pytest.mark.parametrize(
    "text",
    [
        "This Code of Conduct is adapted from the Django Code of Conduct.",
        "Our guidelines are based on the Rust code of conduct, version 1.2.",
        "The text of this document is licensed under the MIT licence.",
        "You may reuse this page, which is released under CC BY 4.0.",
        "Este código está basado en el Contributor Covenant.",
        "Enforcement steps were inspired by Mozilla's enforcement ladder.",
        "Portions of text derived from the Geek Feminism wiki.",
        "Translations of this text are available at https://a.example.",
        "For answers to common questions about this code of conduct, see the FAQ.",
        "Last updated: 3 May 2025",
        "Version 1.2",
        "© 2024 The Tea Club",
        "Copyright 2024 The Tea Club. All rights reserved.",
        "Original text courtesy of the Speak Up! project.",
        "The authors of this document would like to thank the club and those who have worked for it.",
        "We would also like to thank other clubs whose words have shaped this document.",
        "Special thanks to all who wrote to us.",
        "Additional language and modifications were created by Kim Lee.",
        "Language was incorporated from the following texts:",
        "We adapted this code of conduct from the code of conduct of the Coffee Club.",
        "此行为准则改编自 Contributor Covenant。",
        "Contributor Covenant",
    ],
)
def test_boilerplate_is_known_wherever_it_stands(text: str):
    """In many codes it has no heading of its own."""
    assert is_boilerplate(text, under=False)


SPOKEN = (
    "Always give credit to those whose work you use, and keep to its licence.",
    "Do not post copyrighted material, nor translations of it without permission.",
    "Please respect the licence of every text that you share.",
)
PLAIN = (
    "Our decisions are based on what all sides tell us.",
    "This code of conduct is based on mutual respect.",
    "This code applies to all our events. It is available to everybody at the door.",
    "We want people to be inspired by one another.",
    "Questions are welcome. There are no frequently asked questions that annoy us.",
    "We understand harassment as the Citizen Code of Conduct, version 2.3, defines it.",
    "You will be shut out if you insult anyone. Harassment is what the Contributor Covenant, version 2.1, calls so.",
    "We follow the Contributor Covenant in our rooms.",
    "Thank you for helping make this a welcoming, friendly community.",
    "We would like to thank people who tell us of harm.",
    "Text of a sexual nature is not welcome.",
    "Failing to credit sources. Not properly crediting the sources of content that you contribute.",
)


@pytest.mark.parametrize("text", SPOKEN + PLAIN)
def test_rules_about_credit_and_licences_are_conduct(text: str):
    """Such words alone do not make a passage boilerplate."""
    assert not is_boilerplate(text, under=False)


@pytest.mark.parametrize("text", SPOKEN)
def test_what_speaks_to_the_reader_is_conduct_under_any_heading(text: str):
    """Also under "Credits"."""
    assert not is_boilerplate(text, under=True)


def test_nothing_of_the_bundled_text_is_boilerplate(dataset: DatasetRevision):
    """Each of its eight passages may come first."""
    assert not any(passage.boilerplate for passage in dataset.code.passages)
