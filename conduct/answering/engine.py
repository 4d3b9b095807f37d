"""Finds text and model, loads them in the background, and answers questions."""

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
from conduct.answering.reading import read_in_subprocess, read_with_deadline
from conduct.answering.validation import check_limit, clean_question, clean_questions
from conduct.errors import ConductError, DataError, InferenceError, ModelError, NoTextError
from conduct.hub import find_dataset
from conduct.hub.fetch import LONG_HUB_TIMEOUT_SECONDS
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
# Each new answerer answers this question first: that shows that it works, and a model's first pass is several times
# slower than the second.
WARM_UP_QUESTION = "Is this okay?"

# How often, in seconds, a remote engine that did not answer at the start is asked again.
RETRY_SECONDS = 5.0
# How often, in seconds, reading a text is tried again after it failed.
TEXT_RETRY_SECONDS = 30.0


class _ClosedError(Exception):
    """The engine was closed while its model was still loading."""


class Engine:
    """Answers questions; loads the text at once and the model in the background, so that the page does not wait for it.

    A closed engine loads and refreshes nothing more, but still answers with what it has loaded.
    """

    def __init__(
        self,
        settings: Settings,
        find_model: Callable[[Settings], Snapshot] = find_encoder.find_encoder,
        load_encoder: LoadEncoder | None = None,
        retry_seconds: float = RETRY_SECONDS,
        text_retry_seconds: float = TEXT_RETRY_SECONDS,
    ) -> None:
        self._settings = settings
        self._find_model = find_model
        self._load_encoder = load_encoder or _loader(settings)
        self._retry_seconds = retry_seconds
        self._text_retry_seconds = text_retry_seconds
        self._dataset: DatasetRevision | None = None
        # Why there is no text, for the owner; "" while there is one, or before the first attempt.
        self._no_text = ""
        # Revisions that were read but could not answer a question, and why.
        self._refused: dict[str, str] = {}
        self._model: Future[Snapshot] = Future()
        # Replaced as a whole after a refresh: running calls finish with the old answerer and its text.
        self._answerer: Future[Answerer] = Future()
        self._start = threading.Lock()
        self._started = False
        self._closed = threading.Event()
        self._threads: list[threading.Thread] = []
        # Called in the thread that has loaded the model, before the first answer.
        self.before_ready: Callable[[], None] = lambda: None

    @property
    def ready(self) -> bool:
        """Whether a question would be answered without waiting."""
        return self._answerer.done() and self._answerer.exception() is None

    @property
    def loading(self) -> bool:
        """Whether the first model is still being loaded, so that a question would have to wait."""
        return not self._answerer.done()

    def start(self) -> None:
        """Start loading the model in the background; further calls do nothing."""
        with self._start:
            if self._started:
                return
            self._started = True
        # If the engine was closed before, this records why nothing is answered, and ends.
        self._run_in_background("load", self._load)

    def close(self, seconds: float = 0.0) -> None:
        """Stop the background threads, and wait up to `seconds` for each of them; may be called again."""
        self._closed.set()
        for thread in self._threads:
            thread.join(seconds)

    @property
    def working(self) -> bool:
        """Whether a background thread is running."""
        return any(thread.is_alive() for thread in self._threads)

    def _run_in_background(self, name: str, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=work, name=name, daemon=True)
        thread.start()
        self._threads.append(thread)

    def ask(self, question: object, limit: object = DEFAULT_LIMIT) -> Answer:
        """Answer one question. Raises QuestionError, ModelError if no model could be loaded, or InferenceError."""
        cleaned, max_passages = clean_question(question), check_limit(limit)
        return self.answerer().answer([cleaned], max_passages)[0]

    def ask_many(self, questions: object, limit: object = DEFAULT_LIMIT) -> list[Answer]:
        """Answer several questions, in order; the same errors."""
        cleaned, max_passages = clean_questions(questions), check_limit(limit)
        return self.answerer().answer(cleaned, max_passages)

    def text(self) -> FullText:
        """The whole code. Needs no model and does not wait for it. Raises NoTextError if there is no text to serve."""
        if self.ready:
            answerer = self.answerer()
            return FullText.of(answerer.dataset.code, answerer.source)
        dataset = self._read()
        return FullText.of(dataset.code, source_of(dataset, None))

    def answerer(self) -> Answerer:
        """The current answerer; waits until the first one is loaded.

        Raises ModelError or NoTextError if there is no model or no text, InferenceError if a remote engine does not
        answer.
        """
        self.start()
        answerer = self._answerer
        # This exception is kept, and each raise would add frames with a question to its traceback: a copy is raised.
        failure = answerer.exception()
        if failure is None:
            return answerer.result()
        if isinstance(failure, NoTextError):
            raise self._no_text_error(failure.detail)
        raise failure.fresh_copy() if isinstance(failure, InferenceError) else ModelError(NOT_READY)

    def _read(self) -> DatasetRevision:
        with self._start:
            if self._dataset is None and not self._no_text:
                # At the same time as the text, so that the timeout of a Hub that hangs is waited for only once.
                self._run_in_background("model", self._resolve_model)
                self._resolve_text()
            if self._dataset is None:
                raise self._no_text_error(self._no_text)
            return self._dataset

    def _resolve_text(self, seconds: float | None = None, read: ReadRevision = read_with_deadline) -> None:
        """Set the text to serve, or the reason why there is none."""
        try:
            dataset = find_dataset.find_dataset(self._settings, read, seconds, self._refused)
        except DataError as error:
            self._dataset, self._no_text = None, str(error)
            return
        _log_source("text", dataset.snapshot)
        self._dataset, self._no_text = dataset, ""

    def _no_text_error(self, detail: str) -> NoTextError:
        return NoTextError(NO_TEXT, detail, dataset=find_dataset.dataset_label(self._settings))

    def _resolve_model(self) -> None:
        try:
            found = self._find_model(self._settings)
            if self._settings.inference:
                # Then the engine answers, not the local copy of the model's files.
                found = replace(found, is_remote=True)
            self._model.set_result(found)
        except BaseException as error:
            self._model.set_exception(error)

    def _load(self) -> None:
        try:
            answerer = self._make_with_retries()
        except _ClosedError:
            self._fail(ModelError(NOT_READY))
            return
        except BaseException as error:
            expected = isinstance(error, ConductError)
            # No question has been asked yet, so the traceback cannot contain one.
            log.error("Questions cannot be answered: %s", error, exc_info=None if expected else error)
            self._fail(error if expected else ModelError(NOT_READY))
            return
        _log_source("model", answerer.model)
        self.before_ready()
        self.swap(answerer)
        find_dataset.remember_dataset(self._settings, answerer.dataset.snapshot)
        self._start_refreshing(answerer.model)

    def _make_with_retries(self) -> Answerer:
        """Call `_make` until it succeeds; while the text or a remote engine is missing, questions get an error."""
        logged = ""
        while not self._closed.is_set():
            try:
                return self._make(self._read(), self._model.result())
            except InferenceError as error:
                self._fail(error)
                self._closed.wait(self._retry_seconds)
            except NoTextError as error:
                if error.detail != logged:
                    log.error("Questions cannot be answered: %s", error.detail)
                logged = error.detail
                self._fail(error)
                if self._closed.wait(self._text_retry_seconds):
                    break
                # A folder may have been fixed since; a commit never changes.
                self._refused.pop(LOCAL, None)
                self._resolve_text(LONG_HUB_TIMEOUT_SECONDS, read_in_subprocess)
        raise _ClosedError

    def _make(self, dataset: DatasetRevision, model: Snapshot) -> Answerer:
        """An answerer that has answered a question; on failure, one with the packaged encoder or an earlier text."""
        try:
            return _warmed_up(Answerer.make(dataset, self._load_encoder, model))
        except InferenceError:
            raise
        except ModelError as error:
            if model.name == PACKAGED:
                raise
            fallback = find_encoder.instead_of_model(self._settings, str(error))
            return self._make(dataset, replace(fallback, is_remote=model.is_remote))
        except Exception as error:
            if dataset.snapshot.name == BUNDLED:
                raise
            self._refused[dataset.snapshot.revision] = find_dataset.unreadable(dataset.snapshot, error)
            self._resolve_text()
            return self._make(self._read(), model)

    def _start_refreshing(self, model: Snapshot) -> None:
        def make(snapshot: Snapshot) -> Answerer:
            # The encoder is that of the current answerer: new texts are encoded in the same batches as questions.
            return _warmed_up(Answerer.make(read_in_subprocess(snapshot), self._load_encoder, model, self.answerer()))

        refresher = Refresher(self._settings, lambda: self.answerer().dataset.snapshot, make, self.swap)
        if refresher.wanted:
            self._run_in_background("refresh", lambda: refresher.run(self._closed))

    def swap(self, answerer: Answerer) -> None:
        """Answer with `answerer` from now on; running calls finish with the previous one."""
        waited_for, swapped = self._answerer, Future()
        swapped.set_result(answerer)
        self._answerer = swapped
        if not waited_for.done():
            waited_for.set_result(answerer)

    def _fail(self, error: ConductError) -> None:
        failure = error.fresh_copy()
        waited_for, failed = self._answerer, Future()
        failed.set_exception(failure)
        self._answerer = failed
        if not waited_for.done():
            waited_for.set_exception(failure)


def _loader(settings: Settings) -> LoadEncoder:
    if settings.inference is None:
        return SentenceEncoder.load
    from conduct.model.remote import RemoteEncoder  # imports the Hub's client, which takes time

    return RemoteEncoder.loader(settings.inference, settings.inference_token)


def _warmed_up(answerer: Answerer) -> Answerer:
    answerer.answer([WARM_UP_QUESTION], 1)
    return answerer


def _log_source(what: str, snapshot: Snapshot) -> None:
    level = logging.WARNING if snapshot.fallback_reason else logging.INFO
    log.log(level, "The %s is %s at %s. %s", what, snapshot.name, snapshot.revision, snapshot.fallback_reason)
