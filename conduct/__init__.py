"""conduct: ask "is this okay?", read what a code of conduct says, word for word."""

__version__ = "0.1.0"
