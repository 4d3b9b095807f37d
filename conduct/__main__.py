"""`python -m conduct`: the command line."""

from conduct.cli.parser import main
from conduct.hub.deadline import leave

if __name__ == "__main__":
    leave(main())
