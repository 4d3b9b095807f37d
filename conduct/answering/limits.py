"""How much can be asked at once. Sentences, schemas and docs take these numbers from here."""

# A draft, such as a long mail; a question has a hundred.
MAX_CHARACTERS = 10_000
# The longest question that people have labelled: up to here a text may be read as a whole, beyond it is a draft.
MAX_WHOLE_CHARACTERS = 400
# Of all questions of one call together.
MAX_TOTAL_CHARACTERS = 100_000
MAX_QUESTIONS = 64
MAX_LIMIT = 10
DEFAULT_LIMIT = 3
