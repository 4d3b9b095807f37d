"""The exit codes of the command line."""

from conduct.hub.deadline import INTERRUPTED

EXIT_OK, EXIT_REFUSED, EXIT_FAILED, EXIT_INTERRUPTED = 0, 1, 3, INTERRUPTED
EXIT_CODES = """\
exit codes:
  0    done
  1    a question was refused, and why was printed to standard error
  2    the command line was not understood
  3    could not be done: the text, the model, the Hub or a setting
  130  interrupted"""
