"""From a question to an answer: validation, coverage, caution, and the words said to people."""
