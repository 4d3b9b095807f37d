"""A crowd that arrives at once is let in a few at a time, so that health need not wait for all of it. Pure ASGI."""

import asyncio
from collections import deque

from starlette.types import ASGIApp, Receive, Scope, Send

# Each takes the loop a millisecond or two before it waits for something. Health waits for some five such groups: until
# its connection is taken, its request read and its answer begun.
MAX_BEGUN = 2
HEALTH = "/healthz"


class BurstGate:
    """Begins MAX_BEGUN requests in a round of the event loop, in order, and health at once."""

    def __init__(self, app: ASGIApp, most: int = MAX_BEGUN) -> None:
        self._app = app
        self._most = most
        self._begun = 0
        self._waiting: deque[asyncio.Future[None]] = deque()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, in its turn."""
        if scope["type"] == "http" and scope["path"] != HEALTH:
            if not self._begun:
                asyncio.get_running_loop().call_soon(self._next_round)
            self._begun += 1
            if self._begun > self._most:
                turn = asyncio.get_running_loop().create_future()
                self._waiting.append(turn)
                await turn
        await self._app(scope, receive, send)

    def _next_round(self) -> None:
        going = 0
        while self._waiting and going < self._most:
            turn = self._waiting.popleft()
            # Whoever was cancelled meanwhile takes nobody's place.
            if not turn.done():
                turn.set_result(None)
                going += 1
        self._begun = going + len(self._waiting)
        if self._begun:
            asyncio.get_running_loop().call_soon(self._next_round)
