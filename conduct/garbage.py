"""Python's search for garbage, which took a fifth of the start."""

import gc

# Objects made since the last search, then searches until the next wider one. Importing the libraries makes a million
# objects that stay; by default Python looks through them after every 700. The start takes no more memory for it,
# thousands of questions take a fiftieth more.
SELDOM = (50_000, 20, 100)


def look_seldom() -> None:
    """Search for garbage less often; call it before the libraries are imported."""
    gc.set_threshold(*SELDOM)
