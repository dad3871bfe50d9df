"""The process that serves: until it is told to stop, and then until the answers under way are given."""

from __future__ import annotations

import signal
import socket
import sys

import uvicorn
from fastapi import FastAPI

CLOSING_S = 2  # beyond the time for answers: so long connections may take to close


class Server(uvicorn.Server):
    """Tells the app first that it stops, for streams that would otherwise go on for ever."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for stop in self.config.app.state.at_stop:  # type: ignore[union-attr]  # ours, a FastAPI
            stop()
        await super().shutdown(sockets)


def run(app: FastAPI, listener: socket.socket, shutdown_s: int) -> None:
    """Serve until SIGINT or SIGTERM; answers under way get shutdown_s to finish, and whoever called gets to close what is open."""
    # uvicorn raises the signal again once it has stopped; by default SIGTERM would then end the process before the store is closed.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,  # the app itself believes the proxies that the settings name
        ws="none",
        timeout_graceful_shutdown=shutdown_s + CLOSING_S,
    )
    Server(config).run(sockets=[listener])
