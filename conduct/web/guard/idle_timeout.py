"""Connections on which nobody asks, or nobody reads, are closed: uvicorn itself waits for both without end."""

import asyncio

# Half a request is given this long. A browser sends a whole one at once.
SECONDS = 15.0
# A response that is not read at all for so long is given up: what is not sent yet is held in memory.
UNREAD_SECONDS = 60.0


def with_idle_timeout(protocol: type, seconds: float = SECONDS, unread_seconds: float = UNREAD_SECONDS) -> type:
    """uvicorn's `protocol`, hanging up on who has sent no whole request, or read nothing, after so many seconds."""

    class WithIdleTimeout(protocol):
        _timer: asyncio.TimerHandle | None = None
        _unread_timer: asyncio.TimerHandle | None = None

        def connection_made(self, transport: asyncio.Transport) -> None:
            super().connection_made(transport)
            self._wait()

        def on_response_complete(self) -> None:
            answered = self.cycle
            super().on_response_complete()
            # Not the next one, which a client may have sent along. The connection, which stays open, would hold the
            # question, in a ring: the request's cycle knows the connection.
            if self.cycle is answered:
                self.cycle = self.scope = None
            self._wait()

        def connection_lost(self, error: Exception | None) -> None:
            self._timer.cancel()
            if self._unread_timer is not None:
                self._unread_timer.cancel()
            super().connection_lost(error)

        def pause_writing(self) -> None:
            """The other side reads more slowly than we write: asyncio's buffer is full."""
            super().pause_writing()
            # Not close, which would wait until all has been read.
            self._unread_timer = self.loop.call_later(unread_seconds, self.transport.abort)

        def resume_writing(self) -> None:
            super().resume_writing()
            self._unread_timer.cancel()

        def _wait(self) -> None:
            if self._timer is not None:
                self._timer.cancel()
            self._timer = self.loop.call_later(seconds, self._close_if_idle)

        def _close_if_idle(self) -> None:
            # A request that is being answered may take as long as it takes: streams do.
            if self.cycle is None or self.cycle.response_complete:
                self.transport.close()

    return WithIdleTimeout
