"""The command line: ask, evaluate, train, build, export, publish."""

import argparse
import io
import json
import logging
import shutil
import sys
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

from conduct import hub, report
from conduct.contract import answer_out
from conduct.engine import Edition, Engine, encoder_for
from conduct.errors import ConductError, DataError, PublishError, QuestionError
from conduct.garbage import look_seldom
from conduct.patience import leave
from conduct.question import DEFAULT_LIMIT, MAX_LIMIT, check_limit
from conduct.settings import Settings, make_private
from conduct.terminal import WIDEST, readable

EXIT_OK, EXIT_REFUSED, EXIT_FAILED, EXIT_INTERRUPTED = 0, 1, 3, 130
EXIT_CODES = """\
exit codes:
  0    done
  1    a question was refused, and why was printed to standard error
  2    the command line was not understood
  3    could not be done: the text, the model, the Hub or a setting
  130  interrupted"""
EXAMPLES = """\
examples:
  python -m conduct ask "May I joke about his accent?"
  python -m conduct ask --limit 1 nobody lets her finish a sentence
  python -m conduct ask - --json < questions.txt
  python -m conduct ask - --json < questions.txt | jq -r .coverage | sort | uniq -c
"""


def main(arguments: list[str] | None = None) -> int:
    """Run one command; gives the exit code, one of EXIT_CODES."""
    chosen = _parser().parse_args(arguments)
    look_seldom()
    make_private()
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    try:
        return chosen.run(chosen)
    except ConductError as error:
        print(error, file=sys.stderr)
        return EXIT_REFUSED if isinstance(error, QuestionError) else EXIT_FAILED
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        # Whoever read along, as `head` does, has enough. What is still to be printed would fail once more at exit.
        with suppress(BrokenPipeError):
            sys.stdout.close()
        sys.stdout = io.StringIO()
        return EXIT_OK


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m conduct",
        description="Is this okay? Answers with the words of a code of conduct.",
        epilog=f"{EXAMPLES}\n{EXIT_CODES}\n\n`python -m conduct COMMAND --help` tells more. Settings: see README.md.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND", title="commands")
    ask = commands.add_parser(
        "ask",
        help="ask one question, or many from standard input",
        description="Print the passages of the code of conduct that speak to a question, word for word, or that there\n"
        "are none. It never says yes or no: that is for people. Questions are not stored.",
        epilog=f"{EXAMPLES}\n{EXIT_CODES}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    ask.add_argument(
        "question",
        nargs="+",
        help="the question in your own words; or - to read questions from standard input, one a line, and answer each "
        "as it comes",
    )
    ask.add_argument(
        "--limit", type=_limit, default=DEFAULT_LIMIT, metavar="N",
        help=f"passages at most, 1 to {MAX_LIMIT} (default {DEFAULT_LIMIT})",
    )  # fmt: skip
    ask.add_argument("--json", action="store_true", help="print each answer as one line of JSON, as /ask gives it")
    ask.set_defaults(run=_ask)
    evaluate = commands.add_parser("evaluate", help="measure on the labelled questions, beside BM25 and embeddings")
    evaluate.add_argument("--split", choices=("dev", "test"), default="test", help="which questions (default test)")
    evaluate.add_argument("--curve", action="store_true", help="also with parts of the bank; takes minutes")
    evaluate.add_argument("--plot", type=Path, metavar="FILE", help="draw hit@1 of each system as a picture")
    evaluate.add_argument("--json", action="store_true", help="print the figures as JSON")
    evaluate.set_defaults(run=_evaluate)
    train = commands.add_parser(
        "train",
        help="learn an adapter.safetensors from a dataset folder's situations",
        description="Change the model a little, so that texts that lead to the same passage lie close. Takes a quarter "
        "of an hour on two cores; then run build, which fits the rest.",
    )
    train.add_argument(
        "--teacher", type=Path, metavar="TEACHER",
        help="a larger model that has learnt the same, as `export` writes it: what it makes of the situations, and of "
        f"the texts in {hub.TEXTS_FILE}, is learnt too",
    )  # fmt: skip
    train.add_argument("folder", type=Path, nargs="?", default=hub.BUNDLED_DATA, help="default: the bundled data")
    train.set_defaults(run=_train)
    build = commands.add_parser("build", help="encode a dataset folder and write its vectors.safetensors")
    build.add_argument("folder", type=Path, nargs="?", default=hub.BUNDLED_DATA, help="default: the bundled data")
    build.set_defaults(run=_build)
    export = commands.add_parser(
        "export",
        help="write the model with what it learnt, for an inference engine to serve",
        description="Write a folder that Text Embeddings Inference or an Inference Endpoint can serve: the model with "
        "what it\nlearnt for the text in its weights. See CONDUCT_INFERENCE.",
    )
    export.add_argument("folder", type=Path, help="a new or empty folder")
    export.set_defaults(run=_export)
    publish = commands.add_parser(
        "publish",
        help="create or update the dataset and the Space on the Hub",
        description="Send the data with rebuilt vectors to the dataset OWNER/ambassador-code-of-conduct, and the app "
        "to the Space OWNER/is-this-okay. What has not changed is not sent.",
    )
    publish.add_argument("owner", metavar="OWNER", help="a user or an organization on the Hub")
    publish.add_argument("--dry-run", action="store_true", help="list what would be sent, and send nothing")
    publish.add_argument("--private", action="store_true", help="keep both repositories private")
    part = publish.add_mutually_exclusive_group()
    part.add_argument("--data-only", action="store_true", help="only the dataset")
    part.add_argument("--space-only", action="store_true", help="only the Space")
    publish.set_defaults(run=_publish)
    return parser


def _limit(value: str) -> int:
    try:
        return check_limit(int(value) if value.lstrip("-").isdecimal() else value)
    except QuestionError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _ask(chosen: argparse.Namespace) -> int:
    many = chosen.question == ["-"]
    if many and sys.stdin.isatty():
        print("One question a line, please; Ctrl-D ends.", file=sys.stderr)
    engine = Engine(Settings.from_environment())
    if many:
        # Loads, or fails, before a question is read.
        engine.reader()
    code, asked = EXIT_OK, 0
    for question in _lines() if many else [" ".join(chosen.question)]:
        asked += 1
        try:
            answer = engine.ask(question, chosen.limit)
        except QuestionError as error:
            print(error, file=sys.stderr)
            code = EXIT_REFUSED
            continue
        if chosen.json:
            print(json.dumps(answer_out(answer), ensure_ascii=False), flush=True)
        else:
            width = shutil.get_terminal_size((WIDEST, 0)).columns
            print(readable(answer, width, bold=sys.stdout.isatty(), asked=many), flush=True)
    if not asked:
        raise QuestionError("Standard input must have a question on each line, but had none: write one a line.")
    return code


def _lines() -> Iterable[str]:
    if isinstance(sys.stdin, io.TextIOWrapper):
        # A stray byte costs its own line's accents, and not the lines after it.
        sys.stdin.reconfigure(encoding="utf-8", errors="replace")
    return (line for line in sys.stdin if line.strip())


def _evaluate(chosen: argparse.Namespace) -> int:
    from conduct.encoder import SentenceEncoder
    from conduct.evaluate import evaluate, learning_curve

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
        print(json.dumps({"report": asdict(measured), "curve": [asdict(row) for _, row in points]}, indent=1))
    else:
        print(report.as_markdown(measured, points))
    if chosen.plot:
        report.draw(measured, points, chosen.plot)
    return EXIT_OK


def _train(chosen: argparse.Namespace) -> int:
    from tqdm import tqdm

    from conduct import adapter
    from conduct.encoder import SentenceEncoder
    from conduct.lesson import Lesson, with_teacher
    from conduct.situations import read_texts
    from conduct.train import Recipe, steps, train
    from conduct.vectors import classes, targets

    edition = Edition.read(hub.Snapshot(chosen.folder, chosen.folder.name, hub.LOCAL))
    bank = edition.bank
    if not bank.situations:
        raise DataError(f"{chosen.folder} has no situations to learn from: write {hub.SITUATIONS_FILE} first.")
    model, recipe = hub.find_model(Settings.from_environment()), Recipe()
    texts = tuple(situation.text for situation in bank.situations)
    lesson = Lesson(texts, targets(bank, classes(edition.code, bank)))
    if chosen.teacher:
        print("The teacher reads ...", file=sys.stderr)
        others = read_texts(chosen.folder / hub.TEXTS_FILE)
        lesson = with_teacher(lesson, others, SentenceEncoder.load(chosen.teacher))
    with tqdm(total=steps(len(lesson.texts), recipe), unit=" steps", desc="Training") as bar:

        def report(loss: float) -> None:
            bar.set_postfix(loss=f"{loss:.2f}", refresh=False)
            bar.update()

        updates = train(lesson, SentenceEncoder.load(model.folder), recipe, report)
    path = chosen.folder / hub.ADAPTER_FILE
    adapter.save(updates, path, model.identity)
    print(f"Wrote {path}: {len(updates)} updates from {len(lesson.texts)} texts. Now run `python -m conduct build`.")
    return EXIT_OK


def _build(chosen: argparse.Namespace) -> int:
    from conduct.build import build
    from conduct.vectors import save

    edition = Edition.read(hub.Snapshot(chosen.folder, chosen.folder.name, hub.LOCAL))
    encoder, identity = encoder_for(edition, hub.find_model(Settings.from_environment()))
    vectors = build(edition.code, edition.bank, edition.questions, encoder)
    path = chosen.folder / hub.VECTORS_FILE
    save(vectors, path, edition.code, edition.bank, identity)
    calibration = vectors.calibration
    print(
        f"Wrote {path}: {len(edition.code.passages)} passages, {len(edition.bank.situations)} situations; "
        f"covered from {calibration.bands.covered:.2f}, not covered below {calibration.bands.not_covered:.2f}."
    )
    return EXIT_OK


def _export(chosen: argparse.Namespace) -> int:
    if chosen.folder.exists() and not (chosen.folder.is_dir() and not any(chosen.folder.iterdir())):
        raise DataError(f"FOLDER must be new or empty, but {chosen.folder} is not: name another one.")
    settings = Settings.from_environment()
    encoder, identity = encoder_for(hub.find_dataset(settings, Edition.read), hub.find_model(settings))
    encoder.save(chosen.folder)
    print(f"Wrote {chosen.folder}: {identity}.")
    return EXIT_OK


def _publish(chosen: argparse.Namespace) -> int:
    from conduct import hub_client, publish

    if not chosen.dry_run and not hub_client.logged_in():
        raise PublishError(publish.LOG_IN)
    with TemporaryDirectory() as folder:
        print("Encoding the situations and fitting ...", file=sys.stderr)
        parcels = publish.pack(chosen.owner, Path(folder), data=not chosen.space_only, space=not chosen.data_only)
        for parcel in parcels:
            if chosen.dry_run:
                print(f"To the {parcel.kind} {parcel.repo}:")
                print("\n".join(f"  {name}  {size:,} bytes" for name, size in parcel.files))
                print("".join(f"  variable {key} = {value}\n" for key, value in parcel.variables), end="")
                continue
            sent = publish.send(parcel, chosen.private)
            print(f"{sent.url}: {'a new commit' if sent.changed else 'nothing has changed'}.")
    if chosen.private and not chosen.data_only:
        print("A private dataset is read with a token: give the Space one that may read it, as its secret HF_TOKEN.")
    return EXIT_OK


if __name__ == "__main__":
    leave(main())
