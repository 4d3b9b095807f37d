"""`python -m conduct` with the tiny encoder whose base weights are at TINY_BASE, for fast tests of publishing.

With arguments it is that command. Without any, it imports what the commands need once, and runs each in a fork: a line
of JSON holds the arguments, additions to the environment, and the files for standard output and standard error; the
exit code is the answer.
"""

import json
import os
import sys
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
    import conduct.cli.parser
    import conduct.cli.publish
    import conduct.model.assemble  # noqa: F401  (imported for the forks)

    for line in sys.stdin:
        arguments, environ, *outputs = json.loads(line)
        if (child := os.fork()) == 0:
            for descriptor, path in enumerate(outputs, 1):
                os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), descriptor)
            os.environ.update(environ)
            sys.argv[1:] = arguments
            command.run()
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
