"""Learns an adapter from a lesson: the model moves texts together that lead to the same passage.

Only `python -m conduct train` comes here. The classifier that pulls the vectors apart is thrown away; the heads
are fitted on the new vectors by `build`, which also looks at labelled questions. Training never does.
"""

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import nn
from torch.nn.utils import parametrize

from conduct.model.adapter import Update
from conduct.model.sentence_transformer import SentenceEncoder
from conduct.ranking.courtesies import essence
from conduct.training.distillation import DistillationSet
from conduct.training.robustness import third_person, typos


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to train; the defaults were chosen on the dev split."""

    epochs: int = 5
    batch: int = 32
    rank: int = 32
    learning_rate: float = 7e-4
    # Larger would let a few easy situations decide; vectors have length 1, so logits need a scale.
    scale: float = 10.0
    # Shares of the texts that are read with two typos, or told of somebody else, in an epoch.
    typos: float = 0.3
    retold: float = 0.2
    seed: int = 0


class LowRank(nn.Module):
    """A weight matrix plus a product of two narrow ones; starts as the matrix itself."""

    def __init__(self, weight: torch.Tensor, rank: int) -> None:
        super().__init__()
        outputs, inputs = weight.shape
        self.up = nn.Parameter(torch.zeros(outputs, rank))
        self.down = nn.Parameter(torch.empty(rank, inputs))
        nn.init.kaiming_uniform_(self.down, a=math.sqrt(5))
        # Kalajdzievski, 2023: by the root of the rank, so that one learning rate serves all ranks.
        self.scale = 0.5 * math.sqrt(rank)

    def forward(self, weight: torch.Tensor) -> torch.Tensor:
        """The changed matrix, of the same shape."""
        return weight + self.scale * (self.up @ self.down)


def train(
    lesson: DistillationSet,
    encoder: SentenceEncoder,
    recipe: Recipe = Recipe(),
    report: Callable[[float], None] = lambda loss: None,
) -> tuple[Update, ...]:
    """Updates for `encoder`, which is changed by it, from `lesson`.

    `report` hears the loss of each step. The same seed gives the same updates on the same machine.
    """
    torch.manual_seed(recipe.seed)
    rng = random.Random(recipe.seed)  # noqa: S311 (no secret)
    network = encoder.network
    adapted = _adapt(network, recipe.rank)
    shares = torch.tensor(lesson.targets, dtype=torch.float32)
    head = nn.Linear(network.get_embedding_dimension(), shares.shape[1])
    nn.init.zeros_(head.weight)
    learnt = [parameter for parameter in network.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(
        [{"params": learnt, "lr": recipe.learning_rate}, {"params": head.parameters(), "lr": 5e-3}], weight_decay=0.01
    )
    total = steps(len(lesson.texts), recipe)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min(1.0, (step + 1) / (0.1 * total)) * max(0.0, 1 - step / total)
    )
    network.train()
    for _ in range(recipe.epochs):
        read = [_varied(essence(text), recipe, rng) for text in lesson.texts]
        for rows in _batches([len(text) for text in read], recipe.batch, rng):
            with torch.autocast("cpu", torch.bfloat16):
                vectors = encoder.forward([read[row] for row in rows])
            likelihood = (recipe.scale * head(vectors.float())).log_softmax(dim=-1)
            loss = -(shares[rows] * likelihood).sum(dim=-1).mean()
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(learnt, 1.0)
            optimizer.step()
            schedule.step()
            report(loss.item())
    network.eval()
    return tuple(_update(name, module) for name, module in adapted)


def steps(texts: int, recipe: Recipe) -> int:
    """How many batches `train` reads."""
    return recipe.epochs * math.ceil(texts / recipe.batch)


def _adapt(network: nn.Module, rank: int) -> list[tuple[str, nn.Module]]:
    """Freeze `network` but for a low-rank update of each linear layer that the vectors pass through."""
    network.requires_grad_(False)
    # The pooler of a BERT is not what sentence-transformers pools with.
    linear = [
        (name, module)
        for name, module in network.named_modules()
        if isinstance(module, nn.Linear) and "pooler" not in name
    ]
    for _, module in linear:
        parametrize.register_parametrization(module, "weight", LowRank(module.weight, rank))
    return linear


def _update(name: str, module: nn.Module) -> Update:
    low = module.parametrizations.weight[0]
    with torch.no_grad():
        up = (low.scale * low.up).numpy().copy()
    parametrize.remove_parametrizations(module, "weight", leave_parametrized=True)
    return Update(f"{name}.weight", up, low.down.detach().numpy().copy())


def _varied(text: str, recipe: Recipe, rng: random.Random) -> str:
    if rng.random() < recipe.retold:
        text = third_person(text)
    return typos(text, rng.randrange(2**32)) if rng.random() < recipe.typos else text


def _batches(lengths: Sequence[int], size: int, rng: random.Random) -> list[list[int]]:
    """Row numbers in batches of about the same length, in random order."""
    order = sorted(range(len(lengths)), key=lambda row: lengths[row] + rng.uniform(0, 40))
    batches = [order[at : at + size] for at in range(0, len(order), size)]
    rng.shuffle(batches)
    return batches
