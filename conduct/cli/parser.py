"""The commands and their options: ask, check, evaluate, train, build, export, publish."""

import argparse
import logging
from pathlib import Path

from conduct.answering.limits import DEFAULT_LIMIT, MAX_CHARACTERS, MAX_LIMIT
from conduct.answering.validation import check_limit
from conduct.cli.ask import run_ask
from conduct.cli.check import run_check
from conduct.cli.develop import run_build, run_evaluate, run_export, run_train
from conduct.cli.exit_codes import EXIT_CODES, EXIT_FAILED, EXIT_INTERRUPTED, EXIT_OK, EXIT_REFUSED
from conduct.cli.publish_command import run_publish
from conduct.cli.streams import discard_lost_errors, discard_output, prepare_streams, print_error
from conduct.errors import ConductError, NoTextError, OutputError, QuestionError
from conduct.hub.find_dataset import BUNDLED_DATA
from conduct.model.packaged import FOLDER as LEARNT
from conduct.training.materials import FOLDER as MATERIALS

EXAMPLES = """\
examples:
  python -m conduct ask "May I joke about his accent?"
  python -m conduct ask --limit 1 nobody lets her finish a sentence
  python -m conduct ask --file draft.md
  python -m conduct ask - --json < questions.txt
  python -m conduct ask - --json < questions.txt | jq -r .coverage | sort | uniq -c
"""


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns the exit code, one of EXIT_CODES."""
    try:
        prepare_streams()
        parser = _parser()
        chosen = parser.parse_args(arguments)
        if chosen.run is run_ask and bool(chosen.question) == bool(chosen.file):
            parser.error(
                "ask takes a question, or --file with a draft, and one of them: see python -m conduct ask --help"
            )
        logging.basicConfig(level=logging.WARNING, format="%(message)s")
        return chosen.run(chosen)
    except ConductError as error:
        print_error(error.detail if isinstance(error, NoTextError) else error)
        if isinstance(error, OutputError):
            discard_output()
        return EXIT_REFUSED if isinstance(error, QuestionError) else EXIT_FAILED
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        # The reader of the output, such as `head`, has ended.
        discard_output()
        return EXIT_OK
    finally:
        discard_lost_errors()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m conduct",
        description="Is this okay? Answers with the words of a code of conduct.",
        epilog=f"{EXAMPLES}\n{EXIT_CODES}\n\n"
        "`python -m conduct COMMAND --help` says more. Settings: docs/deployment.md.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND", title="commands")
    ask = commands.add_parser(
        "ask",
        help="ask one question, check a draft, or ask many from standard input",
        description="Print the passages of the code of conduct that speak to a question, word for word, or that there\n"
        "are none. It never says yes or no: that is for people. Questions are not stored.",
        epilog=f"{EXAMPLES}\n{EXIT_CODES}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    ask.add_argument(
        "question",
        nargs="*",
        help="the question in your own words; or - to read questions from standard input, one a line, and answer each "
        "as it comes",
    )
    ask.add_argument(
        "--limit", type=_limit, default=DEFAULT_LIMIT, metavar="N",
        help=f"passages at most, 1 to {MAX_LIMIT} (default {DEFAULT_LIMIT})",
    )  # fmt: skip
    ask.add_argument(
        "--file", type=Path, metavar="FILE",
        help=f"check a draft: a text file of at most {MAX_CHARACTERS:,} characters, or - for standard input; each "
        "passage comes with the lines that led to it",
    )  # fmt: skip
    ask.add_argument("--json", action="store_true", help="print each answer as one line of JSON, as /ask gives it")
    ask.set_defaults(run=run_ask)
    check = commands.add_parser(
        "check",
        help="show what the app makes of a text, before you publish it",
        description="Print the passages of a text with their ids as a tree, what is in no passage or taken for being "
        "about\nthe text itself, sentences that are too long, situations that name unknown passages, and the limits.\n"
        "Needs no model and no Hub; ends with 3 if the text cannot be used.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    check.add_argument("folder", metavar="FOLDER", help="a folder with code_of_conduct.md, or the text itself")
    check.set_defaults(run=run_check)
    evaluate = commands.add_parser("evaluate", help="measure on the labelled questions, beside BM25 and embeddings")
    evaluate.add_argument("--split", choices=("dev", "test"), default="test", help="which questions (default test)")
    evaluate.add_argument("--curve", action="store_true", help="also with parts of the bank; takes minutes")
    evaluate.add_argument(
        "--codes", type=Path, metavar="FOLDER", help="also with real codes and their labelled questions, a folder each"
    )
    evaluate.add_argument("--plot", type=Path, metavar="FILE", help="draw hit@1 by system, language and code")
    evaluate.add_argument("--json", action="store_true", help="print the figures as JSON")
    evaluate.set_defaults(run=run_evaluate)
    train = commands.add_parser(
        "train",
        help="teach the encoder, from the situations and training_data/",
        description="Change the base encoder so that questions lie close to the passages and sentences that speak to "
        "them.\nTakes about seven hours on two cores, and goes on where it was interrupted; then run build, which fits "
        "the rest.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    train.add_argument(
        "--materials",
        type=Path,
        default=MATERIALS,
        metavar="FOLDER",
        help="what it learns from (default: training_data)",
    )
    train.add_argument(
        "--checkpoint", type=Path, default=Path("train.checkpoint"), metavar="FILE",
        help="where it stands, written every 300 steps; remove it to begin anew (default: train.checkpoint)",
    )  # fmt: skip
    train.add_argument(
        "--from", type=Path, dest="further", metavar="FOLDER", help="go on from what was learnt, for half as long"
    )
    train.add_argument(
        "folder", type=Path, nargs="?", default=LEARNT, help="where to write (default: conduct/model/learnt)"
    )
    train.set_defaults(run=run_train)
    build = commands.add_parser("build", help="encode a dataset folder and write its vectors.safetensors")
    build.add_argument("folder", type=Path, nargs="?", default=BUNDLED_DATA, help="default: the bundled data")
    build.set_defaults(run=run_build)
    export = commands.add_parser(
        "export",
        help="write the packaged encoder as a model of sentence-transformers",
        description="Write a folder that SentenceTransformer, Text Embeddings Inference or an Inference Endpoint can "
        "load: the\nbase encoder with what it learnt in its weights. See CONDUCT_INFERENCE.",
    )
    export.add_argument("folder", type=Path, help="a new or empty folder")
    export.set_defaults(run=run_export)
    publish = commands.add_parser(
        "publish",
        help="create or update the dataset, the encoder and the Space on the Hub",
        description="Send the data with rebuilt vectors to the dataset OWNER/ambassador-code-of-conduct, the encoder "
        "to the model OWNER/conduct-encoder, and the app to the Space OWNER/is-this-okay. What has not changed is not "
        "sent.",
    )
    publish.add_argument("owner", metavar="OWNER", help="a user or an organization on the Hub")
    publish.add_argument("--dry-run", action="store_true", help="list what would be sent, and send nothing")
    publish.add_argument("--private", action="store_true", help="keep the repositories private")
    part = publish.add_mutually_exclusive_group()
    part.add_argument("--data-only", action="store_true", help="only the dataset")
    part.add_argument("--model-only", action="store_true", help="only the encoder")
    part.add_argument("--space-only", action="store_true", help="only the Space")
    publish.set_defaults(run=run_publish)
    return parser


def _limit(value: str) -> int:
    try:
        return check_limit(int(value) if value.lstrip("-").isdecimal() else value)
    except QuestionError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
