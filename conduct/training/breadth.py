"""How far it reaches: questions in other languages, and the codes of other communities, beside plain embeddings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from conduct.answering.answer import COVERED, NOT_COVERED, coverage
from conduct.dataset.situations import SHOW_FIRST, Bank, Situation
from conduct.model.encoder import Encoder
from conduct.ranking.any_code import AnyCode
from conduct.ranking.fit import build
from conduct.ranking.index import Index, SearchResult
from conduct.text.code import Code, Passage, Section
from conduct.training import metrics
from conduct.training.comparison import BM25, OURS, bm25, by_embeddings
from conduct.training.materials import CodeQuestion, Materials, SilentQuestion, WrittenCode
from conduct.training.metrics import Figure

IN_ENGLISH = f"{OURS}, the same questions in English"


@dataclass(frozen=True, slots=True)
class Asked:
    """Questions of one group, a language or a code, and what the app finds for them; `others` are the first passages
    of other systems, best first, by their names."""

    group: str
    questions: tuple[CodeQuestion, ...]
    found: tuple[SearchResult, ...]
    silent: tuple[SilentQuestion, ...]
    silent_found: tuple[SearchResult, ...]
    others: Mapping[str, tuple[tuple[str, ...], ...]]


@dataclass(frozen=True, slots=True)
class SystemRow:
    """How often a system shows a right passage first, and among the first three."""

    system: str
    hit1: Figure
    hit3: Figure


@dataclass(frozen=True, slots=True)
class SilentRow:
    """Of the silent questions of a kind, how many are said to be covered, and not covered."""

    kind: str
    count: int
    covered: Figure
    not_covered: Figure


@dataclass(frozen=True, slots=True)
class Breadth:
    """Figures over all groups, with 95% intervals over groups and questions; `by_group` is hit@1 of each."""

    title: str
    questions: int
    systems: tuple[SystemRow, ...]
    covered: Figure
    not_covered: Figure
    silent: tuple[SilentRow, ...]
    by_group: tuple[tuple[str, Figure], ...]
    # The sentence that was to be marked, and what always marking the longest gives; None where none is labelled.
    marked: Figure | None
    longest: Figure | None


def measure(title: str, asked: Sequence[Asked]) -> Breadth:
    """The figures of `asked`."""
    systems = [_system(OURS, [(each.group, _shown(each.found), each.questions) for each in asked])]
    systems += [
        _system(name, [(each.group, each.others[name], each.questions) for each in asked]) for name in asked[0].others
    ]
    found = [(each.group, result) for each in asked for result in each.found]
    silent = [
        (question.kind, each.group, result)
        for each in asked
        for question, result in zip(each.silent, each.silent_found, strict=True)
    ]
    marks = [mark for each in asked for mark in _marks(each)]
    return Breadth(
        title=title,
        questions=len(found),
        systems=tuple(systems),
        covered=_share(found, COVERED),
        not_covered=_share(found, NOT_COVERED),
        silent=tuple(
            SilentRow(kind, len(rows), _share(rows, COVERED), _share(rows, NOT_COVERED))
            for kind in dict.fromkeys(kind for kind, _, _ in silent)
            if (rows := [(group, result) for other, group, result in silent if other == kind])
        ),
        by_group=tuple(
            (each.group, metrics.mean(_hits(_shown(each.found), each.questions, 1))) for each in asked if each.questions
        ),
        marked=metrics.mean([right for right, _ in marks]) if marks else None,
        longest=metrics.mean([longest for _, longest in marks]) if marks else None,
    )


def ask_code(written: WrittenCode, encoder: Encoder, known: AnyCode | None, others: Mapping[str, Encoder]) -> Asked:
    """Ask a code without situations its questions; `others` are encoders to compare with, by their closest piece."""
    code = Code(written.name, (Section("", 0, written.passages),), language=written.language)
    index = Index(code, Bank(), build(code, Bank(), (), encoder), known)
    texts = [question.text for question in written.questions]
    return Asked(
        written.name,
        written.questions,
        tuple(index.search(texts, encoder)),
        written.silent,
        tuple(index.search([question.text for question in written.silent], encoder)),
        _compared(code.passages, texts, others),
    )


def ask_languages(materials: Materials, index: Index, encoder: Encoder, others: Mapping[str, Encoder]) -> list[Asked]:
    """Ask the dataset's own code the blind questions in ten languages, and once more in English: what then is still
    wrong is not due to the language."""
    asked = []
    for language, rows in materials.blind.items():
        inside = tuple(_as_question(row) for row in rows if row.in_scope)
        silent = tuple(SilentQuestion(row.text, "silent") for row in rows if not row.in_scope)
        texts = [question.text for question in inside]
        english = index.search([materials.in_english[text] for text in texts], encoder)
        asked.append(
            Asked(
                language,
                inside,
                tuple(index.search(texts, encoder)),
                silent,
                tuple(index.search([question.text for question in silent], encoder)),
                {IN_ENGLISH: _shown(english)} | _compared(materials.code.passages, texts, others),
            )
        )
    return asked


def _as_question(row: Situation) -> CodeQuestion:
    return CodeQuestion(row.text, {judgement.passage: judgement.grade for judgement in row.judgements}, None)


def _compared(
    passages: Sequence[Passage], texts: Sequence[str], others: Mapping[str, Encoder]
) -> dict[str, tuple[tuple[str, ...], ...]]:
    """By the name of a system, the ids of the passages for each text, best first."""
    rankings = {BM25: bm25(passages, texts)}
    rankings |= {name: by_embeddings(passages, texts, other) for name, other in others.items()}
    return {name: tuple(ranking.passages for ranking in found) for name, found in rankings.items()}


def _system(name: str, asked: Sequence[tuple]) -> SystemRow:
    def figure(depth: int) -> Figure:
        groups = [[group] * len(questions) for group, _, questions in asked]
        hits = [_hits(shown, questions, depth) for _, shown, questions in asked]
        return metrics.grouped_mean([*chain(*hits)], [*chain(*groups)])

    return SystemRow(name, figure(1), figure(3))


def _shown(found: Sequence[SearchResult]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(match.passage.id for match in result.matches) for result in found)


def _hits(shown: Sequence[Sequence[str]], questions: Sequence[CodeQuestion], depth: int) -> list[float]:
    first = [{passage for passage, grade in question.grades.items() if grade == SHOW_FIRST} for question in questions]
    return [float(bool(right & set(row[:depth]))) for row, right in zip(shown, first, strict=True)]


def _share(found: Sequence[tuple[str, SearchResult]], band: str) -> Figure:
    return metrics.grouped_mean([float(coverage(result) == band) for _, result in found], [group for group, _ in found])


def _marks(asked: Asked) -> list[tuple[float, float]]:
    """Of the questions whose sentence is labelled, whether it is marked, and whether it is the longest."""
    rows = []
    for question, result in zip(asked.questions, asked.found, strict=True):
        if question.sentence is None:
            continue
        match = next(match for match in result.matches if match.passage.id == question.first)
        sentences = match.passage.sentences
        if len(sentences) > 1:
            wanted = sentences[question.sentence]
            rows.append((float(match.sentence == wanted), float(max(sentences, key=len) == wanted)))
    return rows
