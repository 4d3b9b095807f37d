"""The numbers that vectors are fitted with: a file of vectors is bound to all of them. Pure."""

import json
from dataclasses import asdict, dataclass, fields

from conduct.errors import DataError


@dataclass(frozen=True, slots=True)
class Blend:
    """The share of each view of a question."""

    neighbours: float = 0.3
    meaning: float = 0.3
    words: float = 0.4


@dataclass(frozen=True, slots=True)
class Recipe:
    """How vectors are made and read. Chosen on the dev split, by hit@1, unless a line says otherwise."""

    # Raise it when the meaning of the stored numbers changes in a way that no field tells.
    format: int = 4
    blend: Blend = Blend()
    # The share of a question's words that the situations have: from which on its words count, and count fully. In
    # English 99 of 100 dev questions are above the second, in ten other languages 9 of 10 below the first. Words of
    # another language say nothing, and look like silence.
    words_from: float = 0.4
    words_fully: float = 0.65
    # Softmax temperature of cosine similarity: the nearest few situations decide.
    temperature: float = 0.05
    # The share of a passage that a situation shows also, against 1 for the one that it shows first.
    secondary_weight: float = 0.15
    # Situations are compared along so many principal axes of theirs: as good as along all 384, at a third of the time
    # and the memory, which is what a search among 10,000 situations takes most of.
    pca_components: int = 128
    # Fewer situations than this take no time worth saving, and may lie along fewer axes.
    min_situations_for_pca: int = 1_000
    # Inverse regularisation of the classifiers; flat between 2 and 10 for vectors, 5 and 30 for words.
    vector_strength: float = 3.0
    word_strength: float = 10.0
    # Hashed features need no vocabulary beside the weights; at these sizes collisions cost nothing measurable.
    character_buckets: int = 2**16
    word_buckets: int = 2**15
    # The bias of a class without an example.
    absent_class_bias: float = -30.0
    # Of the dev questions that the code speaks to, the share that may fall below each band: a choice, not a fit.
    below_covered: float = 0.05
    below_unclear: float = 0.005
    # Of the dev questions that the code is silent on, the share that may reach each band: likewise.
    silent_covered: float = 0.02
    silent_unclear: float = 0.08
    # Fewer labelled questions than this of either kind say little about a probability.
    min_questions: int = 30

    @property
    def buckets(self) -> int:
        """Features of a text's words and characters."""
        return self.character_buckets + self.word_buckets

    def to_json(self) -> str:
        """The same text for the same numbers."""
        return json.dumps(asdict(self), sort_keys=True)

    def check(self, stored: str | None) -> None:
        """Raise DataError that names what differs unless `stored` is the text of this recipe."""
        if stored == self.to_json():
            return
        others = json.loads(stored) if stored else None
        if not isinstance(others, dict):
            raise DataError("they do not say how they were fitted")
        own = json.loads(self.to_json())
        names = [field.name for field in fields(self) if others.get(field.name) != own[field.name]]
        raise DataError(f"they were fitted with other numbers ({', '.join(names) or 'of another version'})")


RECIPE = Recipe()
