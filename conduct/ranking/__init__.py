"""Passages, sentences and situations as vectors, and the search for passages that speak to a question."""
