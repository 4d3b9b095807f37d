"""The parts together, with the real weights."""

import logging
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from conduct.answering.dataset_revision import DatasetRevision
from conduct.answering.engine import Engine
from conduct.answering.limits import MAX_QUESTIONS
from conduct.dataset.files import SITUATIONS_FILE, TEXT_FILE
from conduct.dataset.situations import DEV
from conduct.errors import ModelError, QuestionError
from conduct.hub.find_dataset import BUNDLED_DATA
from conduct.hub.snapshot import Snapshot
from conduct.model.sentence_transformer import SentenceEncoder
from conduct.settings import Settings
from conduct.training.batches import parts as batched
from tests.support.traces import held_texts, without_gc
from tests.unit.text.test_real_codes import CODES

ACCENT = "is it ok to laugh about a thick accent if the guy laughs along?"
EngineOn = Callable[[Path], Engine]


class RememberingEncoder:
    """The real model; it encodes each text once, since several engines are asked the same questions."""

    def __init__(self, encoder: SentenceEncoder) -> None:
        self._encoder = encoder
        self._vectors: dict[str, np.ndarray] = {}
        self.workers, self.glance, self.truncates = encoder.workers, encoder.glance, encoder.truncates

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Vectors of `texts`, which do not depend on who else asks (test_encoder.py says so)."""
        new = list({text: None for text in texts if text not in self._vectors})
        if new:
            self._vectors.update(zip(new, self._encoder.encode(new), strict=True))
        return np.stack([self._vectors[text] for text in texts])


@pytest.fixture(scope="module")
def engine_on(encoder: SentenceEncoder, model: Snapshot) -> EngineOn:
    """An engine on the text in a folder, with the loaded model of the session."""
    remembering = RememberingEncoder(encoder)
    return lambda folder: Engine(Settings(dataset=str(folder)), lambda settings: model, lambda folder: remembering)


def test_the_example_of_the_mission_finds_its_passage(engine: Engine):
    """The right passage comes first, with the bundled text and the packaged weights."""
    answer = engine.ask(ACCENT)
    assert answer.coverage == "covered"
    assert answer.passages[0].id == "diversity-equity-inclusion-2"
    assert [len(answer.passages), answer.source.dataset, answer.source.model] == [3, "bundled", "packaged"]
    assert answer.source.situations == len(engine.answerer().dataset.bank.situations)


def test_one_batch_gives_what_single_questions_give(engine: Engine):
    """In order; no answer depends on other questions."""
    questions = [ACCENT, "best pizza in town", "He hit somebody at the meetup " + "and ran " * 30]
    many = engine.ask_many(questions)
    for question, answer in zip(questions, many, strict=True):
        alone = engine.ask(question)
        assert [s.id for s in answer.passages] == [s.id for s in alone.passages]
        assert [s.relevance for s in answer.passages] == pytest.approx([s.relevance for s in alone.passages], abs=1e-6)


def test_a_question_longer_than_the_model_reads_is_read_in_parts(engine: Engine):
    """Nothing is cut off, so there is no notice."""
    assert engine.ask("short").notice is None
    assert engine.ask("a " * 499).notice is None


def test_refused_questions_reach_no_model(engine: Engine):
    """Bad input costs nothing."""
    with pytest.raises(QuestionError):
        engine.ask("")


def test_the_text_needs_no_model():
    """Everybody can read the code while the model loads, or if it never loads."""
    engine = Engine(Settings(model="ada/none"))
    assert len(engine.text().code.passages) == 8
    assert not engine.ready


def test_without_any_model_a_question_gets_one_sentence_and_the_log_the_reason(caplog):
    """A visitor reads whom to tell, the owner what was tried."""

    def find_none(settings: Settings) -> Snapshot:
        raise ModelError("No model. Tried: this; that.")

    with pytest.raises(ModelError, match="tell the owner"):
        Engine(Settings(), find_model=find_none).ask("x")
    assert "Tried: this; that." in caplog.text


def test_a_code_without_situations_is_read_by_similarity(tmp_path: Path, engine_on: EngineOn):
    """Any community's code works: the passage about threats comes first for a threat."""
    (tmp_path / "code_of_conduct.md").write_text(
        "# Ours\n\nUnacceptable:\n\n- Threats of violence\n- Sharing private information of others\n- Spam\n"
    )
    engine = engine_on(tmp_path)
    answer = engine.ask("she posted my home address, that is private")
    assert answer.passages[0].text == "Unacceptable:\nSharing private information of others"
    assert (answer.source.title, answer.source.situations) == ("Ours", 0)


CONDUCT = (
    "Somebody copied my slides without attribution",
    "May I translate the code and share it under another licence?",
    "He mocks her for mistakes in her translation",
    "Is it harassment if I adapt a drawing of him?",
)


@pytest.mark.parametrize("name", ["contributor_covenant_2_1", "covenant_3_shape", "as_found"])
def test_codes_as_they_are_found_answer_with_conduct(
    tmp_path: Path, engine_on: EngineOn, name: str, dataset: DatasetRevision
):
    """Attribution and licence never come first, not even for a question that sounds like them, and the bands are
    cautious: by similarity alone, hardly any question is called covered or silent."""
    (tmp_path / "code_of_conduct.md").write_bytes((CODES / f"{name}.md").read_bytes())
    engine = engine_on(tmp_path)
    dev = [question for question in dataset.read_questions() if question.split == DEV]
    in_scope, silent = ([q.text for q in dev if q.in_scope is wanted] for wanted in (True, False))
    spoken, unspoken = (
        [answer for part in batched(texts, MAX_QUESTIONS) for answer in engine.ask_many(list(part))]
        for texts in (in_scope, silent)
    )
    boilerplate = {passage.id for passage in engine.text().code.passages if passage.boilerplate}
    for answer in (*spoken, *unspoken, *engine.ask_many(CONDUCT)):
        assert answer.passages[0].id not in boilerplate
        assert answer.source.dataset == tmp_path.name
    # These questions were written for another code: this one has nothing for some of them.
    assert sum(answer.coverage == "not_covered" for answer in spoken) <= len(in_scope) * 4 / 64
    assert sum(answer.coverage == "covered" for answer in unspoken) <= len(silent) / 64


BULLETS = ("Violence or threats of violence", "Publishing others' private information", "Advertising and spam")


@pytest.fixture(scope="module")
def fuller(tmp_path_factory: pytest.TempPathFactory, engine_on: EngineOn) -> Engine:
    """An engine on a newer text with three more items, and the bank without situations for them."""
    folder = tmp_path_factory.mktemp("fuller")
    # One situation in fifty is enough for violence, and is encoded in seconds.
    lines = (BUNDLED_DATA / SITUATIONS_FILE).read_text().splitlines(keepends=True)
    (folder / SITUATIONS_FILE).write_text("".join(lines[::50]))
    text = (BUNDLED_DATA / TEXT_FILE).read_text().replace("complete: false", "complete: true")
    (folder / TEXT_FILE).write_text(text + "".join(f"\n- {bullet}" for bullet in BULLETS) + "\n")
    return engine_on(folder)


@pytest.mark.parametrize(
    ("question", "bullet"),
    [
        ("they raise their voice and threaten to hit people", BULLETS[0]),
        ("somebody published where I live and my phone number", BULLETS[1]),
        ("he advertises his paid course in every thread", BULLETS[2]),
    ],
)
def test_added_bullets_are_found_at_once(fuller: Engine, question: str, bullet: str):
    """A newer text works with the old bank: the new item is among the three passages shown."""
    answer = fuller.ask(question)
    assert f"Examples include:\n{bullet}" in [shown.text for shown in answer.passages]
    assert answer.source.complete is True


def test_no_log_line_holds_a_question(engine: Engine, caplog):
    """Not even at the lowest log level."""
    with caplog.at_level(logging.DEBUG):
        engine.ask("zanzibarquestion about a joke")
    assert "zanzibarquestion" not in caplog.text


def test_an_answered_question_stays_in_no_live_object(engine: Engine):
    """Nor does a library keep it; asked alone and together, in two languages, and longer than the model reads."""
    with without_gc():
        for number in range(3):
            engine.ask(f"zanzibarquestion {number}")
            engine.ask_many([f"zanzibarquestion {number} ¿puedo bromear?", f"zanzibarquestion {number}" + " a" * 400])
        assert held_texts("zanzibarquestion ") == []
