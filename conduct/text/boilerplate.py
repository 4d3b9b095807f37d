"""Which passages are about the text itself (whence it comes, its licence, its contents) and not about conduct. Pure."""

import re

# Short headings that stand for themselves, in the languages of most translations.
_ABOUT = (
    r"(?:attributions?|licen[cs]es?|licen[cs]ing|credits?|acknowledge?ments?|references?|sources?|translations?|copyright"
    r"|change ?log|(?:revision |version )?history|version|(?:table of )?contents|toc"
    r"|about (?:this|the) (?:document|code|text|code of conduct)"
    r"|atribuci[oó]n(?:es)?|licencia|cr[eé]ditos|agradecimientos|referencias|traducciones"
    r"|atribui[cç](?:[aã]o|[oõ]es)|licen[cç]a|agradecimentos|refer[eê]ncias|tradu[cç][oõ]es"
    r"|licence|remerciements|cr[eé]dits|r[eé]f[eé]rences|traductions"
    r"|namensnennung|zuschreibung|quellen(?:angaben?)?|lizenz|danksagung(?:en)?|übersetzungen"
    r"|attribuzion[ei]|licenza|ringraziamenti|riferimenti|traduzioni"
    r"|атрибуция|авторство|указание авторства|лицензия|благодарности|переводы"
    r"|归属|歸屬|署名|许可证?|許可證?|授权|授權|致谢|致謝|参考|參考|版权|版權|翻译|翻譯"
    r"|帰属|帰属表示|著作権|ライセンス|謝辞|出典|翻訳|저작자 ?표시|라이선스|출처|감사의 ?말|번역"
    r"|श्रेय|आरोपण|लाइसेंस|अनुवाद|संदर्भ|الإسناد|إسناد|الترخيص|الرخصة|شكر وتقدير|المراجع|الترجمات)"
)
_HEADING = re.compile(
    rf"{_ABOUT}(?:\s*(?:,|&|/|\+|\b(?:and|y|e|et|und|и|और)\b|和|与|與|と|및|\bو)\s*{_ABOUT})*", re.IGNORECASE
)
# Longer passages say more than whence they come, and a search of them would take its time.
_READ = 2_000
# Names that a rule of conduct has no cause to name.
_NAMES = re.compile(
    r"contributor[ -]covenant|geek feminism|citizen code of conduct|creative commons|\bCC[ -](?:BY|0)\b", re.I
)
_SOURCE = (
    r"(?:codes? of conduct|covenant|anti-harassment policy|enforcement (?:guidelines|ladder)|https?://|version \d)"
)
_OURS = (
    r"\b(?:this|the|our|these)\b(?: [\w'’&-]+){0,5}? "
    r"(?:code|conduct|document|text|policy|guidelines?|page|work|section)\b"
)
_ABOUT_ITSELF = re.compile(
    rf"\b(?:adapted|derived|forked|borrowed|inspired|modell?ed|remixed|translated)\b[^.!?]{{0,60}}?\b(?:from|by|after|on)\b"
    rf"[^!?]{{0,160}}?{_SOURCE}"
    rf"|{_OURS}[^.!?]{{0,40}}? (?:based (?:up)?on|taken from|copied from)\b[^!?]{{0,160}}?{_SOURCE}"
    rf"|{_OURS}[^.!?]{{0,60}}? (?:licen[sc]ed|released|published|available|distributed) under\b"
    r"|\btranslations?\b[^.!?]{0,60} (?:available|provided|found)\b"
    r"|\b(?:answers to|common|frequently asked) questions\b[^.!?]{0,80}(?:code of conduct|\bFAQ\b)"
    r"|^(?:last (?:updated|modified|revised|reviewed)|version|effective(?: date)?|updated|revision)\b.{0,40}\Z"
    r"|^(?:©|\(c\)|copyright\b).{0,120}\Z|\ball rights reserved\b",
    re.IGNORECASE,
)
# Whoever is spoken to is told what to do: that is conduct, wherever it stands.
_RULE = re.compile(
    r"\b(?:you|your|must|should|never|always|please|don['’]t|do not|may not|give|respect)\b", re.IGNORECASE
)


def is_heading(heading: str) -> bool:
    """Whether a section of this name is about the text itself; emoji and numbers around it do not count."""
    return bool(_HEADING.fullmatch(re.sub(r"^[\W\d_]+|[\W_]+\Z", "", heading)))


def is_boilerplate(text: str, under: bool) -> bool:
    """Whether a passage is about the text itself; `under` is whether its heading is."""
    text = text[:_READ]
    about = bool(_NAMES.search(text) or _ABOUT_ITSELF.search(text))
    return about or (under and not _RULE.search(text))
