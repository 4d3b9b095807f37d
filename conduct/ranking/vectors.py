"""Everything that is encoded and fitted in advance, in one file beside the texts."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass
from itertools import accumulate, pairwise
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open

from conduct.dataset.files import write_tensors
from conduct.dataset.situations import SHOW_FIRST, Bank
from conduct.dataset.tensors import READABLE, Header, read_header
from conduct.errors import DataError
from conduct.ranking.calibration import Bands, Calibration
from conduct.ranking.classifiers import VectorClassifier, WordClassifier
from conduct.ranking.recipe import RECIPE, Recipe
from conduct.text.code import PREAMBLE, Code, Passage

# No fit gives larger weights, with which a score may overflow.
MAX_ABS_VALUE = 1_000_000
# Half precision changes a length by less than a tenth of this.
LENGTH_TOLERANCE = 0.01
# The largest absolute value of a number in 8 bits.
_STEPS = 127


NAMES = (
    "pieces",
    "axes",
    "situations",
    "meaning.weights",
    "meaning.bias",
    "words.weights",
    "words.bias",
    "words.idf",
)


@dataclass(frozen=True, slots=True)
class Vectors:
    """Unit vectors, float32: of pieces (pieces, d), and of situations (n, k), which are along `axes` (d, k). And the
    classifiers and the calibration that were fitted on them."""

    pieces: np.ndarray
    axes: np.ndarray
    situations: np.ndarray
    meaning: VectorClassifier
    words: WordClassifier
    calibration: Calibration


def _peaks(vectors: np.ndarray) -> np.ndarray:
    """The largest absolute value in each row: (n, 1)."""
    return np.maximum(np.abs(vectors).max(axis=1, keepdims=True, initial=0.0), 1e-12)


def principal_axes(vectors: np.ndarray) -> np.ndarray:
    """The k axes that keep most of the squared length of unit vectors (n, d): float32 (d, k), orthonormal columns."""
    count, dimensions = vectors.shape
    if (kept := _kept(count, dimensions)) == dimensions:
        return np.eye(dimensions, dtype=np.float32)
    exact = vectors.astype(np.float64)
    _, axes = np.linalg.eigh(exact.T @ exact)
    main = axes[:, : -kept - 1 : -1]
    # The sign of an axis is arbitrary: it is fixed here, so that files from different machines can be compared.
    signs = np.sign(main[np.abs(main).argmax(axis=0), np.arange(kept)])
    return (main * signs).astype(np.float32)


def _kept(count: int, dimensions: int) -> int:
    return dimensions if count < RECIPE.min_situations_for_pca else min(dimensions, RECIPE.pca_components)


def along(axes: np.ndarray, vectors: np.ndarray) -> np.ndarray:
    """Vectors (n, d) projected on `axes` (d, k): (n, k), scaled to unit length."""
    turned = vectors @ axes
    return turned / np.maximum(np.linalg.norm(turned, axis=1, keepdims=True), 1e-12)


def pieces(passage: Passage) -> tuple[str, ...]:
    """The parts of a passage that are compared with a question: each sentence, if there are several, then the whole."""
    sentences = passage.sentences if len(passage.sentences) > 1 else ()
    return (*sentences, whole(passage.section, passage.text))


def all_pieces(passages: Sequence[Passage]) -> list[str]:
    """The pieces of all passages, in their order."""
    return [piece for passage in passages for piece in pieces(passage)]


def piece_rows(passages: Sequence[Passage]) -> list[slice]:
    """The rows of each passage's pieces among those of all."""
    ends = list(accumulate(len(pieces(passage)) for passage in passages))
    return [slice(begin, end) for begin, end in pairwise([0, *ends])]


def whole(section: str, text: str) -> str:
    """A passage with its heading before it, since the heading may be all that says what it is about."""
    return f"{section}. {text}" if section not in ("", PREAMBLE) else text


def classes(code: Code, bank: Bank) -> tuple[str, ...]:
    """The classes: ids of the passages that situations lead to, in reading order, and last "" for "silent"."""
    led_to = {judgement.passage for situation in bank.situations for judgement in situation.judgements}
    return (*(passage.id for passage in code.passages if passage.id in led_to), "")


def targets(bank: Bank, names: tuple[str, ...]) -> np.ndarray:
    """The share of each class in each situation: float32 (situations, classes), rows sum to 1."""
    column = {name: number for number, name in enumerate(names)}
    shares = np.zeros((len(bank.situations), len(names)), dtype=np.float32)
    for row, situation in enumerate(bank.situations):
        for judgement in situation.judgements:
            shares[row, column[judgement.passage]] = 1.0 if judgement.grade == SHOW_FIRST else RECIPE.secondary_weight
        if not situation.in_scope:
            shares[row, -1] = 1.0
    return shares / np.maximum(shares.sum(axis=1, keepdims=True), 1e-12)


def fingerprint(code: Code, bank: Bank) -> str:
    """A hash of all texts and judgements that vectors are made from, in hex."""
    # Line by line, since all lines at once would take as much memory as the vectors.
    hashed = hashlib.sha256()
    for passage in code.passages:
        hashed.update(json.dumps([passage.id, *pieces(passage)]).encode() + b"\n")
    for situation in bank.situations:
        hashed.update(json.dumps([situation.text, *map(astuple, situation.judgements)]).encode() + b"\n")
    return hashed.hexdigest()


def save(vectors: Vectors, path: Path, code: Code, bank: Bank, model: str) -> None:
    """Write `path`, bound to the texts, to `model`, "id@revision", and to RECIPE; in half precision or 8 bits."""
    half = {
        "pieces": vectors.pieces,
        "meaning.weights": vectors.meaning.weights,
        "words.weights": vectors.words.weights,
        "words.idf": vectors.words.idf,
    }
    tensors = {name: np.ascontiguousarray(array, dtype=np.float16) for name, array in half.items()}
    # Situations in 8 bits, since they are most of the numbers.
    tensors["situations"] = np.rint(vectors.situations * (_STEPS / _peaks(vectors.situations))).astype(np.int8)
    tensors |= {"axes": vectors.axes, "meaning.bias": vectors.meaning.bias, "words.bias": vectors.words.bias}
    calibration = vectors.calibration
    name, _, revision = model.rpartition("@")
    metadata = {
        "model": name,
        "model_revision": revision,
        "texts": fingerprint(code, bank),
        "recipe": RECIPE.to_json(),
        "calibration": json.dumps(
            [calibration.slope, calibration.intercept, calibration.bands.covered, calibration.bands.not_covered]
        ),
    }
    write_tensors(path, tensors, metadata)


def load(
    path: Path,
    code: Code,
    bank: Bank,
    model: str,
    recipe: Recipe = RECIPE,
    *,
    dimensions: Callable[[], int] | None = None,
) -> Vectors:
    """Read `path`. Raises DataError that says why if it does not belong to these texts, this model and this recipe.

    `dimensions` returns the length of the model's vectors; it is called if everything else fits, before any number is
    read.
    """
    try:
        header = read_header(path)
        metadata = header.metadata
        if metadata.get("texts") != fingerprint(code, bank):
            raise DataError("they belong to other texts")
        if (made := f"{metadata.get('model')}@{metadata.get('model_revision')}") != model:
            raise DataError(f"they belong to the model {made[:200]}")
        recipe.check(metadata.get("recipe"))
        _check_shapes(header, code, bank, dimensions)
        with safe_open(path, framework="numpy") as file:
            arrays = _read(file)
        calibration = _calibration(metadata["calibration"])
    except FileNotFoundError as error:
        raise DataError("there are none yet") from error
    except (SafetensorError, OSError, LookupError, ValueError, TypeError, ArithmeticError, RecursionError) as error:
        raise DataError("the file is damaged") from error
    return Vectors(
        pieces=arrays["pieces"],
        axes=arrays["axes"],
        situations=arrays["situations"],
        meaning=VectorClassifier(arrays["meaning.weights"], arrays["meaning.bias"]),
        words=WordClassifier(arrays["words.idf"], arrays["words.weights"], arrays["words.bias"]),
        calibration=calibration,
    )


def _check_shapes(header: Header, code: Code, bank: Bank, dimensions: Callable[[], int] | None) -> None:
    """Raise DataError unless the header has the expected shapes and types: a file from the Hub may hold anything."""
    width = header.tensors["pieces"].shape[-1]
    if dimensions is not None and width != dimensions():
        raise DataError("they are not what the model makes of the texts")
    columns, kept = len(classes(code, bank)), _kept(len(bank.situations), width)
    expected = {
        "pieces": (len(all_pieces(code.passages)), width),
        "axes": (width, kept),
        "situations": (len(bank.situations), kept),
        "meaning.weights": (columns, width),
        "meaning.bias": (columns,),
        "words.weights": (columns, RECIPE.buckets),
        "words.bias": (columns,),
        "words.idf": (RECIPE.buckets,),
    }
    for name, shape in expected.items():
        spec = header.tensors[name]
        if spec.shape != shape:
            raise DataError(f"{name} must have the shape {shape}, but have {spec.shape}")
        types = ("I8",) if name == "situations" else READABLE
        if spec.dtype not in types:
            raise DataError(f"{name} must be numbers of the type {' or '.join(types)}, but are {spec.dtype[:20]}")


def _read(file) -> dict[str, np.ndarray]:
    """The arrays, whose shapes were checked before. Raises DataError if the numbers cannot be used."""
    arrays = {}
    for name in NAMES:
        arrays[name] = file.get_tensor(name).astype(np.float32)
        # A comparison with NaN is false, so that NaN is refused as well.
        if not (arrays[name].max(initial=0) <= MAX_ABS_VALUE and arrays[name].min(initial=0) >= -MAX_ABS_VALUE):
            raise DataError(f"{name} hold a number that is not finite, or over {MAX_ABS_VALUE:,}")
    if not (np.abs(np.linalg.norm(arrays["pieces"], axis=1) - 1) < LENGTH_TOLERANCE).all():
        raise DataError("pieces are not of unit length")
    # einsum needs no second array of this size.
    lengths = np.sqrt(np.einsum("ij,ij->i", arrays["situations"], arrays["situations"]))[:, np.newaxis]
    if not (lengths > 0).all():
        raise DataError("situations have no direction")
    arrays["situations"] /= lengths
    axes = arrays["axes"]
    if not (np.abs(axes.T @ axes - np.eye(axes.shape[1])) < LENGTH_TOLERANCE).all():
        raise DataError("axes are not at right angles")
    return arrays


def _calibration(stored: str) -> Calibration:
    slope, intercept, covered, not_covered = map(float, json.loads(stored))
    if not (
        abs(slope) <= MAX_ABS_VALUE and abs(intercept) <= MAX_ABS_VALUE and -0.01 <= not_covered <= covered <= 1.01
    ):
        raise DataError("their calibration is none")
    return Calibration(slope, intercept, Bands(covered, not_covered))
