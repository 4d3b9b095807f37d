"""`python -m conduct` with the tiny encoder whose base lies at TINY_BASE, for tests of publishing: it takes no time."""

import os
from pathlib import Path

from conduct import __main__ as command


def main() -> None:
    """As conduct/__main__.py."""
    applied = command.apply_library_defaults

    def apply_and_use() -> None:
        applied()
        from tests.support import tiny_encoder

        tiny_encoder.use(Path(os.environ["TINY_BASE"]))

    command.apply_library_defaults = apply_and_use
    command.run()


if __name__ == "__main__":
    main()
