"""The encoder: texts to vectors."""
