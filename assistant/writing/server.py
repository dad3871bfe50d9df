"""The writer that asks the large language model behind a server."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator

from ..reading.llm_server import ChatServer, ServerFailed
from .writer import TOKEN_LIMIT, Script, messages

PAUSE_S = 30.0  # after a failure nothing is asked for so long, so that not every turn waits for the time limit


class ServerWriter:
    """A Writer: the server's model drafts. `trouble` says what its last failure was, None when it writes."""

    def __init__(self, server: ChatServer, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._server, self._clock = server, clock
        self._resume_at = -float("inf")
        self.trouble: str | None = None

    def draft(self, script: Script) -> Generator[str, None, None]:
        """The model's words as they come; none while it is left alone after a failure."""
        if self._clock() < self._resume_at:
            return
        try:
            yield from self._server.stream(messages(script), token_limit=TOKEN_LIMIT)
        except ServerFailed as failure:
            self.trouble = f"{failure.detail} Replies are in composed words."
            self._resume_at = self._clock() + (PAUSE_S if failure.wait_s is None else failure.wait_s)
            raise
        self.trouble = None

    def close(self) -> None:
        """Lets go of the connections."""
        self._server.close()
