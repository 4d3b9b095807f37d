"""The command line: ask, evaluate, build, publish."""

import argparse
import json
import logging
import sys
import textwrap
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

from conduct import hub, report
from conduct.answer import Answer
from conduct.contract import answer_out
from conduct.engine import Edition, Engine
from conduct.errors import ConductError, PublishError
from conduct.patience import leave
from conduct.question import DEFAULT_LIMIT
from conduct.settings import Settings, make_private

EXIT_OK, EXIT_FAILED = 0, 1


def main(arguments: list[str] | None = None) -> int:
    """Run one command; gives the exit code: 0 done, 1 could not be done, 2 (argparse) not understood."""
    chosen = _parser().parse_args(arguments)
    make_private()
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    try:
        return chosen.run(chosen)
    except ConductError as error:
        print(error, file=sys.stderr)
        return EXIT_FAILED


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m conduct", description="Is this okay? Answers with the words of a code of conduct."
    )
    commands = parser.add_subparsers(required=True, metavar="command")
    ask = commands.add_parser(
        "ask",
        help="ask one question, or many from standard input",
        description="Print the passages that speak to a question.",
        epilog='examples: python -m conduct ask "May I joke about an accent?"    '
        "python -m conduct ask - --json < questions.txt",
    )
    ask.add_argument("question", help="the question in your own words, or - to read one a line from standard input")
    ask.add_argument("--limit", type=int, default=DEFAULT_LIMIT, help="passages at most, 1 to 10 (default 3)")
    ask.add_argument("--json", action="store_true", help="print each answer as one line of JSON, as /ask gives it")
    ask.set_defaults(run=_ask)
    evaluate = commands.add_parser("evaluate", help="measure on the labelled questions, beside BM25 and embeddings")
    evaluate.add_argument("--split", choices=("dev", "test"), default="test", help="which questions (default test)")
    evaluate.add_argument("--curve", action="store_true", help="also with parts of the bank; takes minutes")
    evaluate.add_argument("--plot", type=Path, metavar="FILE", help="draw hit@1 of each system as a picture")
    evaluate.add_argument("--json", action="store_true", help="print the figures as JSON")
    evaluate.set_defaults(run=_evaluate)
    build = commands.add_parser("build", help="encode a dataset folder and write its vectors.safetensors")
    build.add_argument("folder", type=Path, nargs="?", default=hub.BUNDLED_DATA, help="default: the bundled data")
    build.set_defaults(run=_build)
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


def _ask(chosen: argparse.Namespace) -> int:
    engine = Engine(Settings.from_environment())
    lines = sys.stdin if chosen.question == "-" else [chosen.question]
    code = EXIT_OK
    for line in lines:
        if chosen.question == "-" and not line.strip():
            continue
        try:
            answer = engine.ask(line, chosen.limit)
        except ConductError as error:
            print(error, file=sys.stderr)
            code = EXIT_FAILED
            continue
        print(json.dumps(answer_out(answer), ensure_ascii=False) if chosen.json else _readable(answer), flush=True)
    return code


def _readable(answer: Answer) -> str:
    parts = [answer.message]
    if answer.notice:
        parts.append(answer.notice)
    for number, shown in enumerate(answer.passages, start=1):
        parts.append(f"\n{number}. {shown.passage.section}  ({shown.passage.id}, relevance {shown.relevance:.2f})")
        for paragraph in shown.passage.text.splitlines():
            parts.append(textwrap.fill(paragraph, 88, initial_indent="   ", subsequent_indent="   "))
        if shown.because:
            parts.append(textwrap.fill(f"Close to: {shown.because}", 88, initial_indent="   ", subsequent_indent="   "))
    return "\n".join(parts) + "\n"


def _evaluate(chosen: argparse.Namespace) -> int:
    from conduct.evaluate import evaluate, learning_curve

    reader = Engine(Settings.from_environment()).reader()
    measured = evaluate(reader.edition, reader.vectors, reader.encoder, chosen.split)
    points = ()
    if chosen.curve:
        size = len(reader.edition.bank.situations)
        points = learning_curve(
            reader.edition, reader.encoder, chosen.split, [size // 16, size // 8, size // 4, size // 2, size]
        )
    if chosen.json:
        print(json.dumps({"report": asdict(measured), "curve": [asdict(row) for _, row in points]}, indent=1))
    else:
        print(report.as_markdown(measured, points))
    if chosen.plot:
        report.draw(measured, points, chosen.plot)
    return EXIT_OK


def _build(chosen: argparse.Namespace) -> int:
    from conduct.build import build
    from conduct.encoder import SentenceEncoder
    from conduct.vectors import save

    edition = Edition.read(hub.Snapshot(chosen.folder, chosen.folder.name, hub.LOCAL))
    model = hub.find_model(Settings.from_environment())
    vectors = build(edition.code, edition.bank, edition.questions, SentenceEncoder.load(model.folder))
    path = chosen.folder / hub.VECTORS_FILE
    save(vectors, path, edition.code, edition.bank, model.identity)
    calibration = vectors.calibration
    print(
        f"Wrote {path}: {len(edition.code.passages)} passages, {len(edition.bank.situations)} situations; "
        f"covered from {calibration.bands.covered:.2f}, not covered below {calibration.bands.not_covered:.2f}."
    )
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
