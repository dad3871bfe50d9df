"""A server in a process of its own, for the tests that stop it: `python -m tests.ui.stopping_shop STORE SHUTDOWN_S`.

It prints its address, and "reading" when it reads a message; what was read is known once a line comes in.
"""

from __future__ import annotations

import signal
import sys
from pathlib import Path

from assistant.model import DialogueState, Parse
from tests.fakes import said
from ui.cli.serve import address, listen
from ui.http import create_app
from ui.lane import Lane
from ui.server import run
from ui.settings import ServerSettings

from .shop import open_shop


class SlowReader:
    def parse(self, message: str, state: DialogueState) -> Parse:
        print("reading", flush=True)
        sys.stdin.readline()
        return said("search", product="desk lamp")


if __name__ == "__main__":
    # As from a terminal: a shell starts what runs in its background deaf to it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    settings = ServerSettings(shutdown_s=int(sys.argv[2]))
    with listen("127.0.0.1", 0) as listener, open_shop(Path(sys.argv[1]), parser=SlowReader()) as assistant:
        print(address(listener), flush=True)
        run(create_app(assistant, Lane(), settings=settings), listener, settings.shutdown_s)
