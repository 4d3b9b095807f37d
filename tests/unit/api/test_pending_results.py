"""Results of calls in two steps."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

from conduct.api.http_routes import PendingResults
from conduct.api.service import AskService
from conduct.errors import InferenceError


def test_an_error_after_the_first_step_comes_as_an_event():
    """The second step has begun by then, so that a status could no longer say it."""

    class Failing(AskService):
        async def call(self, name: str, arguments: object, is_disconnected: object = None) -> None:
            await asyncio.sleep(0)
            raise InferenceError("No answer: ask again.")

    async def begin_and_fetch() -> list[str]:
        results = PendingResults(Failing(engine=None))
        return [event async for event in results.fetch(await results.begin("ask", {"question": "an accent"}))]

    # In another thread: the browser tests leave a loop running in this one.
    with ThreadPoolExecutor(1) as pool:
        events = pool.submit(asyncio.run, begin_and_fetch()).result()
    assert events == ['event: error\ndata: {"error": "No answer: ask again."}\n\n']
