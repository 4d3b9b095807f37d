"""`evaluate`, `train`, `build` and `export`: the commands for developers."""

import argparse
import json
from dataclasses import asdict

from conduct.answering.batching import BatchingEncoder
from conduct.answering.dataset_revision import DatasetRevision
from conduct.answering.engine import Engine
from conduct.cli.exit_codes import EXIT_OK
from conduct.cli.streams import write
from conduct.dataset.files import VECTORS_FILE
from conduct.errors import DataError
from conduct.hub import find_dataset
from conduct.hub.snapshot import BUNDLED, LOCAL, Snapshot
from conduct.model import adapter, base_weights, packaged
from conduct.model.find_encoder import find_encoder
from conduct.model.sentence_transformer import SentenceEncoder
from conduct.settings import Settings


def run_evaluate(chosen: argparse.Namespace) -> int:
    """Print how good the ranking is on the labelled questions."""
    from conduct.training import breadth, care, comparison, drafts, materials, report
    from conduct.training.evaluate import evaluate, learning_curve

    answerer = Engine(Settings.from_environment()).answerer()
    dataset, encoder, others = answerer.dataset, answerer.encoder, comparison.encoders()
    measured = evaluate(dataset, answerer.vectors, encoder, others, chosen.split)
    points = ()
    if chosen.curve:
        size = len(dataset.bank.situations)
        sizes = [size // 16, size // 8, size // 4, size // 2, size]
        points = learning_curve(dataset, others[comparison.BASE], chosen.split, sizes)
    known = answerer.index.known
    wide = []
    if dataset.snapshot.name == BUNDLED:
        written = materials.read(dataset.code, dataset.bank)
        wide.append(breadth.measure("Ten languages", breadth.ask_languages(written, answerer.index, encoder, others)))
        held_out = [code for code in written.codes if code.name in materials.HELD_OUT]
        asked = [breadth.ask_code(code, encoder, known, others) for code in held_out]
        wide.append(breadth.measure("Written codes that nothing was learnt from", asked))
    if chosen.codes:
        asked = [breadth.ask_code(code, encoder, known, others) for code in materials.read_real_codes(chosen.codes)]
        wide.append(breadth.measure("Real codes", asked))
    questions = [question for question in dataset.read_questions() if question.split == chosen.split]
    upset = written_drafts = None
    if dataset.snapshot.name == BUNDLED:
        upset = care.measure(answerer, questions, chosen.split)
        some = [draft for draft in drafts.labelled_drafts() if draft.split == chosen.split]
        written_drafts = drafts.measure(drafts.read_all(some, answerer.index, encoder))
    if chosen.json:
        everything = {
            "report": asdict(measured),
            "curve": [asdict(row) for _, row in points],
            "breadth": [asdict(measure) for measure in wide],
            "care": asdict(upset) if upset else None,
            "drafts": asdict(written_drafts) if written_drafts else None,
        }
        write(json.dumps(everything, indent=1))
    else:
        write(report.as_markdown(measured, points))
        for measure in wide:
            write(report.breadth_as_markdown(measure))
        if upset:
            write(report.care_as_markdown(upset))
            write(f"\nDrafts, split {chosen.split}:\n\n{written_drafts}")
    if chosen.plot:
        report.draw(measured, points, wide, chosen.plot)
    return EXIT_OK


def run_train(chosen: argparse.Namespace) -> int:
    """Train the encoder, and write what it learnt and what is fitted on it."""
    from tqdm import tqdm

    from conduct.training import materials
    from conduct.training.learn import learn
    from conduct.training.train import DEFAULT, FURTHER

    learnt = adapter.load(chosen.further, base_weights.SHA256) if chosen.further else None
    dataset = DatasetRevision.read(find_dataset.bundled_dataset())
    read = materials.read(dataset.code, dataset.bank, chosen.materials)
    with tqdm(unit=" steps", desc="Training") as bar:

        def report(step: int, steps: int, loss: float) -> None:
            bar.total = steps
            bar.set_postfix(loss=f"{loss:.2f}", refresh=False)
            bar.update(step - bar.n)

        recipe = FURTHER if learnt else DEFAULT
        identity = learn(read, chosen.folder, chosen.checkpoint, report, recipe, learnt)
    write(f"Wrote {chosen.folder}: {identity}. Now run `python -m conduct build`.")
    return EXIT_OK


def run_build(chosen: argparse.Namespace) -> int:
    """Write the vectors of a dataset folder."""
    from conduct.ranking.fit import build
    from conduct.ranking.vectors import save

    dataset = DatasetRevision.read(Snapshot(chosen.folder, chosen.folder.name, LOCAL))
    model = find_encoder(Settings.from_environment())
    encoder = BatchingEncoder(SentenceEncoder.load(model.folder))
    vectors = build(dataset.code, dataset.bank, dataset.read_questions(), encoder)
    path = chosen.folder / VECTORS_FILE
    save(vectors, path, dataset.code, dataset.bank, packaged.identity(model))
    calibration = vectors.calibration
    write(
        f"Wrote {path}: {len(dataset.code.passages)} passages, {len(dataset.bank.situations)} situations; "
        f"covered from {calibration.bands.covered:.2f}, not covered below {calibration.bands.not_covered:.2f}."
    )
    return EXIT_OK


def run_export(chosen: argparse.Namespace) -> int:
    """Write the packaged encoder as a folder that sentence-transformers loads."""
    if chosen.folder.exists() and not (chosen.folder.is_dir() and not any(chosen.folder.iterdir())):
        raise DataError(f"FOLDER must be new or empty, but {chosen.folder} is not: name another one.")
    from conduct.model.assemble import export

    export(chosen.folder)
    write(f"Wrote {chosen.folder}: {packaged.identity(packaged.snapshot())}.")
    return EXIT_OK
