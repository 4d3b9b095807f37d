"""Serves in a thread, for loopback servers of tests."""

import threading
from socketserver import BaseServer

# By default `shutdown` waits up to half a second.
POLL_SECONDS = 0.01


def serve_in_background(server: BaseServer) -> None:
    """Serve until `server.shutdown()`, in a thread that ends with the process at the latest."""
    threading.Thread(target=server.serve_forever, args=[POLL_SECONDS], daemon=True).start()
