"""Fine-tunes the encoder for its task: from a concrete question, in any language, to the sentence that speaks to it.

Only `python -m conduct train` uses it. `build` fits the classifiers on the vectors afterwards.
"""

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from peft import LoraConfig, inject_adapter_in_model
from torch import nn
from torch.utils.data import DataLoader, Dataset

from conduct.errors import ModelError
from conduct.model.adapter import Adapter, Update
from conduct.model.assemble import assemble, network_of
from conduct.model.packaged import PROMPT
from conduct.ranking.courtesies import essence
from conduct.training import batches, optimization
from conduct.training.batches import Batch
from conduct.training.losses import Losses
from conduct.training.materials import HELD_OUT, Materials
from conduct.training.robustness import third_person, typos

# Languages in which typos can be made: those in Latin letters.
LATIN = frozenset({"en", "es", "fr", "pt", "de", "id", ""})
LAYERS = ("query", "key", "value", "dense")
# Processes that prepare texts while an accelerator works; a processor has nothing to spare.
PREPARING = 3

# The ids and masks of texts, in parts of similar length, and the place of each text in them.
Prepared = tuple[list[dict[str, torch.Tensor]], torch.Tensor]


@dataclass(frozen=True, slots=True)
class Recipe:
    """The hyperparameters, chosen on the dev splits."""

    epochs: int = 8
    rank: int = 32
    # Divided by the root of the rank, so that one learning rate suits all ranks (Kalajdzievski, 2023).
    alpha: float = 16.0
    learning_rate: float = 1.2e-3
    classifier_rate: float = 5e-3
    curve_rate: float = 1e-2
    warm_up: float = 0.06
    # Texts in a forward pass on a processor and on an accelerator, and the most tokens of each.
    texts: int = 32
    texts_at_once: int = 512
    tokens: int = 192
    # The shares of texts that get two typos, or are put into the third person.
    typos: float = 0.25
    retold: float = 0.15
    checkpoint_steps: int = 300
    seed: int = 0

    @property
    def scale(self) -> float:
        """What the product of two low-rank matrices is multiplied by (Kalajdzievski, 2023)."""
        return self.alpha / math.sqrt(self.rank)


DEFAULT = Recipe()
# To go on from what was learnt.
FURTHER = Recipe(epochs=4)


class Student:
    """The base encoder with trainable low-rank updates."""

    def __init__(self, recipe: Recipe) -> None:
        self._recipe = recipe
        self.model = assemble(None)
        self.network = network_of(self.model)
        self.device = torch.get_default_device()
        if self.device.type != "cpu":
            words = self.network.embeddings.word_embeddings
            self.model.to(self.device)
            self.network.embeddings.word_embeddings = words.resident()
        self.network.requires_grad_(False)
        config = LoraConfig(
            r=recipe.rank, lora_alpha=recipe.alpha, use_rslora=True, target_modules=list(LAYERS), bias="none"
        )
        inject_adapter_in_model(config, self.network)
        self.learnt = {n: p for n, p in self.network.named_parameters() if p.requires_grad}

    def begin(self, learnt: Adapter) -> None:
        """Start from the updates in `learnt`. Raises ModelError if their matrices have other shapes."""
        scale = self._recipe.scale
        for update in learnt.updates:
            module = update.name.removesuffix(".weight")
            up, down = (self.learnt.get(f"{module}.{part}.default.weight") for part in ("lora_B", "lora_A"))
            if up is None or down is None or (up.shape, down.shape) != (update.up.shape, update.down.shape):
                raise ModelError(f"{module} cannot be learnt further with rank {self._recipe.rank}: train anew.")
            with torch.no_grad():
                up.copy_(torch.from_numpy(update.up * (update.scale / scale)))
                down.copy_(torch.from_numpy(update.down))

    def prepare(self, texts: Sequence[str]) -> Prepared:
        """What `encode` reads of `texts`, in the processor's memory."""
        order = sorted(range(len(texts)), key=lambda row: len(texts[row]))
        size = self._recipe.texts if self.device.type == "cpu" else self._recipe.texts_at_once
        with torch.device("cpu"):
            in_order = [texts[row] for row in order]
            parts = [self.model.preprocess(part, prompt=PROMPT) for part in batches.parts(in_order, size)]
            places = torch.empty(len(order), dtype=torch.long)
            places[torch.tensor(order)] = torch.arange(len(order))
        return [{name: tensor[:, : self._recipe.tokens] for name, tensor in part.items()} for part in parts], places

    def encode(self, prepared: Prepared) -> torch.Tensor:
        """Unit vectors (texts, dimensions), with gradients."""
        parts, places = prepared
        vectors = []
        for part in parts:
            features = {name: tensor.to(self.device, non_blocking=True) for name, tensor in part.items()}
            with torch.autocast(self.device.type, torch.bfloat16):
                made = self.model(features)["sentence_embedding"]
            vectors.append(nn.functional.normalize(made.float(), dim=1))
        return torch.cat(vectors)[places.to(self.device)]

    def updates(self) -> tuple[Update, ...]:
        """The low-rank updates as they are now."""
        scale = self._recipe.scale
        downs = {name: weights for name, weights in self.learnt.items() if ".lora_A." in name}
        return tuple(
            Update(
                f"{name.split('.lora_A.')[0]}.weight",
                self.learnt[name.replace(".lora_A.", ".lora_B.")].detach().cpu().numpy(),
                down.detach().cpu().numpy(),
                scale,
            )
            for name, down in downs.items()
        )


class _Steps(Dataset):
    """The texts of each batch, varied and prepared."""

    def __init__(self, steps: Sequence[Batch], student: Student, recipe: Recipe) -> None:
        self._steps, self._student, self._recipe = steps, student, recipe

    def __getitem__(self, step: int) -> Prepared:
        rng = random.Random(f"{self._recipe.seed} {step}")  # noqa: S311 (no secret)
        return self._student.prepare(
            self._steps[step].texts(lambda text, language: _varied(text, language, self._recipe, rng))
        )


def train(
    materials: Materials,
    checkpoint: Path,
    recipe: Recipe = DEFAULT,
    report: Callable[[int, int, float], None] = lambda step, steps, loss: None,
    learnt: Adapter | None = None,
) -> tuple[Update, ...]:
    """Train the updates for the base encoder, on an accelerator if torch finds one.

    Starts from `learnt`, if given. Continues from `checkpoint`, if the file exists, and writes it every
    `checkpoint_steps`. `report` receives the step, the number of steps and the loss. The same seed gives the same order
    of texts; results differ in their last digits between machines.
    """
    with torch.device(optimization.device()):
        return _train(materials, checkpoint, recipe, report, learnt)


def _train(
    materials: Materials,
    checkpoint: Path,
    recipe: Recipe,
    report: Callable[[int, int, float], None],
    learnt: Adapter | None,
) -> tuple[Update, ...]:
    torch.manual_seed(recipe.seed)
    student = Student(recipe)
    if learnt is not None:
        student.begin(learnt)
    losses = Losses(materials, student.model.get_embedding_dimension())
    optimizer = torch.optim.AdamW(
        [
            {"params": list(student.learnt.values()), "lr": recipe.learning_rate},
            {"params": losses.classifier.parameters(), "lr": recipe.classifier_rate},
            {"params": [losses.curve], "lr": recipe.curve_rate, "weight_decay": 0.0},
        ],
        weight_decay=0.01,
    )
    steps = _order(materials, recipe)
    schedule = optimization.schedule(optimizer, recipe.warm_up, len(steps))
    parts = {"losses": losses, "optimizer": optimizer, "schedule": schedule}
    done = _restore(checkpoint, student, parts)
    student.network.train()
    # On the processor, with random numbers of its own, so that a continued training draws the same ones.
    with torch.device("cpu"):
        prepared = iter(DataLoader(
            _Steps(steps, student, recipe),
            batch_size=None,
            sampler=range(done, len(steps)),
            num_workers=0 if student.device.type == "cpu" else PREPARING,
            generator=torch.Generator(),
        ))  # fmt: skip
    for step, texts in zip(range(done, len(steps)), prepared, strict=True):
        loss = losses(steps[step], student.encode(texts))
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(student.learnt.values(), 1.0)
        optimizer.step()
        schedule.step()
        report(step + 1, len(steps), loss.item())
        if (step + 1) % recipe.checkpoint_steps == 0:
            _store(checkpoint, step + 1, student, parts)
    return student.updates()


def _order(materials: Materials, recipe: Recipe) -> list[Batch]:
    codes = [code for code in materials.codes if code.name not in HELD_OUT]
    rng = random.Random(recipe.seed)  # noqa: S311 (no secret)
    return [batch for _ in range(recipe.epochs) for batch in batches.epoch(materials, codes, rng)]


def _varied(text: str, language: str, recipe: Recipe, rng: random.Random) -> str:
    """`text`, or a variant of it with typos or in the third person."""
    if language not in LATIN:
        return text
    if language == "en":
        text = essence(text)
        if rng.random() < recipe.retold:
            text = third_person(text)
    return typos(text, rng.randrange(2**32)) if rng.random() < recipe.typos else text


def _store(path: Path, step: int, student: Student, parts: dict) -> None:
    state = {name: part.state_dict() for name, part in parts.items()}
    # With the state of the random generator, so that a continued training equals an uninterrupted one.
    state |= {
        "random": torch.get_rng_state(),
        "step": step,
        "learnt": {name: weights.detach() for name, weights in student.learnt.items()},
    }
    # Written to another file first: the process may be killed at any time.
    written = path.with_suffix(".new")
    torch.save(state, written)
    written.replace(path)


def _restore(path: Path, student: Student, parts: dict) -> int:
    """Load the checkpoint, if there is one; the step to continue from."""
    if not path.is_file():
        return 0
    state = torch.load(path, weights_only=True, map_location="cpu")
    with torch.no_grad():
        for name, weights in student.learnt.items():
            weights.copy_(state["learnt"][name])
    for name, part in parts.items():
        part.load_state_dict(state[name])
    torch.set_rng_state(state["random"])
    return state["step"]
