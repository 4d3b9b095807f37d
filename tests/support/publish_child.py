"""`python -m conduct` with the tiny encoder whose base weights are at TINY_BASE, for fast tests of publishing."""

import os
from pathlib import Path

from conduct import __main__ as command


def main() -> None:
    """Run a command as conduct/__main__.py does."""
    applied = command.apply_library_defaults

    def apply_and_use() -> None:
        applied()
        from tests.support import tiny_encoder

        tiny_encoder.use(Path(os.environ["TINY_BASE"]))

    command.apply_library_defaults = apply_and_use
    command.run()


if __name__ == "__main__":
    main()
