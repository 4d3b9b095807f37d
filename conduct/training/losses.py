"""The losses of the training, one for each kind of batch."""

from collections.abc import Sequence

import torch
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy

from conduct.dataset.situations import SHOW_FIRST, Judgement
from conduct.ranking.vectors import piece_rows
from conduct.text.code import Passage
from conduct.training.batches import Batch, CodeBatch, EnglishBatch, OwnBatch, ParallelBatch, TaughtBatch
from conduct.training.materials import Materials

# Unit vectors give logits of at most the norm of the weights, so they are scaled.
CLASS_SCALE = 10.0
TEMPERATURE = 0.05
# The weight of a passage with grade 1 in a target, against 1 for one with grade 2.
CLASS_SECONDARY = 0.15
PASSAGE_SECONDARY = 0.25
# Weights of the parts of the losses, chosen among a few on the dev splits.
ALIGNMENT, CONTRAST = 1.0, 0.2
SENTENCE, SCOPE = 0.5, 0.5
OWN_PASSAGE, OWN_SENTENCE = 0.7, 0.7
# The teacher's share in the target of a situation, and the weight of questions with no other label.
TEACHER, TAUGHT = 0.5, 0.5


class Losses(nn.Module):
    """The losses, with what is only trained for them: a classifier, and a logistic curve for silence."""

    def __init__(self, materials: Materials, dimensions: int) -> None:
        super().__init__()
        passages = materials.code.passages
        self._passages = [passage.id for passage in passages]
        self._sentences = materials.sentences
        self._taught = {text: _on_host(row) for text, row in materials.taught.items()}
        self.classifier = nn.Linear(dimensions, len(passages) + 1)
        nn.init.zeros_(self.classifier.weight)
        self.curve = nn.Parameter(torch.tensor([10.0, 0.8]))

    def forward(self, batch: Batch, vectors: torch.Tensor) -> torch.Tensor:
        """The loss of `batch`; `vectors` are the unit vectors of its texts (texts, dimensions), with gradients."""
        match batch:
            case ParallelBatch():
                return self._parallel(batch, vectors)
            case EnglishBatch():
                return self._classes(vectors, [self._target(row.text, row.judgements) for row in batch.rows])
            case TaughtBatch():
                return TAUGHT * self._classes(vectors, [self._taught[row] for row in batch.rows])
            case CodeBatch():
                return self._code(batch, vectors)
            case OwnBatch():
                return self._own(batch, vectors)

    def _parallel(self, batch: ParallelBatch, vectors: torch.Tensor) -> torch.Tensor:
        """Classification, and alignment of each text with its English counterpart (Reimers and Gurevych, 2020)."""
        foreign, english = vectors.split(len(batch.rows))
        shares = [self._target(row.english, row.situation.judgements) for row in batch.rows]
        alignment = (1 - (foreign * english.detach()).sum(dim=1)).mean()
        contrast = cross_entropy(foreign @ english.T / TEMPERATURE, torch.arange(len(batch.rows)))
        return self._classes(vectors, shares * 2) + ALIGNMENT * alignment + CONTRAST * contrast

    def _code(self, batch: CodeBatch, vectors: torch.Tensor) -> torch.Tensor:
        """Ranking of passages and of sentences, and whether the code speaks to a question at all."""
        count = len(batch.questions) + len(batch.silent)
        asked, compared = vectors[:count], _Pieces(batch.passages, vectors[count:])
        scores = compared.scores(asked)
        questions = scores[: len(batch.questions)]
        column = {passage.id: number for number, passage in enumerate(batch.passages)}
        shares = _on_host([0.0] * questions.numel()).reshape(questions.shape)
        for row, question in enumerate(batch.questions):
            for passage, grade in question.grades.items():
                shares[row, column[passage]] = 1.0 if grade == SHOW_FIRST else PASSAGE_SECONDARY
        first = [column[question.first] for question in batch.questions]
        marked = [question.sentence for question in batch.questions]
        in_scope = torch.zeros(count)
        in_scope[: len(batch.questions)] = 1.0
        best = self.curve[0] * 2 * (scores.max(dim=1).values - self.curve[1])
        return (
            _ranking(questions, shares.to(questions.device))
            + SENTENCE * compared.sentence_loss(asked, first, marked)
            + SCOPE * binary_cross_entropy_with_logits(best, in_scope)
        )

    def _own(self, batch: OwnBatch, vectors: torch.Tensor) -> torch.Tensor:
        count = len(batch.rows)
        asked, compared = vectors[:count], _Pieces(batch.passages, vectors[count:])
        shares = torch.stack([shares_of(row.judgements, self._passages)[:-1] for row in batch.rows])
        marked = [self._sentences.get(row.text) for row in batch.rows]
        ranking = _ranking(compared.scores(asked), shares.to(asked.device))
        by_sentence = compared.sentence_loss(asked, shares.argmax(dim=1).tolist(), marked)
        return OWN_PASSAGE * ranking + OWN_SENTENCE * by_sentence

    def _classes(self, vectors: torch.Tensor, shares: Sequence[torch.Tensor]) -> torch.Tensor:
        likelihood = (CLASS_SCALE * self.classifier(vectors)).log_softmax(dim=1)
        return -(torch.stack(list(shares)).to(likelihood.device) * likelihood).sum(dim=1).mean()

    def _target(self, english: str, judgements: Sequence[Judgement]) -> torch.Tensor:
        """The mean of a situation's label and of the prediction of the teacher that has not seen the label."""
        label = shares_of(judgements, self._passages)
        taught = self._taught.get(english)
        return label if taught is None else (1 - TEACHER) * label + TEACHER * taught


def shares_of(judgements: Sequence[Judgement], passages: Sequence[str]) -> torch.Tensor:
    """The share of each of `passages`, ids, and last of silence: float32 (passages + 1,), sums to 1."""
    shares = _on_host([0.0] * (len(passages) + 1))
    for judgement in judgements:
        shares[passages.index(judgement.passage)] = 1.0 if judgement.grade == SHOW_FIRST else CLASS_SECONDARY
    if not judgements:
        shares[-1] = 1.0
    return shares / shares.sum()


def _on_host(numbers: Sequence[float]) -> torch.Tensor:
    """float32 in the processor's memory: an accelerator is slow at setting single numbers."""
    return torch.tensor(numbers, dtype=torch.float32, device="cpu")


def _ranking(scores: torch.Tensor, shares: torch.Tensor) -> torch.Tensor:
    shares = shares / shares.sum(dim=1, keepdim=True)
    return -(shares * (scores / TEMPERATURE).log_softmax(dim=1)).sum(dim=1).mean()


class _Pieces:
    """The vectors of the pieces of the passages of one code."""

    def __init__(self, passages: Sequence[Passage], vectors: torch.Tensor) -> None:
        self._of_passage = piece_rows(passages)
        self._vectors = vectors

    def scores(self, asked: torch.Tensor) -> torch.Tensor:
        """Cosine to the closest piece of each passage: (questions, passages)."""
        cosines = asked @ self._vectors.T
        return torch.stack([cosines[:, rows].max(dim=1).values for rows in self._of_passage], dim=1)

    def sentence_loss(self, asked: torch.Tensor, passages: Sequence[int], marked: Sequence[int | None]) -> torch.Tensor:
        """Cross-entropy of the labelled sentence among those of its passage, over the questions that have one."""
        losses = []
        for row, (passage, sentence) in enumerate(zip(passages, marked, strict=True)):
            # The last piece is the passage as a whole.
            vectors = self._vectors[self._of_passage[passage]][:-1]
            if sentence is not None and sentence < len(vectors):
                losses.append(-(asked[row] @ vectors.T / TEMPERATURE).log_softmax(dim=0)[sentence])
        return torch.stack(losses).mean() if losses else torch.zeros(())
