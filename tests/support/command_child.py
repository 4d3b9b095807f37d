"""`python -m conduct` with the words of tests/fakes.py in the place of a model, for tests of the command line.

With WAIT in its environment, loading never ends. It says so on standard error, and so does an import of numpy whether
the thread variables were set by then.
"""

import os
import sys
import tempfile
import threading
from pathlib import Path


class Watch:
    """Notes what the environment says when numpy is imported."""

    threads: str | None = "numpy was not imported"

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        """Leave each import to the others."""
        if name == "numpy":
            Watch.threads = os.environ.get("OPENBLAS_NUM_THREADS")


def main() -> None:
    """As conduct/__main__.py."""
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
                return word_engine(Path(folder))

        ask.Engine = engine
        # That the folder has no vectors yet.
        logging.getLogger("conduct.ranking.fit").setLevel(logging.ERROR)

    command.apply_library_defaults = apply_and_prepare
    command.run()


if __name__ == "__main__":
    main()
