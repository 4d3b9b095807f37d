"""Builds this app's encoder from the base weights and what was learnt, and exports and reads it as a folder."""

import json
import logging
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import torch
from sentence_transformers import SentenceTransformer
from sentence_transformers.base.modules import InputModule, Normalize
from sentence_transformers.sentence_transformer.modules import Pooling
from transformers import BertModel, PreTrainedTokenizerFast
from transformers.models.bert.modeling_bert import BertPooler

from conduct.errors import ModelError
from conduct.model import adapter, base_weights, int8, network
from conduct.model.adapter import Adapter
from conduct.model.base_weights import BaseWeights
from conduct.model.network import HalfEmbedding
from conduct.model.packaged import BESIDE, FOLDER, MAX_TOKENS, PROMPT, RANGES_FILE, base_file
from conduct.model.tokenizer import PieceTokenizer, exported, special_pieces

# It logs a warning for each model with a prompt, which a user of the command line would see.
logging.getLogger("sentence_transformers.base.model").setLevel(logging.ERROR)

_PROMPTS = {"prompts": {"query": PROMPT}, "default_prompt_name": "query"}


class Reader(InputModule):
    """The module of sentence-transformers that turns texts into vectors of their tokens."""

    def __init__(self, base: BaseWeights, learnt: Adapter | None, ranges: int8.Ranges | None) -> None:
        super().__init__()
        # At the same time: a quarter of a second without Python. The tokenizer here, since it leaves memory behind
        # that only this thread uses again.
        with ThreadPoolExecutor(1) as other:
            built = other.submit(network.build, base, learnt, ranges)
            self.tokenizer = PieceTokenizer(base)
            self.network = built.result()
        self.max_seq_length = MAX_TOKENS
        self._base = base

    def preprocess(self, inputs, prompt=None, **others) -> dict[str, torch.Tensor]:
        """Ids and mask of `inputs`, int64 (texts, tokens of the longest text)."""
        # The last token marks the end of a text, also of one that was cut.
        rows = [
            ids if len(ids) <= MAX_TOKENS else [*ids[: MAX_TOKENS - 1], ids[-1]]
            for ids in (self.tokenizer.ids((prompt or "") + text) for text in inputs)
        ]
        longest, padding = max(map(len, rows)), self._base.shape.padding
        ids = torch.tensor([row + [padding] * (longest - len(row)) for row in rows])
        mask = torch.tensor([[1] * len(row) + [0] * (longest - len(row)) for row in rows])
        return {"input_ids": ids, "attention_mask": mask}

    def forward(self, features: dict[str, torch.Tensor], **others) -> dict[str, torch.Tensor]:
        """`features` with "token_embeddings", float32 (texts, tokens, dimensions)."""
        states = self.network(input_ids=features["input_ids"], attention_mask=features["attention_mask"])
        return features | {"token_embeddings": states.last_hidden_state}

    def save(self, output_path: str, *others, **more) -> None:
        """Write the network, in half precision, and the tokenizer, in the format of the library's own module.

        Afterwards this network is in half precision as well.
        """
        words, config = self.network.embeddings.word_embeddings, self.network.config
        self.network.embeddings.word_embeddings = torch.nn.Embedding.from_pretrained(
            words(torch.arange(config.vocab_size))
        )
        # Nothing uses the pooler, but the library would create one with random numbers: another file each time.
        self.network.pooler = BertPooler(config)
        torch.nn.init.zeros_(self.network.pooler.dense.weight)
        torch.nn.init.zeros_(self.network.pooler.dense.bias)
        self.network.half().save_pretrained(output_path)
        begin, end, padding, unknown = special_pieces(self._base)
        PreTrainedTokenizerFast(
            tokenizer_object=exported(self._base),
            bos_token=begin, cls_token=begin, eos_token=end, sep_token=end, pad_token=padding, unk_token=unknown,
            model_max_length=MAX_TOKENS,
        ).save_pretrained(output_path)  # fmt: skip


def assemble(folder: Path | None, serving: bool = False) -> SentenceTransformer:
    """The base encoder with what was learnt, which is in `folder`; if None, the base encoder as published.

    In int8 if `serving`, else in float32. Writes nothing. Raises ModelError if the package with the base weights is
    missing or has another version, or if the files in `folder` cannot be used.
    """
    learnt = adapter.load(folder, base_weights.SHA256) if folder else None
    ranges = int8.load(folder / RANGES_FILE, adapter.identity(folder / adapter.FILE)) if folder and serving else None
    reader = Reader(base_weights.read(base_file()), learnt, ranges)
    pooling = Pooling(reader.network.config.hidden_size, pooling_mode="mean")
    return SentenceTransformer(modules=[reader, pooling], device="cpu", **_PROMPTS)


def network_of(model: SentenceTransformer) -> torch.nn.Module:
    """The network in a model from `assemble` or from an exported folder."""
    return model[0].network if isinstance(model[0], Reader) else model[0].model


def widen(network: torch.nn.Module) -> None:
    """Convert the network of an exported folder to float32, except the word embeddings, which stay in a mapped file.

    Raises ModelError if it is another kind of network.
    """
    if not isinstance(network, BertModel):
        raise ModelError(f"{RANGES_FILE} belongs to another encoder: remove it, or export the encoder again.")
    network.pooler = None
    words = HalfEmbedding(network.embeddings.word_embeddings.weight)
    network.embeddings.word_embeddings = torch.nn.Identity()
    network.float()
    network.embeddings.word_embeddings = words


def export(folder: Path, learnt: Path = FOLDER) -> None:
    """Write the encoder to `folder` in half precision, in the format of sentence-transformers, with the files that this
    app reads beside it. Raises the same errors as `assemble`."""
    model = assemble(learnt)
    model.append(Normalize())
    model.save_pretrained(str(folder), create_model_card=False)
    _write_older_format(folder, model.get_embedding_dimension())
    for name in BESIDE:
        shutil.copy(learnt / name, folder / name)


def _write_older_format(folder: Path, dimensions: int) -> None:
    """Write the library's description of its modules in the older format: engines and older versions need it."""
    modules = ("", "Transformer"), ("1_Pooling", "Pooling"), ("2_Normalize", "Normalize")
    contents = {
        "modules.json": [
            {"idx": number, "name": str(number), "path": path, "type": f"sentence_transformers.models.{name}"}
            for number, (path, name) in enumerate(modules)
        ],
        "sentence_bert_config.json": {"max_seq_length": MAX_TOKENS, "do_lower_case": False},
        "1_Pooling/config.json": {"word_embedding_dimension": dimensions, "pooling_mode_mean_tokens": True},
    }
    for name, content in contents.items():
        (folder / name).write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
