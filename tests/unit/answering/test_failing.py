"""An app that cannot answer keeps none of the questions."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from conduct.answering.engine import NOT_READY, Engine
from conduct.dataset.files import TEXT_FILE
from conduct.errors import UNEXPECTED, BusyError, ConductError, InferenceError, ModelError, RequestError
from conduct.hub.snapshot import Snapshot
from conduct.model.remote import AWAY
from conduct.settings import Settings
from tests.fakes import WordEncoder, word_engine
from tests.support.traces import held_texts, without_gc

MARK = "zanzibarquestion"


def marked() -> Iterator[str]:
    """50 questions with a mark that occurs nowhere else."""
    return (f"{MARK} {number}" for number in range(50))


class Broken(WordEncoder):
    """An encoder that can be made to fail."""

    failure: Callable[[str], Exception] | None = None

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Unit vectors, or an error; as in a real client, its cause has frames that hold the texts."""
        if self.failure is None:
            return super().encode(texts)
        try:
            raise OSError(f"refused: {texts}")
        except OSError:
            raise self.failure(texts[0]) from None


def no_model(settings: Settings) -> Snapshot:
    """Raises as if there was no model on the Hub, on the disk and in the package."""
    raise ModelError("No model. Tried: this; that.")


def without_model(folder: Path) -> Engine:
    """An engine without a model."""
    return Engine(Settings(), find_model=no_model)


def with_engine_elsewhere_away(folder: Path) -> Engine:
    """With a remote engine that has not answered since the start."""
    encoder = Broken()
    encoder.failure = lambda text: InferenceError(AWAY)
    model = Snapshot(folder, "words", "local")
    return Engine(Settings(), lambda settings: model, lambda *_: encoder, retry_seconds=3600)


def with_engine_elsewhere_gone(folder: Path) -> Engine:
    """With a remote engine that answered before."""
    return breaking(folder, lambda text: InferenceError(AWAY))


def with_a_fault(folder: Path) -> Engine:
    """With an internal error whose message quotes the question."""
    return breaking(folder, lambda text: ValueError(f"cannot read {text}"))


def with_unusable_text(folder: Path) -> Engine:
    """A text without a paragraph, and no model."""
    (folder / TEXT_FILE).write_text("# Nothing but a title\n", encoding="utf-8")
    return Engine(Settings(dataset=str(folder)), find_model=no_model)


def breaking(folder: Path, failure: Callable[[str], Exception]) -> Engine:
    """A loaded engine whose model then fails at each question."""
    engine = word_engine(folder)
    engine.answerer().encoder._encoder.__class__ = Broken
    engine.answerer().encoder._encoder.failure = failure
    return engine


FAILING = [
    (without_model, NOT_READY),
    (with_engine_elsewhere_away, AWAY),
    (with_engine_elsewhere_gone, AWAY),
    (with_a_fault, UNEXPECTED),
    (with_unusable_text, None),
]


@pytest.mark.parametrize(("make", "sentence"), FAILING, ids=[make.__name__ for make, _ in FAILING])
def test_a_failing_app_keeps_no_question(make: Callable[[Path], Engine], sentence: str | None, tmp_path: Path, caplog):
    """Neither in memory, even without garbage collection, nor in the log; everybody gets the same sentence."""
    engine, said = make(tmp_path), set()
    with caplog.at_level("DEBUG"):
        with pytest.raises(ConductError):
            engine.ask("is anybody there?")
        with without_gc():
            for question in marked():
                try:
                    engine.ask(question)
                except ConductError as error:
                    said.add(str(error))
            del question
            kept = held_texts(f"{MARK} ")
    assert kept == []
    assert MARK not in caplog.text
    assert len(said) == 1
    assert sentence is None or said == {sentence}


def test_the_search_for_traces_finds_what_a_kept_error_holds():
    """Otherwise the test above would show nothing."""
    kept = []

    def ask(question: str) -> None:
        raise ValueError

    for question in marked():
        try:
            ask(question)
        except ValueError as error:
            kept.append(error)
    del question
    assert len(set(held_texts(f"{MARK} "))) == 50


def test_askers_of_one_batch_get_errors_of_their_own(tmp_path: Path):
    """Each error has only the frames of its own caller."""
    engine = with_engine_elsewhere_gone(tmp_path)
    errors = []
    for ask in (lambda: engine.ask("one"), lambda: engine.ask_many(["two", "three"])):
        with pytest.raises(InferenceError) as raised:
            ask()
        errors.append(raised.value)
    assert errors[0] is not errors[1]
    assert [(error.__cause__, error.__context__) for error in errors] == [(None, None)] * 2


@pytest.mark.parametrize(
    "error",
    [
        ModelError("It has {number} parts.", number=3),
        BusyError("Come back in {seconds} seconds.", 5),
        RequestError("No.", 404),
    ],
)
def test_an_error_said_again_says_the_same(error: ConductError):
    """A copy has kind, sentence, template, values and other attributes, but not where it was raised."""
    try:
        raise error from ValueError()
    except ConductError:
        again = error.fresh_copy()
    assert (type(again), str(again), again.message, vars(again)) == (
        type(error),
        str(error),
        error.message,
        vars(error),
    )
    assert (again.__traceback__, again.__cause__, again.__context__) == (None, None, None)
