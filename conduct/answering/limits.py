"""How much can be asked at once. Sentences, schemas and docs take these numbers from here."""

MAX_CHARACTERS = 1_000
MAX_QUESTIONS = 64
MAX_LIMIT = 10
DEFAULT_LIMIT = 3
