"""Puts the parts together in the order in which the data flows, and answers questions."""

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace

from conduct.answering.answer import Answer, FullText
from conduct.answering.answerer import Answerer, LoadEncoder, source_of
from conduct.answering.dataset_revision import DatasetRevision
from conduct.answering.limits import DEFAULT_LIMIT
from conduct.answering.validation import check_limit, clean_question, clean_questions
from conduct.errors import ConductError, InferenceError, ModelError
from conduct.hub import find_dataset, find_model
from conduct.hub.refresh import Refresher
from conduct.hub.snapshot import BUNDLED, PACKAGED, Snapshot
from conduct.model.sentence_transformer import SentenceEncoder
from conduct.settings import Settings

log = logging.getLogger(__name__)

NOT_READY = "The model could not be loaded, so questions cannot be answered now: tell the owner of this app, please."
# Asked of each reader before anybody else asks: it shows that the reader works, and the first pass through a
# model is several times slower than the second.
WARM_UP_QUESTION = "Is this okay?"

# How often an engine elsewhere that was away at the start is asked again.
RETRY_SECONDS = 5.0


class Engine:
    """Answers questions; loads the text at once and the model behind, so that a page need not wait for it."""

    def __init__(
        self,
        settings: Settings,
        find_model: Callable[[Settings], Snapshot] = find_model.find_model,
        load_encoder: LoadEncoder | None = None,
        again_seconds: float = RETRY_SECONDS,
    ) -> None:
        self._settings = settings
        self._find_model = find_model
        self._load_encoder = load_encoder or _loader(settings)
        self._again_seconds = again_seconds
        self._edition: DatasetRevision | None = None
        self._model: Future[Snapshot] = Future()
        # Replaced as a whole when the text was refreshed: who holds the old reader answers from the old text.
        self._reader: Future[Answerer] = Future()
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

    def text(self) -> FullText:
        """The whole code. Needs no model, and waits for none."""
        if self.ready:
            reader = self.reader()
            return FullText.of(reader.edition.code, reader.source)
        edition = self._read()
        return FullText.of(edition.code, source_of(edition, None))

    def reader(self) -> Answerer:
        """What answers now, once it is loaded. Raises ModelError if it cannot be, InferenceError if not yet."""
        self.start()
        reader = self._reader
        # Looked at and not raised: it is kept, and would keep the question of each asker in its traceback.
        failure = reader.exception()
        if failure is None:
            return reader.result()
        raise failure.again() if isinstance(failure, InferenceError) else ModelError(NOT_READY)

    def _read(self) -> DatasetRevision:
        with self._start:
            if self._edition is None:
                # Beside the text's, so that a Hub that hangs is waited for once and not twice.
                threading.Thread(target=self._seek_model, name="model", daemon=True).start()
                self._edition = find_dataset.find_dataset(self._settings, DatasetRevision.read)
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
            # Nobody's question is part of loading, so a fault of ours can be told in full.
            expected = isinstance(error, ConductError)
            log.error("Questions cannot be answered: %s", error, exc_info=None if expected else error)
            self._fail(error if expected else ModelError(NOT_READY))
            return
        _say("model", reader.model)
        self.swap(reader)
        self._keep_fresh(reader.model)

    def _make_when_engine_is_there(self, edition: DatasetRevision, model: Snapshot) -> Answerer:
        """The same as `_make`; while an engine elsewhere is away, whoever asks is told so."""
        while True:
            try:
                return self._make(edition, model)
            except InferenceError as error:
                self._fail(error)
            time.sleep(self._again_seconds)

    def _make(self, edition: DatasetRevision, model: Snapshot) -> Answerer:
        """A reader that has answered a question; of the packaged weights or the bundled text if need be."""
        try:
            return _tried(Answerer.make(edition, self._load_encoder, model))
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
            self._edition = DatasetRevision.read(find_dataset.bundled_dataset(why))
            _say("text", self._edition.snapshot)
            return self._make(self._edition, model)

    def _keep_fresh(self, model: Snapshot) -> None:
        def make(snapshot: Snapshot) -> Answerer:
            # A model of its own: questions never wait for this one, and tokenizers cannot be shared between threads.
            reader, now = (
                _tried(Answerer.make(DatasetRevision.read(snapshot), self._load_encoder, model)),
                self.reader(),
            )
            return replace(reader, encoder=now.encoder) if reader.weights == now.weights else reader

        Refresher(self._settings, lambda: self.reader().edition.snapshot, make, self.swap).start()

    def swap(self, reader: Answerer) -> None:
        """Answer from `reader` from now on; questions that are being answered keep theirs."""
        waited_for, swapped = self._reader, Future()
        swapped.set_result(reader)
        self._reader = swapped
        if not waited_for.done():
            waited_for.set_result(reader)

    def _fail(self, error: ConductError) -> None:
        failure = error.again()
        waited_for, failed = self._reader, Future()
        failed.set_exception(failure)
        self._reader = failed
        if not waited_for.done():
            waited_for.set_exception(failure)


def _loader(settings: Settings) -> LoadEncoder:
    if settings.inference is None:
        return SentenceEncoder.load_to_answer
    from conduct.model.remote import RemoteEncoder  # with the Hub's client, which is not free to import

    return RemoteEncoder.loader(settings.inference)


def _tried(reader: Answerer) -> Answerer:
    reader.answer([WARM_UP_QUESTION], 1)
    return reader


def _say(what: str, snapshot: Snapshot) -> None:
    level = logging.WARNING if snapshot.fallback_reason and snapshot.name != PACKAGED else logging.INFO
    log.log(level, "The %s is %s at %s. %s", what, snapshot.name, snapshot.revision, snapshot.fallback_reason)
