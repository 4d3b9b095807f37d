"""`python -m conduct`, and the command `conduct` of an installed package: the command line."""

from conduct.cli.parser import main
from conduct.hub.deadline import exit_without_waiting


def run() -> None:
    """Run the command line and end the process with its exit code."""
    exit_without_waiting(main())


if __name__ == "__main__":
    run()
