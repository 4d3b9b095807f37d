"""One revision of a dataset, read and checked."""

import logging
from dataclasses import dataclass

from conduct.dataset.files import NEXT_STEPS_FILE, QUESTIONS_FILE, SITUATIONS_FILE, read_text
from conduct.dataset.next_steps import Step, read_next_steps
from conduct.dataset.situations import Bank, Question, read_questions, read_situations
from conduct.hub.find_dataset import BUNDLED_DATA
from conduct.hub.snapshot import Snapshot
from conduct.text.code import Code, parse

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class DatasetRevision:
    """One revision of the text, with everything that is known about it."""

    code: Code
    bank: Bank
    questions: tuple[Question, ...]
    snapshot: Snapshot
    next_steps: tuple[Step, ...] = ()

    @classmethod
    def read(cls, snapshot: Snapshot) -> "DatasetRevision":
        """Read a dataset folder. Raises DataError with one sentence if it cannot be used."""
        code = parse(read_text(snapshot.folder))
        ids = [passage.id for passage in code.passages]
        bank = read_situations(snapshot.folder / SITUATIONS_FILE, ids)
        if bank.dropped:
            log.warning("%d situations name passages that the text does not have; they are left out.", bank.dropped)
        questions = read_questions(snapshot.folder / QUESTIONS_FILE, ids)
        steps = read_next_steps(snapshot.folder / NEXT_STEPS_FILE)
        if steps is None:
            general = read_next_steps(BUNDLED_DATA / NEXT_STEPS_FILE) or ()
            steps = tuple(step for step in general if not step.own)
        return cls(code, bank, questions, snapshot, steps)
