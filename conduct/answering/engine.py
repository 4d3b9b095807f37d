"""Puts the parts together in the order in which the data flows, and answers questions."""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace

from conduct.answering.answer import Answer
from conduct.answering.answerer import Answerer, LoadEncoder, source_of
from conduct.answering.dataset_revision import DatasetRevision
from conduct.answering.full_text import FullText
from conduct.answering.limits import DEFAULT_LIMIT
from conduct.answering.reading import read_apart, read_first
from conduct.answering.validation import check_limit, clean_question, clean_questions
from conduct.errors import ConductError, DataError, InferenceError, ModelError, NoTextError
from conduct.hub import find_dataset
from conduct.hub.fetch import LONG_PATIENCE_SECONDS
from conduct.hub.refresh import Refresher
from conduct.hub.snapshot import BUNDLED, LOCAL, PACKAGED, Snapshot
from conduct.model import find_encoder
from conduct.model.sentence_transformer import SentenceEncoder
from conduct.settings import Settings

log = logging.getLogger(__name__)

ReadRevision = Callable[[Snapshot], DatasetRevision]

NO_TEXT = (
    "The text of {dataset} could not be read, so questions cannot be answered now: "
    "tell the owner of this app, please, whose log says why."
)
NOT_READY = "The model could not be loaded, so questions cannot be answered now: tell the owner of this app, please."
# Asked of each answerer before anybody else asks: it shows that the answerer works, and the first pass through a
# model is several times slower than the second.
WARM_UP_QUESTION = "Is this okay?"

# How often an engine elsewhere that was away at the start is asked again.
RETRY_SECONDS = 5.0
# How often a text that could not be read is looked at again.
TEXT_RETRY_SECONDS = 30.0


class _ClosedError(Exception):
    """The engine was closed while its model was still loading."""


class Engine:
    """Answers questions; loads the text at once and the model behind, so that a page need not wait for it.

    A closed engine loads and refreshes nothing more; what it has loaded goes on answering.
    """

    def __init__(
        self,
        settings: Settings,
        find_model: Callable[[Settings], Snapshot] = find_encoder.find_encoder,
        load_encoder: LoadEncoder | None = None,
        again_seconds: float = RETRY_SECONDS,
        text_again_seconds: float = TEXT_RETRY_SECONDS,
    ) -> None:
        self._settings = settings
        self._find_model = find_model
        self._load_encoder = load_encoder or _loader(settings)
        self._again_seconds = again_seconds
        self._text_again_seconds = text_again_seconds
        self._dataset: DatasetRevision | None = None
        # Why there is no text to serve, for the owner; "" while there is one, or nobody has looked yet.
        self._no_text = ""
        # Revisions that were read but answer no question, and why.
        self._refused: dict[str, str] = {}
        self._model: Future[Snapshot] = Future()
        # Replaced as a whole when the text was refreshed: who holds the old answerer answers from the old text.
        self._answerer: Future[Answerer] = Future()
        self._start = threading.Lock()
        self._started = False
        self._closed = threading.Event()
        self._threads: list[threading.Thread] = []

    @property
    def ready(self) -> bool:
        """Whether a question would be answered without waiting."""
        return self._answerer.done() and self._answerer.exception() is None

    @property
    def loading(self) -> bool:
        """Whether the first model is still on its way, so that a question would have to wait."""
        return not self._answerer.done()

    def start(self) -> None:
        """Begin to load the model in the background; more calls do nothing."""
        with self._start:
            if self._started:
                return
            self._started = True
        # Of an engine that is closed already it sets why nothing is answered, and ends.
        self._run_behind("load", self._load)

    def close(self, seconds: float = 0.0) -> None:
        """End what runs in the background, and wait up to `seconds` for each thread of it; more calls do no harm."""
        self._closed.set()
        for thread in self._threads:
            thread.join(seconds)

    @property
    def working(self) -> bool:
        """Whether something runs in the background."""
        return any(thread.is_alive() for thread in self._threads)

    def _run_behind(self, name: str, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=work, name=name, daemon=True)
        thread.start()
        self._threads.append(thread)

    def ask(self, question: object, limit: object = DEFAULT_LIMIT) -> Answer:
        """Answer one question. Raises QuestionError, ModelError if no model could be loaded, or InferenceError."""
        cleaned, most = clean_question(question), check_limit(limit)
        return self.answerer().answer([cleaned], most)[0]

    def ask_many(self, questions: object, limit: object = DEFAULT_LIMIT) -> list[Answer]:
        """Answer several questions, in order; the same errors."""
        cleaned, most = clean_questions(questions), check_limit(limit)
        return self.answerer().answer(cleaned, most)

    def text(self) -> FullText:
        """The whole code. Needs no model, and waits for none. Raises NoTextError if there is none to serve."""
        if self.ready:
            answerer = self.answerer()
            return FullText.of(answerer.dataset.code, answerer.source)
        dataset = self._read()
        return FullText.of(dataset.code, source_of(dataset, None))

    def answerer(self) -> Answerer:
        """What answers now, once it is loaded.

        Raises ModelError or NoTextError if there is no model or no text, InferenceError if its engine is away.
        """
        self.start()
        answerer = self._answerer
        # Looked at and not raised: it is kept, and would keep the question of each asker in its traceback.
        failure = answerer.exception()
        if failure is None:
            return answerer.result()
        if isinstance(failure, NoTextError):
            raise self._no_text_error(failure.detail)
        raise failure.again() if isinstance(failure, InferenceError) else ModelError(NOT_READY)

    def _read(self) -> DatasetRevision:
        with self._start:
            if self._dataset is None and not self._no_text:
                # Beside the text's, so that a Hub that hangs is waited for once and not twice.
                self._run_behind("model", self._seek_model)
                self._seek_text()
            if self._dataset is None:
                raise self._no_text_error(self._no_text)
            return self._dataset

    def _seek_text(self, seconds: float | None = None, read: ReadRevision = read_first) -> None:
        """Sets the text that serves, or why there is none."""
        try:
            dataset = find_dataset.find_dataset(self._settings, read, seconds, self._refused)
        except DataError as error:
            self._dataset, self._no_text = None, str(error)
            return
        _say("text", dataset.snapshot)
        self._dataset, self._no_text = dataset, ""

    def _no_text_error(self, detail: str) -> NoTextError:
        return NoTextError(NO_TEXT, detail, dataset=find_dataset.dataset_label(self._settings))

    def _seek_model(self) -> None:
        try:
            found = self._find_model(self._settings)
            if self._settings.inference:
                # Which copy of its files is at hand says nothing then.
                found = replace(found, is_remote=True)
            self._model.set_result(found)
        except BaseException as error:
            self._model.set_exception(error)

    def _load(self) -> None:
        try:
            answerer = self._make_when_all_is_there()
        except _ClosedError:
            self._fail(ModelError(NOT_READY))
            return
        except BaseException as error:
            expected = isinstance(error, ConductError)
            # No question has come this far, so that a traceback gives none away.
            log.error("Questions cannot be answered: %s", error, exc_info=None if expected else error)
            self._fail(error if expected else ModelError(NOT_READY))
            return
        _say("model", answerer.model)
        self.swap(answerer)
        find_dataset.remember_dataset(self._settings, answerer.dataset.snapshot)
        self._keep_fresh(answerer.model)

    def _make_when_all_is_there(self) -> Answerer:
        """The same as `_make`; while the text or an engine elsewhere is away, questions are refused with a sentence."""
        logged = ""
        while not self._closed.is_set():
            try:
                return self._make(self._read(), self._model.result())
            except InferenceError as error:
                self._fail(error)
                self._closed.wait(self._again_seconds)
            except NoTextError as error:
                if error.detail != logged:
                    log.error("Questions cannot be answered: %s", error.detail)
                logged = error.detail
                self._fail(error)
                if self._closed.wait(self._text_again_seconds):
                    break
                # A folder may have been fixed meanwhile; a commit stays what it is.
                self._refused.pop(LOCAL, None)
                self._seek_text(LONG_PATIENCE_SECONDS, read_apart)
        raise _ClosedError

    def _make(self, dataset: DatasetRevision, model: Snapshot) -> Answerer:
        """A answerer that has answered a question; of the packaged weights or an earlier text if need be."""
        try:
            return _tried(Answerer.make(dataset, self._load_encoder, model))
        except InferenceError:
            raise
        except ModelError as error:
            if model.name == PACKAGED:
                raise
            instead = find_encoder.instead_of_model(self._settings, str(error))
            return self._make(dataset, replace(instead, is_remote=model.is_remote))
        except Exception as error:
            if dataset.snapshot.name == BUNDLED:
                raise
            self._refused[dataset.snapshot.revision] = find_dataset.unreadable(dataset.snapshot, error)
            self._seek_text()
            return self._make(self._read(), model)

    def _keep_fresh(self, model: Snapshot) -> None:
        def make(snapshot: Snapshot) -> Answerer:
            # What has to be encoded waits in the same batches as questions do.
            return _tried(Answerer.make(read_apart(snapshot), self._load_encoder, model, self.answerer()))

        refresher = Refresher(self._settings, lambda: self.answerer().dataset.snapshot, make, self.swap)
        if refresher.wanted:
            self._run_behind("refresh", lambda: refresher.run(self._closed))

    def swap(self, answerer: Answerer) -> None:
        """Answer from `answerer` from now on; questions that are being answered keep theirs."""
        waited_for, swapped = self._answerer, Future()
        swapped.set_result(answerer)
        self._answerer = swapped
        if not waited_for.done():
            waited_for.set_result(answerer)

    def _fail(self, error: ConductError) -> None:
        failure = error.again()
        waited_for, failed = self._answerer, Future()
        failed.set_exception(failure)
        self._answerer = failed
        if not waited_for.done():
            waited_for.set_exception(failure)


def _loader(settings: Settings) -> LoadEncoder:
    if settings.inference is None:
        return SentenceEncoder.load
    from conduct.model.remote import RemoteEncoder  # with the Hub's client, which is not free to import

    return RemoteEncoder.loader(settings.inference, settings.inference_token)


def _tried(answerer: Answerer) -> Answerer:
    answerer.answer([WARM_UP_QUESTION], 1)
    return answerer


def _say(what: str, snapshot: Snapshot) -> None:
    level = logging.WARNING if snapshot.fallback_reason else logging.INFO
    log.log(level, "The %s is %s at %s. %s", what, snapshot.name, snapshot.revision, snapshot.fallback_reason)
