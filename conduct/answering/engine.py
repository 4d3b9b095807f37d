"""Puts the parts together in the order in which the data flows, and answers questions."""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from pathlib import Path

from conduct.answering import language
from conduct.answering.answer import CUT_NOTICE, Answer, Cautions, Source, Text, compose
from conduct.answering.batching import Dispatcher
from conduct.answering.cache import Repeats
from conduct.answering.validation import DEFAULT_LIMIT, MAX_LIMIT, check_limit, clean_question, clean_questions
from conduct.dataset.files import ADAPTER_FILE, QUESTIONS_FILE, SITUATIONS_FILE, VECTORS_FILE, read_text
from conduct.dataset.situations import Bank, Question, read_questions, read_situations
from conduct.errors import ConductError, InferenceError, ModelError
from conduct.hub import find_dataset, find_model
from conduct.hub.refresh import Refresher
from conduct.hub.snapshot import BUNDLED, PACKAGED, Snapshot
from conduct.model import adapter
from conduct.model.adapter import Adapter
from conduct.model.encoder import Encoder
from conduct.model.sentence_transformer import SentenceEncoder
from conduct.ranking.fit import load_or_build
from conduct.ranking.index import Found, Index
from conduct.ranking.vectors import Vectors
from conduct.settings import Settings
from conduct.text.code import Code, parse

log = logging.getLogger(__name__)

NOT_READY = "The model could not be loaded, so questions cannot be answered now: tell the owner of this app, please."
# Asked of each reader before anybody else asks: it shows that the reader works, and the first pass through a
# model is several times slower than the second.
TRIAL = "Is this okay?"

# How often an engine elsewhere that was away at the start is asked again.
AGAIN_SECONDS = 5.0

LoadEncoder = Callable[[Path, Adapter | None], Encoder]


@dataclass(frozen=True, slots=True)
class Edition:
    """One revision of the text, with everything that is known about it."""

    code: Code
    bank: Bank
    questions: tuple[Question, ...]
    snapshot: Snapshot

    @classmethod
    def read(cls, snapshot: Snapshot) -> "Edition":
        """Read a dataset folder. Raises DataError with one sentence if it cannot be used."""
        code = parse(read_text(snapshot.folder))
        ids = [passage.id for passage in code.passages]
        bank = read_situations(snapshot.folder / SITUATIONS_FILE, ids)
        if bank.dropped:
            log.warning("%d situations name passages that the text does not have; they are left out.", bank.dropped)
        questions = read_questions(snapshot.folder / QUESTIONS_FILE, ids)
        return cls(code, bank, questions, snapshot)


def encoder_for(edition: Edition, model: Snapshot, load: LoadEncoder = SentenceEncoder.load) -> tuple[Encoder, str]:
    """The model with what it learnt for this text, and what its vectors are bound to.

    Raises ModelError, or DataError if the adapter beside the text cannot be used.
    """
    learnt = adapter.load(edition.snapshot.folder / ADAPTER_FILE, model.identity)
    return load(model.folder, learnt), learnt.identity if learnt else model.identity


@dataclass(frozen=True, slots=True)
class Reader:
    """An edition together with a model: all that an answer needs. `repeats` is dropped with it."""

    edition: Edition
    encoder: Dispatcher
    vectors: Vectors
    index: Index
    source: Source
    model: Snapshot
    weights: str  # what tells the encoder's weights from others: the model's identity, or its adapter's
    languages: frozenset[str] = frozenset()
    repeats: Repeats[tuple[Found, Cautions]] = field(default_factory=Repeats)

    @classmethod
    def make(cls, edition: Edition, load_encoder: LoadEncoder, model: Snapshot) -> "Reader":
        """Load the model for this text; take the vectors that lie beside the texts, or build them."""
        encoder, identity = encoder_for(edition, model, load_encoder)
        dispatcher = Dispatcher(encoder)
        path = edition.snapshot.folder / VECTORS_FILE
        vectors = load_or_build(path, edition.code, edition.bank, edition.questions, dispatcher, identity)
        index = Index(edition.code, edition.bank, vectors)
        languages = language.languages_of(model.folder)
        return cls(edition, dispatcher, vectors, index, _source(edition, model), model, identity, languages)

    def answer(self, questions: Sequence[str], limit: int) -> list[Answer]:
        """Answer cleaned questions, all in one batch."""
        known = {question: self.repeats.get(question) for question in questions}
        if new := [question for question, found in known.items() if found is None]:
            for question, found in zip(new, self.encoder.search(self.index, new), strict=True):
                # Of 10,000 passages nobody is shown more than these.
                found = replace(found, matches=found.matches[:MAX_LIMIT])
                known[question] = found, self._cautions(question)
                self.repeats.keep(question, known[question])
        return [compose(question, known[question][0], limit, self.source, known[question][1]) for question in questions]

    def _cautions(self, question: str) -> Cautions:
        return Cautions(
            cut=CUT_NOTICE if self.encoder.truncates(question) else None,
            language=language.notice(question, self.languages),
        )


class Engine:
    """Answers questions; loads the text at once and the model behind, so that a page need not wait for it."""

    def __init__(
        self,
        settings: Settings,
        find_model: Callable[[Settings], Snapshot] = find_model.find_model,
        load_encoder: LoadEncoder | None = None,
        again_seconds: float = AGAIN_SECONDS,
    ) -> None:
        self._settings = settings
        self._find_model = find_model
        self._load_encoder = load_encoder or _loader(settings)
        self._again_seconds = again_seconds
        self._edition: Edition | None = None
        self._model: Future[Snapshot] = Future()
        # Replaced as a whole when the text was refreshed: who holds the old reader answers from the old text.
        self._reader: Future[Reader] = Future()
        self._start = threading.Lock()
        self._started = False

    @property
    def ready(self) -> bool:
        """Whether a question would be answered without waiting."""
        return self._reader.done() and self._reader.exception() is None

    @property
    def loading(self) -> bool:
        """Whether the first model is still on its way, so that a question would have to wait."""
        return not self._reader.done()

    def start(self) -> None:
        """Begin to load the model in the background; more calls do nothing."""
        with self._start:
            if self._started:
                return
            self._started = True
        threading.Thread(target=self._load, name="load", daemon=True).start()

    def ask(self, question: object, limit: object = DEFAULT_LIMIT) -> Answer:
        """Answer one question. Raises QuestionError, ModelError if no model could be loaded, or InferenceError."""
        cleaned, most = clean_question(question), check_limit(limit)
        return self.reader().answer([cleaned], most)[0]

    def ask_many(self, questions: object, limit: object = DEFAULT_LIMIT) -> list[Answer]:
        """Answer several questions, in order; the same errors."""
        cleaned, most = clean_questions(questions), check_limit(limit)
        return self.reader().answer(cleaned, most)

    def text(self) -> Text:
        """The whole code. Needs no model, and waits for none."""
        if self.ready:
            reader = self.reader()
            return Text(reader.edition.code, reader.source)
        edition = self._read()
        return Text(edition.code, _source(edition, None))

    def reader(self) -> Reader:
        """What answers now, once it is loaded. Raises ModelError if it cannot be, InferenceError if not yet."""
        self.start()
        try:
            return self._reader.result()
        except InferenceError as error:
            # A new one: the other is kept, and each raise would add to its traceback.
            raise InferenceError(*error.args) from None
        except ConductError as error:
            raise ModelError(NOT_READY) from error

    def _read(self) -> Edition:
        with self._start:
            if self._edition is None:
                # Beside the text's, so that a Hub that hangs is waited for once and not twice.
                threading.Thread(target=self._seek_model, name="model", daemon=True).start()
                self._edition = find_dataset.find_dataset(self._settings, Edition.read)
                _say("text", self._edition.snapshot)
            return self._edition

    def _seek_model(self) -> None:
        try:
            found = self._find_model(self._settings)
            if self._settings.inference:
                from conduct.model.remote import as_named

                found = as_named(found)
            self._model.set_result(found)
        except BaseException as error:
            self._model.set_exception(error)

    def _load(self) -> None:
        try:
            reader = self._make_when_engine_is_there(self._read(), self._model.result())
        except BaseException as error:
            log.error("Questions cannot be answered: %s", error)
            failure = error if isinstance(error, ConductError) else ModelError(NOT_READY)
            failure.__cause__ = None if failure is error else error
            self._fail(failure)
            return
        _say("model", reader.model)
        self.swap(reader)
        self._keep_fresh(reader.model)

    def _make_when_engine_is_there(self, edition: Edition, model: Snapshot) -> Reader:
        """The same as `_make`; while an engine elsewhere is away, whoever asks is told so."""
        while True:
            try:
                return self._make(edition, model)
            except InferenceError as error:
                self._fail(error)
            time.sleep(self._again_seconds)

    def _make(self, edition: Edition, model: Snapshot) -> Reader:
        """A reader that has answered a question; of the packaged weights or the bundled text if need be."""
        try:
            return _tried(Reader.make(edition, self._load_encoder, model))
        except InferenceError:
            raise
        except ModelError as error:
            if model.name == PACKAGED:
                raise
            return self._make(edition, find_model.instead_of_model(self._settings, str(error).rstrip(".")))
        except Exception as error:
            if edition.snapshot.name == BUNDLED:
                raise
            why = f"The dataset was not used: {find_dataset.unreadable(edition.snapshot, error)}."
            self._edition = Edition.read(find_dataset.bundled_dataset(why))
            _say("text", self._edition.snapshot)
            return self._make(self._edition, model)

    def _keep_fresh(self, model: Snapshot) -> None:
        def make(snapshot: Snapshot) -> Reader:
            # A model of its own: questions never wait for this one, and tokenizers cannot be shared between threads.
            reader, now = _tried(Reader.make(Edition.read(snapshot), self._load_encoder, model)), self.reader()
            return replace(reader, encoder=now.encoder) if reader.weights == now.weights else reader

        Refresher(self._settings, lambda: self.reader().edition.snapshot, make, self.swap).start()

    def swap(self, reader: Reader) -> None:
        """Answer from `reader` from now on; questions that are being answered keep theirs."""
        waited_for, swapped = self._reader, Future()
        swapped.set_result(reader)
        self._reader = swapped
        if not waited_for.done():
            waited_for.set_result(reader)

    def _fail(self, error: ConductError) -> None:
        waited_for, failed = self._reader, Future()
        failed.set_exception(error)
        self._reader = failed
        if not waited_for.done():
            waited_for.set_exception(error)


def _loader(settings: Settings) -> LoadEncoder:
    if settings.inference is None:
        return SentenceEncoder.load_to_answer
    from conduct.model.remote import RemoteEncoder  # with the Hub's client, which is not free to import

    return RemoteEncoder.loader(settings.inference)


def _tried(reader: Reader) -> Reader:
    reader.answer([TRIAL], 1)
    return reader


def _source(edition: Edition, model: Snapshot | None) -> Source:
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
        elsewhere=model.elsewhere if model else False,
        # Packaged weights are the same weights: nobody needs to hear why the others were not used.
        instead=" ".join(
            one.instead for one in (edition.snapshot, model) if one and one.instead and one.name != PACKAGED
        ),
    )


def _say(what: str, snapshot: Snapshot) -> None:
    level = logging.WARNING if snapshot.instead and snapshot.name != PACKAGED else logging.INFO
    log.log(level, "The %s is %s at %s. %s", what, snapshot.name, snapshot.revision, snapshot.instead)
