"""A dataset revision together with a model: all that an answer needs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from conduct.answering import language
from conduct.answering.answer import CUT_NOTICE, Answer, Cautions, Source, compose, contact_of
from conduct.answering.batching import BatchingEncoder
from conduct.answering.dataset_revision import DatasetRevision
from conduct.dataset.files import VECTORS_FILE
from conduct.hub.snapshot import Snapshot
from conduct.messages import Message
from conduct.model import packaged
from conduct.model.encoder import Encoder
from conduct.ranking import any_code
from conduct.ranking.fit import load_or_build
from conduct.ranking.index import Index
from conduct.ranking.vectors import Vectors

# From a folder.
LoadEncoder = Callable[[Path], Encoder]


@dataclass(frozen=True, slots=True)
class Answerer:
    """A dataset revision together with a model.

    Keeps nothing of an answered question: a stranger could tell from the time that an answer takes whether exactly this
    question was asked before.
    """

    edition: DatasetRevision
    encoder: BatchingEncoder
    vectors: Vectors
    index: Index
    source: Source
    model: Snapshot
    languages: frozenset[str] = frozenset()

    @classmethod
    def make(
        cls,
        edition: DatasetRevision,
        load_encoder: LoadEncoder,
        model: Snapshot,
        serving: "Answerer | None" = None,
    ) -> "Answerer":
        """Load the model for this text; take the vectors that lie beside the texts, or build them.

        The encoder of `serving` is shared, if there is one.
        """
        dispatcher = serving.encoder if serving else BatchingEncoder(load_encoder(model.folder))
        path, identity = edition.snapshot.folder / VECTORS_FILE, packaged.identity(model)
        vectors = load_or_build(path, edition.code, edition.bank, (), dispatcher, identity)
        known = any_code.load(model.folder / any_code.FILE, identity, vectors.pieces.shape[1])
        index = Index(edition.code, edition.bank, vectors, known)
        languages = language.languages_of(model.folder)
        return cls(edition, dispatcher, vectors, index, source_of(edition, model), model, languages)

    def answer(self, questions: Sequence[str], limit: int) -> list[Answer]:
        """Answer cleaned questions, all in one batch."""
        different = list(dict.fromkeys(questions))
        steps, contact = self.edition.next_steps, contact_of(self.edition.code)
        answers = {
            question: compose(question, result, limit, self.source, self._cautions(question), steps, contact)
            for question, result in zip(different, self.encoder.search(self.index, different), strict=True)
        }
        return [answers[question] for question in questions]

    def _cautions(self, question: str) -> Cautions:
        return Cautions(
            cut=Message(CUT_NOTICE) if self.encoder.truncates(question) else None,
            language=language.notice(question, self.languages),
        )


def source_of(edition: DatasetRevision, model: Snapshot | None) -> Source:
    """Where an answer comes from, for people and programs; without a model, that of the text alone."""
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
        fallback_reason=" ".join(
            snapshot.fallback_reason for snapshot in (edition.snapshot, model) if snapshot and snapshot.fallback_reason
        ),
    )
