"""How much can be asked at once. Sentences and schemas take these numbers from here; tests compare the documents."""

# Of a draft, such as a long mail; an ordinary question has about a hundred.
MAX_CHARACTERS = 10_000
# A draft up to this length is also read as a whole: labelled questions are not longer.
MAX_WHOLE_CHARACTERS = 400
# Of all questions in one call together.
MAX_TOTAL_CHARACTERS = 100_000
MAX_QUESTIONS = 64
MAX_LIMIT = 10
DEFAULT_LIMIT = 3
