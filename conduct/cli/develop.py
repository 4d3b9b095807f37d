"""`evaluate`, `train`, `build` and `export`: what developers run."""

import argparse
import json
from dataclasses import asdict

from conduct.answering.answerer import encoder_for
from conduct.answering.dataset_revision import DatasetRevision
from conduct.answering.engine import Engine
from conduct.cli.exit_codes import EXIT_OK
from conduct.cli.streams import complain, write
from conduct.dataset.files import ADAPTER_FILE, SITUATIONS_FILE, TEXTS_FILE, VECTORS_FILE
from conduct.errors import DataError
from conduct.hub import find_dataset, find_model
from conduct.hub.snapshot import LOCAL, Snapshot
from conduct.settings import Settings
from conduct.training import report


def run_evaluate(chosen: argparse.Namespace) -> int:
    """Print how good the ranking is on the labelled questions."""
    from conduct.model.sentence_transformer import SentenceEncoder
    from conduct.training.evaluate import evaluate, learning_curve

    reader = Engine(Settings.from_environment()).reader()
    edition, plain = reader.edition, reader.encoder
    if reader.weights != reader.model.identity:
        plain = SentenceEncoder.load(reader.model.folder)
    measured = evaluate(edition, reader.vectors, reader.encoder, plain, chosen.split)
    points = ()
    if chosen.curve:
        size = len(edition.bank.situations)
        points = learning_curve(edition, plain, chosen.split, [size // 16, size // 8, size // 4, size // 2, size])
    if chosen.json:
        write(json.dumps({"report": asdict(measured), "curve": [asdict(row) for _, row in points]}, indent=1))
    else:
        write(report.as_markdown(measured, points))
    if chosen.plot:
        report.draw(measured, points, chosen.plot)
    return EXIT_OK


def run_train(chosen: argparse.Namespace) -> int:
    """Write the adapter of a dataset folder."""
    from tqdm import tqdm

    from conduct.dataset.situations import read_texts
    from conduct.model import adapter
    from conduct.model.sentence_transformer import SentenceEncoder
    from conduct.ranking.vectors import classes, targets
    from conduct.training.distillation import DistillationSet, with_teacher
    from conduct.training.train import Recipe, steps, train

    edition = DatasetRevision.read(Snapshot(chosen.folder, chosen.folder.name, LOCAL))
    bank = edition.bank
    if not bank.situations:
        raise DataError(f"{chosen.folder} has no situations to learn from: write {SITUATIONS_FILE} first.")
    model, recipe = find_model.find_model(Settings.from_environment()), Recipe()
    texts = tuple(situation.text for situation in bank.situations)
    lesson = DistillationSet(texts, targets(bank, classes(edition.code, bank)))
    if chosen.teacher:
        complain("The teacher reads ...")
        others = read_texts(chosen.folder / TEXTS_FILE)
        lesson = with_teacher(lesson, others, SentenceEncoder.load(chosen.teacher))
    with tqdm(total=steps(len(lesson.texts), recipe), unit=" steps", desc="Training") as bar:

        def report(loss: float) -> None:
            bar.set_postfix(loss=f"{loss:.2f}", refresh=False)
            bar.update()

        updates = train(lesson, SentenceEncoder.load(model.folder), recipe, report)
    path = chosen.folder / ADAPTER_FILE
    adapter.save(updates, path, model.identity)
    write(f"Wrote {path}: {len(updates)} updates from {len(lesson.texts)} texts. Now run `python -m conduct build`.")
    return EXIT_OK


def run_build(chosen: argparse.Namespace) -> int:
    """Write the vectors of a dataset folder."""
    from conduct.ranking.fit import build
    from conduct.ranking.vectors import save

    edition = DatasetRevision.read(Snapshot(chosen.folder, chosen.folder.name, LOCAL))
    encoder, identity = encoder_for(edition, find_model.find_model(Settings.from_environment()))
    vectors = build(edition.code, edition.bank, edition.read_questions(), encoder)
    path = chosen.folder / VECTORS_FILE
    save(vectors, path, edition.code, edition.bank, identity)
    calibration = vectors.calibration
    write(
        f"Wrote {path}: {len(edition.code.passages)} passages, {len(edition.bank.situations)} situations; "
        f"covered from {calibration.bands.covered:.2f}, not covered below {calibration.bands.not_covered:.2f}."
    )
    return EXIT_OK


def run_export(chosen: argparse.Namespace) -> int:
    """Write the model with what it learnt as a folder."""
    if chosen.folder.exists() and not (chosen.folder.is_dir() and not any(chosen.folder.iterdir())):
        raise DataError(f"FOLDER must be new or empty, but {chosen.folder} is not: name another one.")
    settings = Settings.from_environment()
    encoder, identity = encoder_for(
        find_dataset.find_dataset(settings, DatasetRevision.read), find_model.find_model(settings)
    )
    encoder.save(chosen.folder)
    write(f"Wrote {chosen.folder}: {identity}.")
    return EXIT_OK
