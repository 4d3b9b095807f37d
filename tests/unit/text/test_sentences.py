"""Where sentences end, and what introduces a list."""

import pytest

from conduct.text.sentences import introduction, pieces, split_sentences


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
        ("Il part. « Je reste. » Puis il part.", ("Il part.", "« Je reste. »", "Puis il part.")),
        ("Il dit : «\u00a0Non\u00a0!\u00a0» Elle part.", ("Il dit : «\u00a0Non\u00a0!\u00a0»", "Elle part.")),
        ("Ça va ? Oui.", ("Ça va ?", "Oui.")),
        ("Er sagt: „Nein.“ Dann geht er. „Ja“, sagt sie.", ("Er sagt: „Nein.“", "Dann geht er.", "„Ja“, sagt sie.")),
        ("本当？！はい。そう…。", ("本当？！", "はい。", "そう…。")),
        ("好．再见｡再见‼走", ("好．", "再见｡", "再见‼", "走")),
        ("他说：“你好。”然后走了。", ("他说：“你好。”", "然后走了。")),
        ("هل أنت متعب؟أخبرنا.", ("هل أنت متعب؟", "أخبرنا.")),
        ("ہم سنتے ہیں۔کوئی توہین نہیں۔", ("ہم سنتے ہیں۔", "کوئی توہین نہیں۔")),
        ("قال: «لا.» ثم ذهب. لا تضرب!", ("قال: «لا.»", "ثم ذهب.", "لا تضرب!")),
        ("हम सुनते हैं।कोई अपमान नहीं॥", ("हम सुनते हैं।", "कोई अपमान नहीं॥")),
        ("Write to J. Doe or to Ernest W. Smith III. They answer.",
         ("Write to J. Doe or to Ernest W. Smith III.", "They answer.")),
        ("Dr. Who and Mrs. Lee decide. J. R. R. Tolkien does not.",
         ("Dr. Who and Mrs. Lee decide.", "J. R. R. Tolkien does not.")),
        ("You are taller than I. Sit down.", ("You are taller than I.", "Sit down.")),
        ("A line\nanother line", ("A line", "another line")),
        ("", ()),
    ],
)  # fmt: skip
def test_sentences(text: str, sentences: tuple):
    """They end where a reader would end them, also in scripts without upper case."""
    assert split_sentences(text) == sentences


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("We mind. Examples include:", "Examples include:"),
        ("不可接受的行为包括：", "不可接受的行为包括："),
        ("Warning", "Warning"),
        ("Warning 🏠", "Warning 🏠"),
        ("Contact: mods@example.org", ""),
        ("Version：2", ""),
        ("See https://a.example", ""),
        ("Be kind.", ""),
        ("(Be kind.)", ""),
        ("Be kind. We mean it", ""),
        ("", ""),
    ],
)
def test_what_introduces_a_list(text: str, expected: str):
    """A sentence that ends in a colon, or a label; a full sentence does not."""
    assert introduction(text) == expected


@pytest.mark.parametrize(
    "text", ["Be kind. " * 50, "word " * 100, "x" * 500, "a\nb\n" * 100, "一。" * 300, "A." + "x" * 99]
)
def test_pieces_make_up_the_text_again(text: str):
    """None is longer than allowed, and none ends within a sentence or a word if it can be avoided."""
    parts = list(pieces(text, 60))
    assert "".join(parts) == text
    assert max(map(len, parts)) <= 60
    if " " in text or "。" in text:
        assert all(part[-1] in " 。" for part in parts[:-1])
