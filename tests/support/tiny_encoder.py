"""A base encoder of a few thousand numbers in the format of the real one, and the files of an encoder trained on it."""

import hashlib
import string
import struct
from pathlib import Path

import numpy as np
import pytest

from conduct.model import adapter, base_weights, glance, int8
from conduct.model.adapter import Update
from conduct.model.glance import Glance
from conduct.model.packaged import GLANCE_FILE, RANGES_FILE
from conduct.ranking import any_code
from conduct.ranking.any_code import AnyCode
from conduct.ranking.calibration import Bands

HIDDEN, LAYERS, HEADS, FEED_FORWARD, POSITIONS, TYPES = 32, 2, 2, 64, 256, 2
EPSILON = 1e-12
SPECIAL = ("<s>", "<pad>", "</s>", "<unk>")
WORDS = ("▁accent", "▁joke", "▁slot", "▁pizza", "▁query", "é", "д", "我")
PIECES = (*SPECIAL, "▁", *WORDS, *(letter for letter in string.printable if letter.strip()))
RANK, SCALE = 2, 0.5
ANY_CODE = AnyCode(
    conduct=np.linspace(-1, 1, HIDDEN + 1, dtype=np.float32),
    scope=np.array([1, 2, 3, -1], dtype=np.float32),
    relevance=np.array([4, 0.5, 1, 0.25, -2], dtype=np.float32),
    bands=Bands(0.75, 0.25),
)


def shapes() -> dict[str, tuple[int, ...]]:
    """The tensors of the base encoder by their names in the file."""
    found = {
        "emb.word": (len(PIECES), HIDDEN),
        "emb.pos": (POSITIONS, HIDDEN),
        "emb.type": (TYPES, HIDDEN),
        "emb.ln.w": (HIDDEN,),
        "emb.ln.b": (HIDDEN,),
    }
    outputs = {"q": (HIDDEN, HIDDEN), "k": (HIDDEN, HIDDEN), "v": (HIDDEN, HIDDEN), "ao": (HIDDEN, HIDDEN)}
    outputs |= {"fi": (FEED_FORWARD, HIDDEN), "fo": (HIDDEN, FEED_FORWARD)}
    for layer in range(LAYERS):
        for part, shape in outputs.items():
            found |= {f"l{layer}.{part}.w": shape, f"l{layer}.{part}.b": shape[:1]}
        for norm in ("aln", "oln"):
            found |= {f"l{layer}.{norm}.w": (HIDDEN,), f"l{layer}.{norm}.b": (HIDDEN,)}
    return found


def numbers(seed: int = 0) -> dict[str, np.ndarray]:
    """Random weights; scales of a normalization are near 1, matrices have values that 4 bits can hold."""
    rng, made = np.random.default_rng(seed), {}
    for name, shape in shapes().items():
        if len(shape) == 2:
            scales = np.repeat(rng.uniform(0.02, 0.06, (shape[0], shape[1] // 32)).astype(np.float16), 32, axis=1)
            made[name] = (rng.integers(0, 16, shape) - 8).astype(np.float32) * scales.astype(np.float32)
        else:
            near = 1.0 if "ln" in name and name.endswith("w") else 0.0
            made[name] = (near + 0.05 * rng.standard_normal(shape)).astype(np.float32)
    return made


def write_base(path: Path, seed: int = 0) -> str:
    """Write the base encoder; returns its sha256."""
    blob = "".join(PIECES).encode()
    offsets = np.cumsum([0, *(len(piece.encode()) for piece in PIECES)]).astype("<u4")
    scores = np.array([-float(number) / 10 for number in range(len(PIECES))], "<f4")
    head = b"E5S1" + struct.pack("<I", 1)
    head += struct.pack("<7if", HIDDEN, LAYERS, HEADS, FEED_FORWARD, len(PIECES), POSITIONS, TYPES, EPSILON)
    head += struct.pack("<6iQ", base_weights.BLOCK, len(PIECES), 0, 2, 1, 3, len(blob))
    head += offsets.tobytes() + scores.tobytes() + blob + struct.pack("<iI", 0, 3) + b"map"
    stored = {name: (array.ndim == 2, array.size, _bytes(array)) for name, array in numbers(seed).items()}
    table = 4 + sum(2 + len(name) + 21 for name in stored)
    at, listed, body = len(head) + table, struct.pack("<i", len(stored)), b""
    for name, (four_bits, count, content) in stored.items():
        # The real file aligns its tensors, too.
        body += b"\0" * (-(at + len(body)) % 32)
        listed += struct.pack("<H", len(name)) + name.encode()
        listed += struct.pack("<BIQQ", four_bits, count, at + len(body), len(content))
        body += content
    content = head + listed + body
    path.write_bytes(content)
    return hashlib.sha256(content).hexdigest()


def _bytes(array: np.ndarray) -> bytes:
    """The bytes of a vector in float32; of a matrix in blocks of 32, each a scale and 32 numbers in 4 bits."""
    if array.ndim == 1:
        return array.astype("<f4").tobytes()
    blocks = array.reshape(-1, 32)
    scales = np.float16(np.abs(blocks).max(axis=1) / 8)
    for divisor in range(1, 9):
        # The largest number of a block may be any of 1 to 8 times the scale.
        tried = np.float16(np.abs(blocks).max(axis=1) / divisor)
        fits = np.abs(blocks / tried[:, None] - np.rint(blocks / tried[:, None])).max(axis=1) < 1e-3
        scales = np.where(fits, tried, scales)
    quarters = (np.rint(blocks / scales[:, None].astype(np.float32)) + 8).astype(np.uint8)
    packed = quarters[:, :16] | (quarters[:, 16:] << 4)
    return np.concatenate([scales.astype("<f2")[:, None].view(np.uint8), packed], axis=1).tobytes()


def updates(seed: int = 1) -> tuple[Update, ...]:
    """Random low-rank updates of the query layers."""
    rng = np.random.default_rng(seed)
    return tuple(
        Update(
            f"encoder.layer.{layer}.attention.self.query.weight",
            rng.standard_normal((HIDDEN, RANK)).astype(np.float16).astype(np.float32),
            rng.standard_normal((RANK, HIDDEN)).astype(np.float16).astype(np.float32),
            SCALE,
        )
        for layer in range(LAYERS)
    )


def use(path: Path, patch: pytest.MonkeyPatch | None = None) -> None:
    """Use the base encoder in `path` as the packaged one; permanently unless `patch` undoes it."""
    put = patch.setattr if patch else setattr
    put(base_weights, "packaged_file", lambda: path)
    put(base_weights, "SHA256", hashlib.sha256(path.read_bytes()).hexdigest())


def write_learnt(folder: Path, seed: int = 1) -> str:
    """Write the files of an encoder for the base encoder in use, with a card; returns its identity."""
    from conduct.model.assemble import assemble, network_of

    folder.mkdir(parents=True, exist_ok=True)
    adapter.save(updates(seed), folder, base_weights.SHA256)
    identity = adapter.identity(folder / adapter.FILE)
    model = assemble(folder)
    ranges = int8.measure(model, network_of(model), ["an accent", "a joke, a slot", "pizza"])
    int8.save(ranges, folder / RANGES_FILE, identity)
    glance.save(Glance(np.eye(HIDDEN + 1, HIDDEN, dtype=np.float32)), folder / GLANCE_FILE, identity)
    any_code.save(ANY_CODE, folder / any_code.FILE, identity)
    (folder / "README.md").write_text("---\nlanguage: [en, de]\n---\n\n# OWNER/conduct-encoder\n", encoding="utf-8")
    return identity
