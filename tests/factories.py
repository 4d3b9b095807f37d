"""Small values for several tests."""

from conduct.answering.answer import Source
from conduct.ranking.index import Match
from conduct.text.code import Passage

SOURCE = Source(
    title="T",
    complete=True,
    dataset="bundled",
    dataset_revision="bundled",
    model="packaged",
    model_revision="packaged",
    situations=0,
)
MATCHES = tuple(
    Match(Passage(f"p-{n}", "P", f"Text {n}.", (f"Text {n}.",)), 1 / n, f"Text {n}.", None) for n in range(1, 13)
)
