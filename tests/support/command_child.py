"""`python -m conduct` with the encoder of tests/fakes.py in place of a model, for tests of the command line.

With WAIT in its environment it prints "loading" to standard error, and loading never ends. With SHOW_THREADS it prints
the thread variable as it was when numpy was imported.
"""

import os
import sys
import tempfile
import threading
from pathlib import Path


class Watch:
    """Remembers a variable as it was when numpy was imported."""

    threads: str | None = "numpy was not imported"

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        """Find nothing, so that other finders do it."""
        if name == "numpy":
            Watch.threads = os.environ.get("OPENBLAS_NUM_THREADS")


def main() -> None:
    """Run a command as conduct/__main__.py does."""
    sys.meta_path.insert(0, Watch())
    from conduct import __main__ as command

    applied = command.apply_library_defaults

    def apply_and_prepare() -> None:
        applied()
        import logging

        from conduct.cli import ask
        from tests.fakes import word_engine

        def engine(settings: object):
            if "WAIT" in os.environ:
                sys.stderr.write("loading\n")
                sys.stderr.flush()
                threading.Event().wait()
            if "SHOW_THREADS" in os.environ:
                sys.stderr.write(f"threads {Watch.threads}\n")
            with tempfile.TemporaryDirectory() as folder:
                return word_engine(Path(folder), situations="")

        ask.Engine = engine
        # It would warn that the folder has no vectors.
        logging.getLogger("conduct.ranking.fit").setLevel(logging.ERROR)

    command.apply_library_defaults = apply_and_prepare
    command.run()


if __name__ == "__main__":
    main()
