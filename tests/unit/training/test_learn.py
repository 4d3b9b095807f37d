"""Training with a tiny encoder and a few lines: losses, files, and continuing."""

from pathlib import Path

import numpy as np
import pytest
import torch

from conduct.errors import DataError, ModelError
from conduct.hub.snapshot import Snapshot
from conduct.model import adapter, base_weights, packaged
from conduct.model.assemble import assemble
from conduct.model.sentence_transformer import SentenceEncoder
from conduct.ranking import any_code
from conduct.training import batches, fit_any_code, learn
from conduct.training import train as training
from conduct.training.batches import CodeBatch, EnglishBatch, OwnBatch, ParallelBatch
from conduct.training.losses import Losses
from conduct.training.materials import HELD_OUT, Materials
from conduct.training.train import LAYERS, Recipe, Student, _varied, train
from tests.fakes import WORDS, WordEncoder
from tests.support import small_materials, tiny_encoder
from tests.support.small_materials import ACCENT, JOKE, PIZZA, SLOT

RECIPE = Recipe(epochs=3, rank=4, learning_rate=0.02, typos=0.0, retold=0.0, checkpoint_steps=4)


@pytest.fixture
def read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Materials:
    """Small materials, and few batches in an epoch."""
    monkeypatch.setattr(batches, "OWN_BATCHES", 2)
    return small_materials.materials(tmp_path / "m")


def unchanged(text: str, language: str) -> str:
    """Return the text unchanged."""
    return text


def by_words(texts) -> torch.Tensor:
    """Vectors that a reader can compute by hand."""
    return torch.from_numpy(WordEncoder().encode(texts))


def situation(read: Materials, text: str):
    """A line of the bank."""
    return next(row for row in read.bank.situations if row.text == text)


def loss_of(read: Materials, batch, encode=by_words) -> float:
    """The first loss, before a classifier has learnt anything."""
    losses = Losses(read, len(WORDS))
    torch.nn.init.zeros_(losses.classifier.bias)
    return losses(batch, encode(batch.texts(unchanged))).item()


def test_a_classifier_that_knows_nothing_is_as_unsure_as_there_are_classes(read: Materials):
    """Two passages and silence: the logarithm of three."""
    batch = EnglishBatch(tuple(situation(read, text) for text in (JOKE, SLOT, PIZZA)))
    assert loss_of(read, batch) == pytest.approx(np.log(3))


def test_a_text_that_lies_with_its_counterpart_costs_less(read: Materials):
    """One near the counterpart of another text has a higher loss."""
    batch = ParallelBatch((read.parallel[0], read.parallel[2]))

    def aligned(texts) -> torch.Tensor:
        return torch.eye(8)[[0, 1, 0, 1]]

    def crossed(texts) -> torch.Tensor:
        return torch.eye(8)[[0, 1, 1, 0]]

    assert loss_of(read, batch, aligned) == pytest.approx(np.log(3), abs=1e-4)
    # Cosine 0 with its counterpart costs 1, and the contrast 1 / TEMPERATURE, of which a fifth counts.
    assert loss_of(read, batch, crossed) == pytest.approx(np.log(3) + 1 + 0.2 * 20, abs=1e-3)


def test_a_question_near_its_passage_costs_less_than_one_far_from_it(read: Materials):
    """In a written code, and in our own, where the sentence counts as well."""
    code = next(code for code in read.codes if code.name == "z1")
    accent, slot = code.questions[0], code.questions[2]
    right = CodeBatch(code.passages, (slot, slot), ())
    wrong = CodeBatch(code.passages, (type(slot)("a threat", slot.grades, None),) * 2, ())
    assert loss_of(read, right) < loss_of(read, wrong)
    marked = CodeBatch(code.passages, (type(accent)("an accent", {"a-1": 2}, 0),), ())
    elsewhere = CodeBatch(code.passages, (type(accent)("an accent", {"a-1": 2}, 1),), ())
    assert loss_of(read, marked) < loss_of(read, elsewhere)
    rows = (situation(read, ACCENT), situation(read, JOKE))
    right = OwnBatch(read.code.passages, (ACCENT, JOKE), rows)
    wrong = OwnBatch(read.code.passages, (JOKE, ACCENT), rows)
    assert loss_of(read, right) < loss_of(read, wrong)


def test_a_silent_question_near_a_passage_costs_more_than_one_far_from_all(read: Materials):
    """So nearness learns to say whether a code speaks to a question at all."""
    code = next(code for code in read.codes if code.name == "z1")
    far, near = code.silent[0], type(code.silent[0])("an accent", "near")
    questions = code.questions[:2]
    assert loss_of(read, CodeBatch(code.passages, questions, (far,))) < loss_of(
        read, CodeBatch(code.passages, questions, (near,))
    )


def test_losses_fall_and_texts_of_one_passage_move_together(tiny: Path, tmp_path: Path, read: Materials):
    """The same four situations again and again."""
    torch.manual_seed(0)
    student = Student(RECIPE)
    losses = Losses(read, student.model.get_embedding_dimension())
    optimizer = torch.optim.AdamW([*student.learnt.values(), *losses.parameters()], lr=0.02)
    batch, seen = ParallelBatch(read.parallel), []
    for _ in range(8):
        loss = losses(batch, student.encode(student.prepare(batch.texts(unchanged))))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        seen.append(loss.item())
    assert seen[-1] < 0.7 * seen[0]


def test_what_is_learnt_are_narrow_updates_of_all_linear_layers(tiny: Path, tmp_path: Path, read: Materials):
    """Six in each block; the files hold what was learnt."""
    steps = []
    updates = train(read, tmp_path / "checkpoint", RECIPE, lambda step, of, loss: steps.append((step, of)))
    assert steps == [(number, len(steps)) for number in range(1, len(steps) + 1)]
    assert {update.name.split(".")[-2] for update in updates} == set(LAYERS)
    assert len(updates) == 12
    assert {update.down.shape[0] for update in updates} == {RECIPE.rank}
    assert all(np.abs(update.product()).max() > 0 for update in updates)
    adapter.save(updates, tmp_path / "learnt", base_weights.SHA256)
    base, learnt = (SentenceEncoder(assemble(folder)).encode([ACCENT]) for folder in (None, tmp_path / "learnt"))
    assert np.abs(base - learnt).max() > 1e-3


class StoppedError(Exception):
    """Stops a training."""


def test_a_training_that_was_interrupted_goes_on_and_learns_the_same(tiny: Path, tmp_path: Path, read: Materials):
    """From its checkpoint: the same steps as without an interruption."""
    whole = train(read, tmp_path / "whole", RECIPE)

    def interrupt(step: int, steps: int, loss: float) -> None:
        if step == 6:
            raise StoppedError

    with pytest.raises(StoppedError):
        train(read, tmp_path / "part", RECIPE, interrupt)
    steps = []
    resumed = train(read, tmp_path / "part", RECIPE, lambda step, *_: steps.append(step))
    assert steps[0] == RECIPE.checkpoint_steps + 1
    for one, other in zip(whole, resumed, strict=True):
        assert one.name == other.name
        np.testing.assert_allclose(one.product(), other.product(), atol=1e-4)


def test_a_training_from_what_was_learnt_starts_with_exactly_that(tiny: Path):
    """Matrix by matrix before the first step, though PEFT scales them otherwise; layers that were not learnt add 0."""
    learnt = adapter.load(tiny, base_weights.SHA256)
    student = Student(Recipe(rank=tiny_encoder.RANK))
    student.begin(learnt)
    begun = {update.name: update for update in student.updates()}
    assert len(begun) > len(learnt.updates) > 0
    for update in learnt.updates:
        scale = begun[update.name].scale
        np.testing.assert_allclose(begun[update.name].up * scale, update.up * update.scale, rtol=1e-6)
        np.testing.assert_array_equal(begun[update.name].down, update.down)
    untouched = begun.keys() - {update.name for update in learnt.updates}
    assert all(not begun[name].product().any() for name in untouched)
    served = SentenceEncoder(assemble(tiny)).encode([ACCENT])
    learning = student.encode(student.prepare([ACCENT])).detach().numpy()
    np.testing.assert_allclose(learning, served, atol=0.02)  # bfloat16 against float32


def test_a_training_does_not_go_on_from_another_rank(tiny: Path, tmp_path: Path, read: Materials):
    """One sentence, before a step is taken or a file is written."""
    learnt = adapter.load(tiny, base_weights.SHA256)
    wrong = Recipe(rank=tiny_encoder.RANK + 1)
    with pytest.raises(ModelError) as refused:
        learn.learn(read, tmp_path / "learnt", tmp_path / "checkpoint", pytest.fail, wrong, learnt)
    module = learnt.updates[0].name.removesuffix(".weight")
    assert str(refused.value) == f"{module} cannot be learnt further with rank {wrong.rank}: train anew."
    assert not (tmp_path / "learnt").exists()


def test_texts_are_said_differently_only_where_that_makes_sense():
    """Typos only in Latin letters; third person only in English."""
    always, rng = Recipe(typos=1.0, retold=1.0), training.random.Random(0)
    assert _varied("我可以笑吗", "zh", always, rng) == "我可以笑吗"
    assert _varied("puedo reír", "es", always, rng) != "puedo reír"
    never = Recipe(typos=0.0, retold=1.0)
    assert _varied("Hello everybody, I laughed", "en", never, rng) == "she laughed"
    assert _varied("ich lache", "de", never, rng) == "ich lache"


def test_all_that_serving_needs_is_written(tiny: Path, tmp_path: Path, read: Materials):
    """An encoder, its ranges, and what is known of any code, bound to each other."""
    folder = tmp_path / "learnt"
    identity = learn.learn(read, folder, tmp_path / "checkpoint", lambda *_: None, Recipe(epochs=1, rank=4))
    model = Snapshot(folder, "packaged", "packaged")
    assert packaged.identity(model) == identity
    encoder = SentenceEncoder.load(folder)
    assert encoder.encode([ACCENT]).shape == encoder.glance([ACCENT]).shape == (1, 32)
    known = any_code.load(folder / any_code.FILE, identity, 32)
    assert 0 <= known.bands.not_covered <= known.bands.covered <= 1


def test_without_a_code_to_calibrate_with_nothing_is_learnt(tiny: Path, tmp_path: Path, read: Materials):
    """This is reported before an hour of training."""
    without = Materials(read.code, read.bank, read.parallel, (), read.sentences, read.blind)
    with pytest.raises(DataError, match=rf"^Training needs one of the codes {HELD_OUT[0]}, "):
        learn.learn(without, tmp_path / "learnt", tmp_path / "checkpoint", pytest.fail)
    assert not (tmp_path / "learnt").exists()


def test_what_is_known_of_any_code_is_fitted_on_codes_that_nothing_was_learnt_from(tmp_path: Path, read: Materials):
    """A question of theirs gets more than a silent one, and its passage more than the others."""
    encoder = WordEncoder()
    known = fit_any_code.fit(read, encoder, encoder.encode([row.text for row in read.bank.situations]))
    held_out = next(code for code in read.codes if code.name == HELD_OUT[0])
    asked = fit_any_code.ask(held_out, encoder)
    assert asked.cosines.shape == asked.shown.shape == (6, 3)
    assert asked.shown.tolist()[0] == [True, False, True]
    assert not asked.shown[4:].any()
    conduct = known.about_conduct(asked.vectors)
    scope, relevance = known.in_scope(conduct, asked.cosines), known.relevances(conduct, asked.cosines)
    assert scope[0] > scope[4]
    assert relevance[2].argmax() == 1
