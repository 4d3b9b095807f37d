"""`python -m conduct`: the command line."""

from conduct.cli.parser import main
from conduct.hub.deadline import exit_without_waiting

if __name__ == "__main__":
    exit_without_waiting(main())
