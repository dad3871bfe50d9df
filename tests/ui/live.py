"""A real server on a free port, in a thread of this process, and a lane that somebody else is served in."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import uvicorn
from fastapi import FastAPI

from ui.lane import Lane
from ui.server import Server


@contextmanager
def served(app: FastAPI, port: int = 0) -> Iterator[str]:
    """The address of `app`, answering until the block ends."""
    with socket.create_server(("127.0.0.1", port)) as listener:
        server = Server(uvicorn.Config(app, log_level="warning", ws="none", timeout_graceful_shutdown=5))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


@contextmanager
def held(lane: Lane) -> Iterator[None]:
    """Somebody's turn is under way in the lane until the block ends."""
    begun, door = threading.Event(), threading.Event()

    def turn() -> None:
        begun.set()
        door.wait()

    with ThreadPoolExecutor() as others:
        served = others.submit(asyncio.run, lane.run(turn))
        assert begun.wait(60)
        try:
            yield
        finally:
            door.set()
            served.result()
