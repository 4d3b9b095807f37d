"""Where sentences end, and what introduces a list."""

import pytest

from conduct.text.sentences import introduction, split_sentences


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("One. Two! Three? Four", ("One.", "Two!", "Three?", "Four")),
        ("A reason! Give it.", ("A reason!", "Give it.")),
        ("Version 2.0 is out. See e.g. the notes.", ("Version 2.0 is out.", "See e.g. the notes.")),
        ('He said "no." Then left.', ('He said "no."', "Then left.")),
        ("你好。再见。", ("你好。", "再见。")),
        ("「你好。」他说。", ("「你好。」", "他说。")),
        ("हम सुनते हैं। कोई अपमान नहीं।", ("हम सुनते हैं।", "कोई अपमान नहीं।")),
        ("هل أنت متعب؟ أخبرنا.", ("هل أنت متعب؟", "أخبرنا.")),
        ("친절하세요. 때리지 마세요.", ("친절하세요.", "때리지 마세요.")),
        ("Будь добр. Не бей.", ("Будь добр.", "Не бей.")),
        ("A line\nanother line", ("A line", "another line")),
        ("", ()),
    ],
)
def test_sentences(text: str, sentences: tuple):
    """Sentences end where a reader would end them, in scripts without upper case, too."""
    assert split_sentences(text) == sentences


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("We mind. Examples include:", "Examples include:"),
        ("不可接受的行为包括：", "不可接受的行为包括："),
        ("Warning", "Warning"),
        ("Warning 🏠", "Warning 🏠"),
        ("Be kind.", ""),
        ("(Be kind.)", ""),
        ("Be kind. We mean it", ""),
        ("", ""),
    ],
)
def test_what_introduces_a_list(text: str, expected: str):
    """A sentence that ends in a colon, or a label; a full sentence stands for itself."""
    assert introduction(text) == expected
