"""`python -m conduct`: the command line."""

import signal

from conduct.settings import apply_library_defaults, tune_gc


def run() -> None:
    """Run the command that the process was started with, and end the process."""
    # The libraries take seconds to import: until the command runs, Ctrl-C ends it without a traceback.
    interrupt = signal.signal(signal.SIGINT, signal.SIG_DFL)
    tune_gc()
    # numpy and other libraries read these when they are imported.
    apply_library_defaults()
    from conduct.cli.parser import main
    from conduct.hub.deadline import exit_without_waiting

    signal.signal(signal.SIGINT, interrupt)
    exit_without_waiting(main())


if __name__ == "__main__":
    run()
