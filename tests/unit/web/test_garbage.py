"""Reference cycles with a question are collected without another request, and other objects are left alone."""

import asyncio
import gc
import weakref
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from types import SimpleNamespace

import pytest

from conduct.web.guard import garbage
from conduct.web.guard.garbage import ALL, ALL_EVERY, THRESHOLDS, YOUNG, collect_garbage

IS_THIS_TEST = ContextVar("IS_THIS_TEST", default=False)


class Ring:
    """Refers to itself, so that only garbage collection frees it."""

    def __init__(self) -> None:
        self.ring = self


def old_ring() -> weakref.ref:
    """A cycle in the oldest generation, which Python collects least often."""
    ring = Ring()
    gc.collect()
    return weakref.ref(ring)


def service(pending: int = 0, loading: bool = False) -> SimpleNamespace:
    """A service, as far as the collector uses it."""
    return SimpleNamespace(pending=pending, engine=SimpleNamespace(loading=loading, ready=not loading))


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[int | str]:
    """Calls of `gc`, which is replaced, by this test: servers of other tests may collect at any time."""
    asked: list[int | str] = []

    def note(call: int | str) -> None:
        if IS_THIS_TEST.get():
            asked.append(call)

    told = SimpleNamespace(
        collect=lambda generation=ALL: note(generation),
        freeze=lambda: note("freeze"),
        unfreeze=lambda: None,
        get_threshold=gc.get_threshold,
        set_threshold=lambda *thresholds: None,
    )
    monkeypatch.setattr(garbage, "gc", told)
    return asked


def after_looks(of: SimpleNamespace, wanted: int) -> tuple[bool, int]:
    """Whether an old ring is gone after so many looks, and how many objects are left alone while it runs."""

    async def run() -> tuple[bool, int]:
        looks = 0
        IS_THIS_TEST.set(True)

        async def sleep(seconds: float) -> None:
            nonlocal looks
            looks += 1
            if looks > wanted:
                await asyncio.Event().wait()
            await asyncio.sleep(0)

        # Of this module only: servers of other tests run in this process and sleep as well.
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(garbage, "asyncio", SimpleNamespace(sleep=sleep))
            async with collect_garbage(of):
                while looks <= wanted:
                    await asyncio.sleep(0)
                return ring() is None, gc.get_freeze_count()

    # In another thread: the browser tests leave a loop running in this one.
    with ThreadPoolExecutor(1) as pool:
        gc.disable()
        try:
            ring = old_ring()
            return pool.submit(asyncio.run, run()).result()
        finally:
            gc.enable()


def test_an_old_ring_goes_at_the_first_look_and_what_is_loaded_is_left_alone_from_then_on():
    """At least a thousand objects, in any Python; afterwards they can be collected again."""
    gone, frozen = after_looks(service(), 1)
    assert gone
    assert frozen > 1_000
    assert gc.get_freeze_count() == 0


@pytest.mark.parametrize("of", [service(pending=1), service(loading=True)], ids=["questions wait", "loading"])
def test_while_somebody_may_ask_nothing_is_frozen_and_nobody_waits_for_a_long_look(
    of: SimpleNamespace, calls: list[int | str]
):
    """Otherwise the question would be frozen for ever."""
    after_looks(of, 3)
    assert set(calls) <= {YOUNG}


@pytest.mark.parametrize(("pending", "frozen"), [(0, True), (1, False)])
def test_what_was_loaded_is_left_alone_before_anybody_is_answered(pending: int, frozen: bool):
    """Unless a question waits."""
    of, before = service(pending), gc.get_threshold()

    async def load() -> tuple[int, tuple]:
        async with collect_garbage(of, 60):
            of.engine.before_ready()
            return gc.get_freeze_count(), gc.get_threshold()

    with ThreadPoolExecutor(1) as pool:
        count, thresholds = pool.submit(asyncio.run, load()).result()
    assert (count > 0) is frozen
    assert (thresholds, gc.get_threshold()) == (THRESHOLDS, before)


class AlwaysAsked(SimpleNamespace):
    """A question waits at each collection except the first."""

    looks = 0

    @property
    def pending(self) -> int:
        """The number of questions that wait."""
        self.looks += 1
        return int(self.looks > 1)


@pytest.mark.parametrize(("looks", "at_all"), [(ALL_EVERY, 1), (ALL_EVERY + 1, 2)])
def test_where_somebody_always_asks_all_is_looked_through_once_in_a_while(
    looks: int, at_all: int, calls: list[int | str]
):
    """Otherwise old cycles would stay as long as questions are asked."""
    after_looks(AlwaysAsked(engine=service().engine), looks)
    assert calls.count(ALL) == at_all
