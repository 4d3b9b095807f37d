"""The order of calls, counted in units of work, with a clock that the tests set."""

import asyncio

import pytest

from conduct.api.turns import (
    MAX_PART_QUESTIONS,
    MAX_PART_WORK,
    OVERTAKING,
    FairTurns,
    in_parts,
    places_of,
    work_of,
)
from tests.support.tooling import run

LONG, SHORT = work_of("x" * 1_000), work_of("x")


class Served:
    """Calls that hold their turn until they are released, in the order in which they got it."""

    def __init__(self, turns: FairTurns) -> None:
        self.turns = turns
        self.order: list[str] = []
        self._going: dict[str, asyncio.Event] = {}
        self.tasks: dict[str, asyncio.Task] = {}

    async def arrive(self, name: str, work: int) -> None:
        """A call arrives."""
        self._going[name] = asyncio.Event()
        self.tasks[name] = asyncio.create_task(self._hold(name, work))
        await asyncio.sleep(0)
        await asyncio.sleep(0)

    async def go(self, name: str) -> None:
        """A call ends."""
        self._going[name].set()
        await self.tasks[name]
        await asyncio.sleep(0)

    async def _hold(self, name: str, work: int) -> None:
        async with self.turns.turn(work):
            self.order.append(name)
            await self._going[name].wait()


def test_a_short_question_comes_before_all_long_ones_that_wait():
    """However many there are: it waits for one call, not for two hundred."""

    async def crowd() -> list[str]:
        served = Served(FairTurns(calls=1))
        for number in range(200):
            await served.arrive(f"long {number}", LONG)
        await served.arrive("short", SHORT)
        await served.go("long 0")
        for task in served.tasks.values():
            task.cancel()
        return served.order

    assert run(crowd()) == ["long 0", "short"]


def test_a_long_question_is_not_overtaken_for_ever():
    """Only by the amount of work that OVERTAKING allows, although a new short one comes after each that is done."""

    async def stream() -> int:
        served = Served(FairTurns(calls=1))
        await served.arrive("first", SHORT)
        await served.arrive("long", LONG)
        current, number = "first", 0
        while "long" not in served.order:
            number += 1
            await served.arrive(f"short {number}", SHORT)
            await served.go(current)
            current = served.order[-1]
        for task in served.tasks.values():
            task.cancel()
        return number

    assert run(stream()) <= OVERTAKING * LONG + 1


def test_equal_calls_come_in_the_order_of_arrival():
    """First come, first served."""

    async def three() -> list[str]:
        served = Served(FairTurns(calls=1))
        for name in "abc":
            await served.arrive(name, SHORT)
        for name in "abc":
            await served.go(name)
        return served.order

    assert run(three()) == ["a", "b", "c"]


def test_what_runs_at_once_is_bounded_by_calls_and_by_work():
    """But a call always runs if no other does, however large it is."""

    async def at_once(calls: int, most: int, work: int) -> int:
        served = Served(FairTurns(calls=calls, work=most))
        for number in range(10):
            await served.arrive(str(number), work)
        for task in served.tasks.values():
            task.cancel()
        return len(served.order)

    assert run(at_once(3, 100, 1)) == 3
    assert run(at_once(10, 5, 2)) == 2
    assert run(at_once(10, 5, 6)) == 1


def test_who_is_cancelled_leaves_no_place_taken():
    """While it waits, while it runs, and at the moment when it is admitted."""

    async def leave() -> tuple[list[str], float]:
        turns = FairTurns(calls=1)
        served = Served(turns)
        for name in ("running", "waiting", "let in", "last"):
            await served.arrive(name, SHORT)
        served.tasks["waiting"].cancel()
        served.tasks["running"].cancel()
        # "let in" has been admitted or is next; its task has not run since.
        await asyncio.sleep(0)
        served.tasks["let in"].cancel()
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        await served.go("last")
        return served.order[-1:], turns.seconds_left

    assert run(leave()) == (["last"], 0.0)


@pytest.mark.parametrize("seconds_per_unit", [0.002, 0.1])
def test_seconds_left_follow_what_was_measured(seconds_per_unit: float):
    """Within a factor of two once a few hundred units are done, whatever the first guess was."""

    async def measure() -> float:
        now = 0.0
        turns = FairTurns(calls=2, clock=lambda: now)
        served = Served(turns)
        works = {str(number): number % 3 + 1 for number in range(300)}
        for name, work in works.items():
            await served.arrive(name, work)
        for done in range(200):
            name = served.order[done]
            now += works[name] * seconds_per_unit
            await served.go(name)
        left = sum(works[name] for name in works if name not in served.order[:200]) * seconds_per_unit
        ratio = turns.seconds_left / left
        for task in served.tasks.values():
            task.cancel()
        return ratio

    assert 0.5 < run(measure()) < 2


@pytest.mark.parametrize("lengths", [[1] * 64, [1_000] * 64, [1, 1_000] * 32, [999]])
def test_parts_keep_the_order_and_their_bounds(lengths: list[int]):
    """Nothing is lost, and no part is larger than the limit."""
    questions = [str(number % 10) * length for number, length in enumerate(lengths)]
    parts = in_parts(questions)
    assert [question for part in parts for question in part] == questions
    assert all(len(part) <= MAX_PART_QUESTIONS for part in parts)
    assert all(sum(map(work_of, part)) <= MAX_PART_WORK for part in parts)


def test_a_draft_is_a_part_of_its_own():
    """A text that is longer than a question; its neighbours are grouped as usual."""
    draft = "x" * 1_001
    assert in_parts(["a", draft, "b", "c", draft, draft]) == [["a"], [draft], ["b", "c"], [draft], [draft]]


@pytest.mark.parametrize(("length", "places"), [(1, 1), (1_000, 1), (1_001, 2), (10_000, 10)])
def test_a_draft_takes_as_many_places_as_it_is_questions_long(length: int, places: int):
    """So the number of characters that can wait stays the same."""
    assert places_of("x" * length) == places
