"""The real model, asked by several at the same time."""

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from conduct.model.sentence_transformer import SentenceEncoder

TEXTS = ["a short one", "a longer one that has many more words in it " * 3, "x"] * 4


def test_batches_are_encoded_while_others_are_measured(encoder: SentenceEncoder):
    """To see whether a text is too long, truncation of a tokenizer could be switched off: in a batch that runs at the
    same time this would fail."""
    alone, over = encoder.encode(TEXTS), threading.Event()

    def measure() -> None:
        while not over.is_set():
            encoder.truncates("söme words")

    with ThreadPoolExecutor(4) as pool:
        for _ in range(2):
            pool.submit(measure)
        try:
            for came in pool.map(lambda _: encoder.encode(TEXTS), range(60)):
                assert np.allclose(came, alone, atol=1e-5)
        finally:
            over.set()
