"""Finds the writer's own words in a pasted text: no quotes, names and times, marks of lists, or code. Pure."""

import re
from collections import Counter
from collections.abc import Iterator

_FENCE = re.compile(r"[ \t]*(`{3,}|~{3,})")
_QUOTE = re.compile(r"[ \t]*(?:>|&gt;)")
# "On Tuesday Anna wrote:" in the languages of the page; the verb ends the line, or nearly.
_WROTE = re.compile(
    r"(?=.{0,200}\d)(?:on|am|le|el|em|il|op|pada|в|\d|в?\w+,) .{3,200}?"
    r"(?:wrote|schrieb[^:]{0,60}|a écrit|escribió|escreveu|ha scritto|menulis|написала?[^:]{0,60}|пишет)\s?[:：]"
    r"|.{0,160}\d.{0,80}(?:写道|寫道|さんは書きました|のメール|ने लिखा|كتب[^:]{0,60})\s?[:：]",
    re.IGNORECASE,
)
_ORIGINAL = re.compile(
    r"[-_ ]{3,}\s*(?:original message|forwarded message|ursprüngliche nachricht|weitergeleitete nachricht"
    r"|message d'origine|mensaje original|mensagem original|pesan asli|исходное сообщение|原始邮件|元のメッセージ)"
    r"\s*[-_ ]{0,20}",
    re.IGNORECASE,
)
# Header lines of a mail; only its subject is content.
_HEADER = re.compile(
    r"(?:from|to|cc|bcc|sent|date|reply-to|von|an|gesendet|datum|de|à|envoyé|para|enviado|fecha|data|dari|kepada|tanggal"
    r"|от|кому|дата|发件人|收件人|发送时间|日期|差出人|宛先|日時)\s?[:：]\s?.*(?:@|\d{1,2}[:.]\d\d).*",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    r"(?:subject|re|fwd?|aw|wg|betreff|objet|asunto|assunto|perihal|тема|主题|件名)\s?[:：]\s*", re.IGNORECASE
)
_SIGNATURE = re.compile(r"--\s?")
MAX_SIGNATURE_LINES = 8
_RULE = re.compile(r"[ \t]*(?:(?:[-=*_~#+|:][ \t]*){3,})")
_MARK = re.compile(
    r"[ \t]*(?:(?:#{1,6}|[-*+•‣◦·▪–—]|\(?\d{1,3}(?:[.)]|/\d{0,3})|\(?[a-zA-Z][.)]|\[[ xX]?\])[ \t]+|[•▪◦])+"
)
_TABLE = re.compile(r"[ \t]*\|.*\|[ \t]*")

_CLOCK = r"\d{1,2}[:.]\d\d(?:[:.]\d\d)?(?:\s?[ap]\.?m\.?)?(?:\s?uhr)?"
_DAY = r"(?:\d{1,4}[-./]\d{1,2}[-./]\d{2,4})"
_WHEN = rf"(?:{_DAY}[,T]?\s{{0,2}}(?:um |at |à |a las )?{_CLOCK}|{_CLOCK}(?:[,\s]\s?{_DAY})?|{_DAY})"
# Stricter about the time of day: "Version 1.21" has none.
_DAY_OR_CLOCK = rf"(?:{_DAY}[, ]{{1,2}})?(?:\d{{1,2}}:\d\d(?::\d\d)?(?:\s?[ap]\.?m\.?)?|\d{{1,2}}\s?[ap]m)(?:\s?uhr)?"
_NAME = r"[^\W\d_][^\n:：<>\[\]|.!?,;()]{0,38}"
_NAMES = r"[^\W\d_][\w.'-]{0,24}(?: [\w.'()-]{1,16}){0,3}"
_NICK = r"<[@+~&%]?[^\s<>/]{1,32}>"
_CHAT = re.compile(
    "|".join(
        (
            rf"\[{_WHEN}\]\s*(?:{_NICK}\s*|@?{_NAME}(?:[:：]\s|[:：]?$))?",  # IRC, Teams, WhatsApp on a phone
            rf"{_WHEN}\s*[-–—|]?\s*(?:{_NICK}|@?{_NAME}[:：](?=\s|$))\s*",  # "10:32 anna: ", WhatsApp elsewhere
            rf"{_NICK}\s",  # IRC without times
            rf"@?{_NAME}\s*,?\s*[\[(]{_WHEN}[\])]\s*(?:[:：]|$)\s*",  # Slack, Telegram
        )
    ),
    re.IGNORECASE,
)
# Lines with only a name and a time, above what was said.
_CHAT_LINE = re.compile(
    "|".join(
        (
            rf"@?{_NAMES}\s{{1,3}}(?:app\s+)?(?:[-–—•]\s*)?"
            rf"(?:\w{{3,12}} (?:at|um|à|a las|às|в|pukul) )?{_DAY_OR_CLOCK}\s*",
            rf"\**@?{_NAMES}\**\s+"
            r"(?:commented|replied|opened|said|kommentierte|a commenté|comentó|comentou|评论|提交|回复)"
            r"[^.!?\n]{0,40}",
            rf"{_WHEN}\s*",
        )
    ),
    re.IGNORECASE,
)
# A name before a colon is a speaker if it occurs twice; in bold, once is enough.
_SPEAKER = re.compile(rf"(?:@{_NAME}|[^\W\d_][\w.'-]{{0,24}}(?: [\w.'-]{{1,16}}){{0,2}})[:：]\s+(?=\S)")
_BOLD_SPEAKER = re.compile(rf"\*\*@?{_NAME}(?:[:：]\*\*|\*\*[:：])\s*")


def content(text: str) -> list[tuple[int, int]]:
    """Where the content of each line of `text` begins and ends, in order; each cell of a table is separate."""
    lines = _Lines(text)
    speakers = lines.speakers()
    found = []
    for start, end in lines.own():
        start = _after_marks(text, start, end, speakers)
        if _TABLE.fullmatch(text, start, end):
            found += _cells(text, start, end)
        elif start < end:
            found.append((start, end))
    return [(start, end) for start, end in found if text[start:end].strip()]


def only_quotes(text: str) -> bool:
    """Whether a line of `text` is quoted; for texts without content."""
    return any(_QUOTE.match(line) for line in text.split("\n"))


class _Lines:
    """The lines of a text, to find those that are no quotes, code or signature."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._lines: list[tuple[int, int]] = []
        at = 0
        for line in text.split("\n"):
            self._lines.append((at, at + len(line)))
            at += len(line) + 1

    def speakers(self) -> frozenset[str]:
        """The names that occur before a colon in at least two lines."""
        names = Counter(
            spoken[0].strip().lower()
            for start, end in self._lines
            if (spoken := _SPEAKER.match(self._text, _after(_MARK, self._text, start, end), end))
        )
        return frozenset(name for name, count in names.items() if count > 1)

    def own(self) -> Iterator[tuple[int, int]]:
        """Start and end of each line of the writer's own."""
        closing = self._closing_fences()
        number = 0
        while number < len(self._lines):
            start, end = self._lines[number]
            if number in closing:
                number = closing[number] + 1
                continue
            if _ORIGINAL.fullmatch(self._text, start, end):
                return
            signed = _SIGNATURE.fullmatch(self._text, start, end)
            after = self._end_of_signature(number) if signed else number
            if after > number:
                number = after
                continue
            number += 1
            if not self._is_foreign(start, end):
                yield start, end

    def _is_foreign(self, start: int, end: int) -> bool:
        return any(
            pattern.match(self._text, start, end)
            if pattern in (_QUOTE, _FENCE)
            else pattern.fullmatch(self._text, start, end)
            for pattern in (_QUOTE, _FENCE, _RULE, _WROTE, _HEADER)
        )

    def _closing_fences(self) -> dict[int, int]:
        """The closing line of each block of code, by its opening line; an unclosed fence opens no block."""
        closing: dict[int, int] = {}
        opened, mark = -1, ""
        for number, (start, end) in enumerate(self._lines):
            fence = _FENCE.match(self._text, start, end)
            if not fence:
                continue
            if opened < 0:
                opened, mark = number, fence[1]
            elif fence[1].startswith(mark) and not self._text[fence.end() : end].strip():
                closing[opened] = number
                opened = -1
        return closing

    def _end_of_signature(self, number: int) -> int:
        """The line after a signature, which ends at an empty line; `number` itself if it is too long for one."""
        after = number + 1
        while after < len(self._lines) and self._text[slice(*self._lines[after])].strip():
            after += 1
        return after if after - number - 1 <= MAX_SIGNATURE_LINES else number


def _after_marks(text: str, start: int, end: int, speakers: frozenset[str]) -> int:
    """Where the words of a line begin: after marks of a list, a name and time, or "Subject:" of a mail."""
    start = _after(_MARK, text, start, end)
    start = _after(_CHAT, text, start, end)
    # In a text of a single line, this line is the content.
    if "\n" in text and _CHAT_LINE.fullmatch(text, start, end):
        return end
    start = _after(_SUBJECT, text, start, end)
    start = _after(_BOLD_SPEAKER, text, start, end)
    spoken = _SPEAKER.match(text, start, end)
    return spoken.end() if spoken and spoken[0].strip().lower() in speakers else start


def _after(pattern: re.Pattern[str], text: str, start: int, end: int) -> int:
    found = pattern.match(text, start, end)
    return found.end() if found else start


def _cells(text: str, start: int, end: int) -> list[tuple[int, int]]:
    cells, at = [], start
    for cell in text[start:end].split("|"):
        cells.append((at, at + len(cell)))
        at += len(cell) + 1
    return cells
