"""Recognizes passages about the text itself (its origin, licence, contents) and not about conduct. Pure."""

import re

from conduct.text.sentences import split_sentences

# Short headings of such sections, in the languages of most translations.
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
# How many characters of a passage are searched: longer ones say more than where they come from.
_READ = 2_000
_BADGE_WORDS = 4
_MAX_HEADING = 200
# Other codes and licences. A rule may name one ("harassment as the Citizen Code of Conduct defines it"), so a name
# counts only with a word about origin.
_NAMES = re.compile(
    r"contributor[ -]covenant|geek feminism|citizen code of conduct|creative commons|\bCC[ -](?:BY|0)\b", re.IGNORECASE
)
_ORIGIN = re.compile(
    r"\b(?:adapt|deriv|borrow|inspir|model(?:l?ed)|licen[cs]|attribut|based on|taken from|version|available|released"
    r"|adaptad|basad|basead|inspirad|derivad|licencia|licenç|basé|adapté|inspiré|dérivé|tiré"
    r"|basier|angepasst|abgeleitet|übernommen|lizen|basat|adattat|tratto|ispirat|основан|адаптирован|лицензи)"
    r"|改编|改編|基于|基於|许可|許可|授权|授權|翻案|基づ|ライセンス|기반|라이선스|आधारित|लाइसेंस|مقتبس|مستند|رخصة|ترخيص",
    re.IGNORECASE,
)
_SOURCE = (
    r"(?:codes? of conduct|covenant|anti-harassment policy|enforcement (?:guidelines|ladder)|https?://|version \d)"
)
_TEXT = r"(?:code|conduct|document|text|policy|guidelines?|page|work|section|wording|language|modifications?|portions?)"
_OURS = rf"\b(?:this|the|our|these)\b(?: [\w'’&-]+){{0,5}}? {_TEXT}\b"
_ABOUT_ITSELF = re.compile(
    rf"\b(?:adapted|derived|forked|borrowed|inspired|modell?ed|remixed|translated)\b[^.!?]{{0,60}}?\b(?:from|by|after|on)\b"
    rf"[^!?]{{0,160}}?{_SOURCE}"
    rf"|{_OURS}[^.!?]{{0,40}}? (?:based (?:up)?on|taken from|copied from)\b[^!?]{{0,160}}?{_SOURCE}"
    rf"|{_OURS}[^.!?]{{0,60}}? (?:licen[sc]ed|released|published|available|distributed) under\b"
    rf"|\b{_TEXT} (?:is |was |were )?(?:courtesy of|incorporated from|written by|drafted by|created by)\b"
    rf"|\b{_TEXT}\b[^.!?]{{0,40}} (?:courtesy of|incorporated from)\b"
    rf"|\b{_TEXT} and {_TEXT} were (?:created|written|drafted) by\b"
    r"|\b(?:authors?|editors|writers|maintainers) (?:of (?:this|the) \w+ )?(?:would (?:also )?like to )?"
    r"(?:thank|are grateful)\b"
    rf"|\bwe (?:would (?:also )?like to |also |gratefully )?(?:thank|acknowledge)\b"
    rf"[^.!?]{{0,160}}\b(?:{_TEXT}|covenant)\b"
    r"|^(?:many |special |our )?thanks (?:go )?to\b"
    r"|\btranslations?\b[^.!?]{0,60} (?:available|provided|found)\b"
    r"|\b(?:answers to|common|frequently asked) questions\b[^.!?]{0,80}(?:code of conduct|\bFAQ\b)"
    r"|^(?:last (?:updated|modified|revised|reviewed)|version|effective(?: date)?|updated|revision)\b.{0,40}\Z"
    r"|^(?:©|\(c\)|copyright\b).{0,120}\Z|\ball rights reserved\b",
    re.IGNORECASE,
)
# A sentence that says what the reader or the community should do is a rule, in any section.
_RULE = re.compile(
    r"\b(?:you|your|must|should|never|always|please|don['’]t|do not|may not|give|respect)\b"
    r"|\bwe (?!(?:(?:also|have|had|would|are|were|both|gratefully|like|to) )*"
    r"(?:thank|adapt|borrow|bas|deriv|us|took|copied|drew|reus|grateful|acknowledg|incorporat|modif|translat|wr|licen"
    r"|publish|releas|ow))\w",
    re.IGNORECASE,
)


# What a code of conduct calls itself in its first line, if it has no top-level heading.
_NAMES_ITSELF = re.compile(
    r"code of conduct|community guidelines|code de conduite|c[oó]digo de condu[ct]ta|verhaltenskodex|codice di condotta"
    r"|кодекс поведения|行为准则|行為準則|行動規範|행동 강령|आचार संहिता|قواعد السلوك",
    re.IGNORECASE,
)


def names_itself(text: str) -> bool:
    """Whether `text` has the words with which codes of conduct call themselves."""
    return bool(_NAMES_ITSELF.search(text))


def is_heading(heading: str) -> bool:
    """Whether a section with this heading is about the text itself; emoji and numbers around it are ignored."""
    if len(heading) > _MAX_HEADING:
        return False
    start, end = 0, len(heading)
    # With a loop: a regular expression for characters at the end would take quadratic time.
    while start < end and not heading[start].isalpha():
        start += 1
    while end > start and not heading[end - 1].isalnum():
        end -= 1
    return bool(_HEADING.fullmatch(heading, start, end))


def is_boilerplate(text: str, under: bool) -> bool:
    """Whether a passage is about the text itself; `under` says whether its heading is."""
    sentences = split_sentences(text[:_READ])
    origin = [_is_origin(sentence) for sentence in sentences]
    if not under and not any(origin):
        return False
    return not any(_RULE.search(sentence) for sentence, own in zip(sentences, origin, strict=True) if not own)


def _is_origin(sentence: str) -> bool:
    if _ABOUT_ITSELF.search(sentence):
        return True
    # A name with hardly any other words is a badge.
    named = _NAMES.search(sentence) and (_ORIGIN.search(sentence) or sentence.count(" ") < _BADGE_WORDS)
    return bool(named and not _RULE.search(sentence))
