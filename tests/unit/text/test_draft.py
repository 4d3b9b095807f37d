"""A pasted text in sentences: what is left out, and where each sentence is."""

import json
from pathlib import Path

import pytest

from conduct.text.draft import MAX_PIECES, MAX_SENTENCE, Piece, read_draft, with_neighbours
from tests.support.paths import ROOT
from tests.unit.text.test_fuzz_text import steps

DRAFTS = ROOT / "training_data" / "drafts"


def sentences(text: str) -> list[str]:
    """The sentences of `text`, after a check that each is where it says."""
    found = read_draft(text).sentences
    assert all(text[sentence.start : sentence.end] == sentence.text for sentence in found)
    return [sentence.text for sentence in found]


@pytest.mark.parametrize(
    ("text", "content"),
    [
        # Mail.
        ("Fine.\n\nOn Tue, 3 Mar 2024 at 10:32, Anna wrote:\n> old\n>> older\nNew.", ["Fine.", "New."]),
        ("Am 3. März 2024 um 10:32 schrieb Anna Müller:\n> alt\n\nDanke.", ["Danke."]),
        ("From: A <a@b.c>\nDate: Mon, 3 Mar 2024 10:30\nSubject: Your slot\n\nHello.", ["Your slot", "Hello."]),
        ("Answer.\n-----Original Message-----\nFrom somebody else.", ["Answer."]),
        ("See you.\n-- \nAnna\nData team", ["See you."]),
        ("This line was wrapped by a mail program after some seventy\ncharacters. And on.",
         ["This line was wrapped by a mail program after some seventy\ncharacters.", "And on."]),
        # Chats: IRC, WhatsApp (two), Slack (two), Discord, Telegram, GitHub.
        ("[10:32] anna: you idiot\n[10:33] <bob> stop", ["you idiot", "stop"]),
        ("[12/03/24, 10:32:11] Anna B: hi\n12/03/2024, 10:32 - Bob: yo", ["hi", "yo"]),
        ("anna  10:32 AM\nhi\nBob Smith [10:33 AM]\nyo", ["hi", "yo"]),
        ("anna — Today at 10:32 AM\nhi", ["hi"]),
        ("Anna, [12.03.24 10:32]\nhi", ["hi"]),
        ("**liu-yh** 评论\n\n你好吗？", ["你好吗？"]),
        ("**@dlevy:** hi\n@anna commented on Mar 3\nyo", ["hi", "yo"]),
        ("anna: hi\nbob: once\nanna: yo", ["hi", "bob: once", "yo"]),
        # Markdown.
        ("# Title\n\n- one **bold** thing\n- [ ] two\n1. three\n***\n```py\ncode = 1\n```\nEnd.",
         ["Title", "one **bold** thing", "two", "three", "End."]),
        ("| who | what |\n|---|---|\n| he | shouted |", ["who", "what", "he", "shouted"]),
        ("**All of it is bold.**", ["All of it is bold."]),
        ("``` never closed\nstays", ["stays"]),
        # Texts that only look like these.
        ("why does my cat bite my feet at 4am", ["why does my cat bite my feet at 4am"]),
        ("train[10:20] has no last row", ["train[10:20] has no last row"]),
        ("On Monday I wrote: hi", ["On Monday I wrote: hi"]),
        ("-- \n" + "a line\n" * 9, ["a line"] * 9),
        # Other scripts.
        ("他说我的口音很好笑。别人都笑了！", ["他说我的口音很好笑。", "别人都笑了！"]),
        ("दोस्त को गाली दी। अब क्या करूँ?", ["दोस्त को गाली दी।", "अब क्या करूँ?"]),
        ("هل هذا مقبول؟ لا أعرف.", ["هل هذا مقبول؟", "لا أعرف."]),
    ],
)  # fmt: skip
def test_names_times_quotes_and_marks_are_no_content(text: str, content: list[str]):
    """Each sentence word for word, at its place."""
    assert sentences(text) == content


def test_what_is_read_has_no_markup():
    """Marks, addresses of links and tags are removed for reading; the shown sentence keeps them."""
    (found,) = read_draft("See *the* [guide](https://a.example/b) at <b>https://c.example</b>, `x_y`").sentences
    assert found.read == "See the guide at x_y"


def test_short_sentences_are_read_together_and_the_longest_stands_for_them():
    """Up to twenty letters, or seven in scripts that write a word with one or two."""
    pieces = read_draft("Ok.\n+1\nHe called her a cow.\n好的。\n他在大家面前骂她。").pieces
    assert [piece.text for piece in pieces] == ["Ok. +1 He called her a cow.", "好的。 他在大家面前骂她。"]
    assert [piece.sentence.text for piece in pieces] == ["He called her a cow.", "他在大家面前骂她。"]


@pytest.mark.parametrize(("number", "texts"), [(0, ("a b",)), (1, ("a b", "b c")), (2, ("b c",))])
def test_neighbours_overlap_by_a_sentence(number: int, texts: tuple[str, ...]):
    """With the piece before and the piece after, if there are any."""
    pieces = [Piece(text, sentence=None) for text in "abc"]
    assert with_neighbours(pieces, number) == texts


@pytest.mark.parametrize(
    ("text", "is_question"),
    [
        ("They laugh at his accent", True),
        ("I made a joke and was told that it hurt. What now?", True),
        ("One. Two. Three.", False),
        ("[10:32] anna: you idiot", False),
        ("x" * (MAX_SENTENCE + 1), False),
    ],
)
def test_a_sentence_or_two_are_a_question(text: str, is_question: bool):
    """A text from which something was left out is not one."""
    assert read_draft(text).is_question is is_question


@pytest.mark.parametrize("text", ["a. " * 3_333, "x" * 10_000, "- a\n" * 2_500, "好。" * 5_000, "> q\n" * 2_500])
def test_no_draft_has_more_pieces_than_can_be_read(text: str):
    """And no sentence is longer than the encoder reads."""
    pieces = read_draft(text).pieces
    assert len(pieces) <= MAX_PIECES
    assert all(len(piece.sentence.text) <= MAX_SENTENCE for piece in pieces)


@pytest.mark.parametrize(
    "part", ["a. ", "- ", "> ", "[10:32] ", "a: b\n", "**", "1 ", "On 1 ", "`", "| ", "• ", "<", "["]
)
def test_the_work_grows_with_the_length(part: str):
    """Linearly, also for a hostile text."""
    once, twice = (steps(lambda n=n: read_draft(part * n)) for n in (1_000, 2_000))
    assert twice <= 2.2 * once + 2_000


@pytest.mark.parametrize("path", sorted(DRAFTS.glob("*.jsonl")), ids=lambda path: path.stem)
def test_what_people_marked_in_drafts_is_content(path: Path):
    """All but one of the marked sentences, which is quoted on purpose; each is where it says."""
    lost = []
    for line in path.read_text(encoding="utf-8").splitlines():
        draft = json.loads(line)
        found = read_draft(draft["text"]).sentences
        assert all(draft["text"][sentence.start : sentence.end] == sentence.text for sentence in found)
        for mark in draft.get("marks", ()):
            start = draft["text"].index(mark["sentence"])
            end = start + len(mark["sentence"])
            if not any(sentence.start < end and start < sentence.end for sentence in found):
                lost.append(mark["sentence"][:30])
    assert lost == (["As to your question whether a "] if path.stem == "marked" else [])
