"""One revision of a dataset, read and checked."""

import logging
from dataclasses import dataclass

from conduct.dataset.files import NEXT_STEPS_FILE, QUESTIONS_FILE, SITUATIONS_FILE, check_files, read_text
from conduct.dataset.next_steps import Step, read_next_steps
from conduct.dataset.situations import MAX_BYTES, Bank, Question, read_questions, read_situations
from conduct.hub.find_dataset import BUNDLED_DATA
from conduct.hub.snapshot import Snapshot
from conduct.text.code import Code, parse

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class DatasetRevision:
    """One revision of the text with its situations and next steps."""

    code: Code
    bank: Bank
    snapshot: Snapshot
    next_steps: tuple[Step, ...] = ()

    @classmethod
    def read(cls, snapshot: Snapshot) -> "DatasetRevision":
        """Read a dataset folder. Raises DataError with one sentence if it cannot be used."""
        source = read_text(snapshot.folder, snapshot.text_file, snapshot.links_within)
        if source.note:
            log.warning("%s", source.note)
        code = parse(source.text)
        ids = [passage.id for passage in code.passages]
        bank = read_situations(snapshot.folder / SITUATIONS_FILE, ids)
        if bank.dropped:
            log.warning("%d situations name passages that the text does not have; they are left out.", bank.dropped)
        steps = read_next_steps(snapshot.folder / NEXT_STEPS_FILE)
        if steps is None:
            general = read_next_steps(BUNDLED_DATA / NEXT_STEPS_FILE) or ()
            steps = tuple(step for step in general if not step.own)
        return cls(code, bank, snapshot, steps)

    def read_questions(self) -> tuple[Question, ...]:
        """The labelled questions beside the text, which only fitting and evaluation need.

        Raises DataError with one sentence if they cannot be used.
        """
        check_files(self.snapshot.folder, {QUESTIONS_FILE: MAX_BYTES}, self.snapshot.folder)
        ids = [passage.id for passage in self.code.passages]
        return read_questions(self.snapshot.folder / QUESTIONS_FILE, ids)
