"""A server in a process of its own, for the test that stops it: `python -m tests.ui.stopping_shop STORE` prints its address."""

from __future__ import annotations

import sys
from pathlib import Path

from ui.cli.serve import address, listen, run
from ui.http import create_app
from ui.lane import Lane

from .shop import open_shop

if __name__ == "__main__":
    with listen("127.0.0.1", 0) as listener, open_shop(Path(sys.argv[1])) as assistant:
        print(address(listener), flush=True)
        run(create_app(assistant, Lane()), listener)
