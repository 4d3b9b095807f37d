"""Connections on which nobody asks anything are closed: uvicorn itself waits for a request without end."""

import asyncio

# Half a request is given this long. A browser sends a whole one at once.
SECONDS = 15.0


def with_idle_timeout(protocol: type, seconds: float = SECONDS) -> type:
    """uvicorn's `protocol`, hanging up on who has sent no whole request after so many seconds."""

    class Impatient(protocol):
        _timer: asyncio.TimerHandle | None = None

        def connection_made(self, transport: asyncio.Transport) -> None:
            super().connection_made(transport)
            self._wait()

        def on_response_complete(self) -> None:
            super().on_response_complete()
            self._wait()

        def connection_lost(self, error: Exception | None) -> None:
            self._timer.cancel()
            super().connection_lost(error)

        def _wait(self) -> None:
            if self._timer is not None:
                self._timer.cancel()
            self._timer = self.loop.call_later(seconds, self._close_if_idle)

        def _close_if_idle(self) -> None:
            # A request that is being answered may take as long as it takes: streams do.
            if self.cycle is None or self.cycle.response_complete:
                self.transport.close()

    return Impatient
