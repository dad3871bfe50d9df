"""Page and widget from a process of their own that a test may kill: `python -m tests.ui.killed_shop STORE PORT`.

Conversations are kept in a file beside the store. It prints its address, and reads messages as `SlowReader` does.
"""

from __future__ import annotations

import sys
from pathlib import Path

from assistant.sessions_sql import SqlSessions
from ui.cli.serve import address, listen, site
from ui.server import run

from .shop import open_shop
from .stopping_shop import SlowReader

if __name__ == "__main__":
    path, port = Path(sys.argv[1]), int(sys.argv[2])
    sessions = SqlSessions(f"sqlite:///{path}-sessions.db")
    with listen("127.0.0.1", port) as listener, open_shop(path, parser=SlowReader(), sessions=sessions) as assistant:
        print(address(listener), flush=True)
        run(site(assistant), listener, shutdown_s=0)
