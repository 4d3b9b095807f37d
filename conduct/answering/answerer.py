"""A dataset revision together with a model: all that an answer needs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from conduct.answering import language
from conduct.answering.answer import CUT_NOTICE, Answer, Cautions, Source, compose, contact_of
from conduct.answering.batching import BatchingEncoder
from conduct.answering.cache import AnswerCache
from conduct.answering.dataset_revision import DatasetRevision
from conduct.answering.limits import MAX_LIMIT
from conduct.dataset.files import ADAPTER_FILE, VECTORS_FILE
from conduct.hub.snapshot import PACKAGED, Snapshot
from conduct.messages import Message
from conduct.model import adapter
from conduct.model.adapter import Adapter
from conduct.model.encoder import Encoder
from conduct.model.sentence_transformer import SentenceEncoder
from conduct.ranking.fit import load_or_build
from conduct.ranking.index import Index, SearchResult
from conduct.ranking.vectors import Vectors

LoadEncoder = Callable[[Path, Adapter | None], Encoder]


def encoder_for(
    edition: DatasetRevision, model: Snapshot, load: LoadEncoder = SentenceEncoder.load
) -> tuple[Encoder, str]:
    """The model with what it learnt for this text, and what its vectors are bound to.

    Raises ModelError, or DataError if the adapter beside the text cannot be used.
    """
    learnt = adapter.load(edition.snapshot.folder / ADAPTER_FILE, model.identity)
    return load(model.folder, learnt), learnt.identity if learnt else model.identity


@dataclass(frozen=True, slots=True)
class Answerer:
    """An edition together with a model: all that an answer needs. `repeats` is dropped with it."""

    edition: DatasetRevision
    encoder: BatchingEncoder
    vectors: Vectors
    index: Index
    source: Source
    model: Snapshot
    weights: str  # what tells the encoder's weights from others: the model's identity, or its adapter's
    languages: frozenset[str] = frozenset()
    repeats: AnswerCache[tuple[SearchResult, Cautions]] = field(default_factory=AnswerCache)

    @classmethod
    def make(cls, edition: DatasetRevision, load_encoder: LoadEncoder, model: Snapshot) -> "Answerer":
        """Load the model for this text; take the vectors that lie beside the texts, or build them."""
        encoder, identity = encoder_for(edition, model, load_encoder)
        dispatcher = BatchingEncoder(encoder)
        path = edition.snapshot.folder / VECTORS_FILE
        vectors = load_or_build(path, edition.code, edition.bank, edition.questions, dispatcher, identity)
        index = Index(edition.code, edition.bank, vectors)
        languages = language.languages_of(model.folder)
        return cls(edition, dispatcher, vectors, index, source_of(edition, model), model, identity, languages)

    def answer(self, questions: Sequence[str], limit: int) -> list[Answer]:
        """Answer cleaned questions, all in one batch."""
        known = {question: self.repeats.get(question) for question in questions}
        if new := [question for question, found in known.items() if found is None]:
            for question, found in zip(new, self.encoder.search(self.index, new), strict=True):
                # Of 10,000 passages nobody is shown more than these.
                found = replace(found, matches=found.matches[:MAX_LIMIT])
                known[question] = found, self._cautions(question)
                self.repeats.keep(question, known[question])
        steps, contact = self.edition.next_steps, contact_of(self.edition.code)
        return [
            compose(question, known[question][0], limit, self.source, known[question][1], steps, contact)
            for question in questions
        ]

    def _cautions(self, question: str) -> Cautions:
        return Cautions(
            cut=Message(CUT_NOTICE) if self.encoder.truncates(question) else None,
            language=language.notice(question, self.languages),
        )


def source_of(edition: DatasetRevision, model: Snapshot | None) -> Source:
    """Where an answer comes from, as people and programs are told; without a model, of the text alone."""
    return Source(
        title=edition.code.title,
        complete=edition.code.complete,
        dataset=edition.snapshot.name,
        dataset_revision=edition.snapshot.revision,
        model=model.name if model else "",
        model_revision=model.revision if model else "",
        dataset_url=edition.snapshot.url,
        model_url=model.url if model else "",
        situations=len(edition.bank.situations),
        is_remote=model.is_remote if model else False,
        # Packaged weights are the same weights: nobody needs to hear why the others were not used.
        fallback_reason=" ".join(
            one.fallback_reason
            for one in (edition.snapshot, model)
            if one and one.fallback_reason and one.name != PACKAGED
        ),
    )
