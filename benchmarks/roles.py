"""One side of a comparison, in a process of its own: run by benchmarks/run.py, `python -m benchmarks.roles ROLE`.

Says one line of JSON when it has answered its first question, and one for each line of questions that it is sent.
"""

import json
import sys
import threading
import time
from collections.abc import Callable, Sequence
from functools import partial

from conduct.dataset.files import read_text
from conduct.hub.find_dataset import BUNDLED_DATA
from conduct.settings import apply_library_defaults

FIRST = "Is this okay?"
# What a role finds for a question: (passage id, relevance), best first.
SearchResult = list[tuple[str, float]]
Ask = Callable[[str], SearchResult]


def bare(threads: int = 0) -> Ask:
    """Plain all-MiniLM-L6-v2, as sentence-transformers loads it, with Gradio imported; 0 threads: as torch has it."""
    import gradio  # noqa: F401  (its part of the time and of the memory)
    import torch

    if threads:
        torch.set_num_threads(threads)
    model = _model()

    def ask(question: str) -> SearchResult:
        model.encode(question)
        return []

    return ask


def conduct() -> Ask:
    """This project, without a server."""
    from conduct.answering.engine import Engine
    from conduct.settings import Settings

    engine = Engine(Settings())

    def ask(question: str) -> SearchResult:
        return [(shown.id, shown.relevance) for shown in engine.ask(question, 10).passages]

    return ask


def semantic_search() -> Ask:
    """The script that the sentence-transformers documentation shows, over the same passages."""
    from sentence_transformers import util

    model, passages = _model(), _passages()
    corpus = model.encode([passage.text for passage in passages], convert_to_tensor=True)

    def ask(question: str) -> SearchResult:
        hits = util.semantic_search(model.encode(question, convert_to_tensor=True), corpus, top_k=10)[0]
        return [(passages[hit["corpus_id"]].id, hit["score"]) for hit in hits]

    return ask


def faiss() -> Ask:
    """The usual pipeline with a vector index, over the same passages."""
    import faiss

    model, passages = _model(), _passages()
    vectors = model.encode([passage.text for passage in passages], normalize_embeddings=True)
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(vectors)

    def ask(question: str) -> SearchResult:
        scores, rows = index.search(model.encode([question], normalize_embeddings=True), min(10, len(passages)))
        return [(passages[row].id, float(score)) for row, score in zip(rows[0], scores[0], strict=True)]

    return ask


def nothing(port: int) -> None:
    """The least that Gradio can serve: an endpoint that does nothing."""
    import gradio as gr

    def ask(question: str, limit: int = 3) -> dict:
        return {}

    with gr.Blocks() as demo:
        gr.api(ask, api_name="ask")
    demo.launch(server_name="127.0.0.1", server_port=port, quiet=True)


def _model():
    from sentence_transformers import SentenceTransformer

    from conduct.training import comparison

    return SentenceTransformer(str(comparison.minilm_folder()), device="cpu")


def _passages():
    from conduct.text import code

    return code.parse(read_text(BUNDLED_DATA).text).passages


def peak_megabytes(process: str = "self") -> float:
    """The most memory that a process has held so far. Linux."""
    with open(f"/proc/{process}/status", encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("VmHWM")) / 1024


def _timed(ask: Ask, question: str) -> tuple[float, SearchResult]:
    began = time.perf_counter()
    found = ask(question)
    return time.perf_counter() - began, found


def _at_once(ask: Ask, questions: Sequence[str], threads: int) -> dict:
    """The questions asked by many threads: seconds in all, and seconds of each."""
    waiting, seconds = list(questions), []

    def run() -> None:
        while True:
            try:
                question = waiting.pop()
            except IndexError:
                return
            seconds.append(_timed(ask, question)[0])

    asking = [threading.Thread(target=run) for _ in range(threads)]
    began = time.perf_counter()
    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join()
    return {"all": time.perf_counter() - began, "each": seconds}


def main(role: str, *rest: str) -> None:
    """Play `role` until standard input ends."""
    apply_library_defaults()
    if role == "nothing":
        nothing(int(rest[0]))
        return
    one_thread = partial(bare, 1)
    roles = {"bare": bare, "bare on one thread": one_thread, "conduct": conduct, "faiss": faiss}
    ask = {**roles, "semantic_search": semantic_search}[role]()
    ask(FIRST)
    print(json.dumps({"memory": peak_megabytes()}), flush=True)
    for line in sys.stdin:
        wanted = json.loads(line)
        if "threads" in wanted:
            said = _at_once(ask, wanted["questions"], wanted["threads"])
        else:
            said = [_timed(ask, question) for question in wanted["questions"]]
        print(json.dumps(said), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
