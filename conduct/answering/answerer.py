"""A dataset revision together with a model: all that an answer needs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from conduct.answering import language
from conduct.answering.answer import CUT_NOTICE, Answer, Cautions, Source, compose, contact_of
from conduct.answering.batching import MAX_DRAFT_BATCH, BatchingEncoder
from conduct.answering.dataset_revision import DatasetRevision
from conduct.answering.limits import MAX_WHOLE_CHARACTERS
from conduct.dataset.files import VECTORS_FILE
from conduct.hub.snapshot import Snapshot
from conduct.messages import Message
from conduct.model import packaged
from conduct.model.encoder import Encoder
from conduct.ranking import any_code
from conduct.ranking.draft import DraftResult, Readings, read_pieces
from conduct.ranking.fit import load_or_build
from conduct.ranking.index import Index, SearchResult
from conduct.ranking.vectors import Vectors
from conduct.text.draft import Piece, read_draft

# Loads the encoder in a folder.
LoadEncoder = Callable[[Path], Encoder]


@dataclass(frozen=True, slots=True)
class Answerer:
    """A dataset revision together with a model.

    It caches no answers: from the time that an answer takes, a stranger could tell whether exactly this question was
    asked before.
    """

    dataset: DatasetRevision
    encoder: BatchingEncoder
    vectors: Vectors
    index: Index
    source: Source
    model: Snapshot
    languages: frozenset[str] = frozenset()
    contact: str = ""  # the mail address that the text names

    @classmethod
    def make(
        cls,
        dataset: DatasetRevision,
        load_encoder: LoadEncoder,
        model: Snapshot,
        serving: "Answerer | None" = None,
    ) -> "Answerer":
        """Load the model for this text; load the vectors that are stored beside the text, or build them.

        The encoder of `serving` is shared, if there is one.
        """
        dispatcher = serving.encoder if serving else BatchingEncoder(load_encoder(model.folder))
        path, identity = dataset.snapshot.folder / VECTORS_FILE, packaged.identity(model)
        vectors = load_or_build(path, dataset.code, dataset.bank, (), dispatcher, identity)
        known = any_code.load(model.folder / any_code.FILE, identity, vectors.pieces.shape[1])
        index = Index(dataset.code, dataset.bank, vectors, known)
        languages = language.languages_of(model.folder)
        source, contact = source_of(dataset, model), contact_of(dataset.code)
        return cls(dataset, dispatcher, vectors, index, source, model, languages, contact)

    def answer(self, questions: Sequence[str], limit: int) -> list[Answer]:
        """Answer cleaned questions: first those that are read as a whole and what has few sentences, in one batch, then
        drafts."""
        read = {question: self._read(question) for question in questions}
        texts = list(dict.fromkeys(text for question, reading in read.items() for text in reading.at_once(question)))
        results = dict(zip(texts, self.encoder.search(self.index, texts), strict=True))
        steps, contact = self.dataset.next_steps, self.contact
        answers = {}
        for question, reading in read.items():
            result = results[question] if reading.whole else None
            led_by = None
            if reading.pieces:
                found = self._search(reading.pieces, result, results)
                result = found.result
                led_by = [tuple(reading.pieces[number].sentence for number in numbers) for numbers in found.led_by]
            answers[question] = compose(
                question, result, limit, self.source, self._cautions(question, reading), steps, contact, led_by
            )
        return [answers[question] for question in questions]

    def _read(self, question: str) -> "_Reading":
        """A question is read as a whole, a long draft by its sentences, and a short draft in both ways."""
        draft = read_draft(question)
        several = len(draft.pieces) > 1
        if not draft.pieces or (draft.is_question and not (several and self.encoder.truncates(question))):
            return _Reading(True)
        return _Reading(draft.plain and len(question) <= MAX_WHOLE_CHARACTERS, draft.pieces)

    def _search(
        self, pieces: Sequence[Piece], whole: SearchResult | None, results: Mapping[str, SearchResult]
    ) -> DraftResult:
        """The result of a draft; `results` are there already. If there is one for the whole text, that is kept, and
        explained by sentences."""
        glance = partial(self.encoder.glance, self.index)

        def search(texts: Sequence[str]) -> list[SearchResult]:
            if results.keys() >= set(texts):
                return [results[text] for text in texts]
            return self.encoder.search_draft(self.index, texts)

        readings = Readings(read_pieces(pieces, glance, search, in_context=whole is None))
        return readings.combined(len(pieces)) if whole is None else readings.explaining(whole, len(pieces))

    def _cautions(self, question: str, reading: "_Reading") -> Cautions:
        return Cautions(
            cut=Message(CUT_NOTICE) if reading.whole and self.encoder.truncates(question) else None,
            language=language.notice(question, self.languages),
            text=language.notice_of_text(self.dataset.code.language, self.languages),
        )


@dataclass(frozen=True, slots=True)
class _Reading:
    """How a question is read: as a `whole`, in `pieces`, or both."""

    whole: bool
    pieces: tuple[Piece, ...] = ()

    def at_once(self, question: str) -> tuple[str, ...]:
        """What is searched for together: the question, and its sentences if they are few."""
        few = self.pieces if len(self.pieces) <= MAX_DRAFT_BATCH else ()
        return (*((question,) if self.whole else ()), *(piece.text for piece in few))


def source_of(dataset: DatasetRevision, model: Snapshot | None) -> Source:
    """Where text and model of an answer come from; without a model, the fields of the model are empty."""
    return Source(
        title=dataset.code.title,
        complete=dataset.code.complete,
        dataset=dataset.snapshot.name,
        dataset_revision=dataset.snapshot.revision,
        model=model.name if model else "",
        model_revision=model.revision if model else "",
        day=dataset.code.day or dataset.snapshot.day,
        dataset_url=dataset.snapshot.url,
        model_url=model.url if model else "",
        situations=len(dataset.bank.situations),
        is_remote=model.is_remote if model else False,
        fallback_reason=" ".join(
            snapshot.fallback_reason for snapshot in (dataset.snapshot, model) if snapshot and snapshot.fallback_reason
        ),
    )
