"""The numbers with which vectors are fitted; a file of vectors is bound to all of them. Pure."""

import json
from dataclasses import asdict, dataclass, fields

from conduct.errors import DataError


@dataclass(frozen=True, slots=True)
class Blend:
    """The share of each view of a question."""

    neighbours: float = 0.4
    meaning: float = 0.3
    words: float = 0.3


@dataclass(frozen=True, slots=True)
class Recipe:
    """How vectors are made and read. Chosen on the dev split, by hit@1, unless a line says otherwise."""

    # To be raised when the meaning of the stored numbers changes and no other field does.
    format: int = 4
    blend: Blend = Blend()
    # A question's words begin to count if the situations have the first share of them, and count fully from the second
    # share on. 99 of 100 English dev questions are above the second, 9 of 10 in other languages below the first: words
    # of another language would only look like silence.
    words_from: float = 0.4
    words_fully: float = 0.65
    # Softmax temperature of cosine similarity; with it, the few nearest situations decide.
    temperature: float = 0.04
    # The weight of a passage with grade 1 in a situation's target, against 1 for a passage with grade 2.
    secondary_weight: float = 0.15
    # Situations are compared along this number of principal axes: as good as along all 384, in a quarter of the memory,
    # and most of a search among 10,000 situations is this comparison.
    pca_components: int = 96
    # With fewer situations there is little time to save, and they may span fewer axes.
    min_situations_for_pca: int = 1_000
    # Inverse regularisation of the classifiers; flat between 2 and 10 for vectors, 5 and 30 for words.
    vector_strength: float = 3.0
    word_strength: float = 10.0
    # Hashed features need no stored vocabulary; with these sizes, collisions have no measurable effect.
    character_buckets: int = 2**15
    word_buckets: int = 2**15
    # The bias of a class without examples.
    absent_class_bias: float = -30.0
    # The share of the dev questions in scope that may fall below each band: a choice, not fitted.
    below_covered: float = 0.05
    below_unclear: float = 0.005
    # The share of the dev questions that the code is silent on that may reach each band: also a choice.
    silent_covered: float = 0.02
    silent_unclear: float = 0.08
    # With fewer labelled questions of either kind, nothing is calibrated.
    min_questions: int = 30

    @property
    def buckets(self) -> int:
        """The number of features of a text: words and characters."""
        return self.character_buckets + self.word_buckets

    def to_json(self) -> str:
        """This recipe as JSON, the same text for the same numbers."""
        return json.dumps(asdict(self), sort_keys=True)

    def check(self, stored: str | None) -> None:
        """Raise DataError, which names the differences, unless `stored` is the JSON of this recipe."""
        if stored == self.to_json():
            return
        others = json.loads(stored) if stored else None
        if not isinstance(others, dict):
            raise DataError("they do not say how they were fitted")
        own = json.loads(self.to_json())
        names = [field.name for field in fields(self) if others.get(field.name) != own[field.name]]
        raise DataError(f"they were fitted with other numbers ({', '.join(names) or 'of another version'})")


RECIPE = Recipe()
