"""Passages, sentences and situations as vectors; which of them speak to a question."""
