"""Many requests that arrive at once."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor

from conduct.web.guard.bursts import BurstGate

CROWD = [f"/embed?{number}" for number in range(100)]


def run(work: Coroutine) -> None:
    """Run it in another thread: the browser tests leave a loop running in this one."""
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, work).result()


def begun(arrivals: list[str], cancelled: tuple[str, ...] = ()) -> list[str]:
    """The order in which requests that arrive together reach the app, four in each round of the loop."""
    order: list[str] = []

    async def app(scope: dict, receive: object, send: object) -> None:
        order.append(scope["path"])

    async def arrive() -> None:
        gate = BurstGate(app, most=4)
        tasks = {path: asyncio.create_task(gate({"type": "http", "path": path}, None, None)) for path in arrivals}
        await asyncio.sleep(0)
        for path in cancelled:
            tasks[path].cancel()
        await asyncio.wait_for(asyncio.gather(*tasks.values(), return_exceptions=True), timeout=60)
        # When all have begun, the gate is open for the next one.
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        await gate({"type": "http", "path": "/last"}, None, None)

    run(arrive())
    return order


def test_health_waits_for_one_group_and_not_for_the_crowd():
    """It arrives last, and is handled after the first four."""
    assert begun([*CROWD, "/healthz"]) == [*CROWD[:4], "/healthz", *CROWD[4:], "/last"]


def test_who_gives_up_meanwhile_holds_up_nobody():
    """All other requests are admitted, in order."""
    assert begun(CROWD, tuple(CROWD[4:50])) == [*CROWD[:4], *CROWD[50:], "/last"]


def test_what_is_no_request_passes():
    """The start and the end of the server."""
    order = []

    async def app(scope: dict, receive: object, send: object) -> None:
        order.append(scope["type"])

    run(BurstGate(app, most=0)({"type": "lifespan"}, None, None))
    assert order == ["lifespan"]
