"""A PostgreSQL of the tests' own, from Debian's packages: made in a folder, on a free port of loopback, gone afterwards."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

OWNER = "postgres"  # the user that Debian's package makes: the server does not run as root


def programs() -> Path | None:
    """The folder of the newest server's programs; None where there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    return found[-1].parent if found else None


def why_not() -> str | None:
    """Why no server can be started here; None when one can."""
    if programs() is None:
        return "no PostgreSQL: apt-get install postgresql, as `make postgres` does"
    if find_spec("psycopg") is None:
        return "no driver for PostgreSQL: pip install 'psycopg[binary]'"
    if os.geteuid() == 0 and not shutil.which("runuser"):
        return "PostgreSQL does not run as root, and there is no runuser to start it as another"
    return None


@contextmanager
def running() -> Iterator[str]:
    """The SQLAlchemy URL of an empty database, in a folder of the system's temporary one, which the server's user can reach."""
    bin_ = programs()
    assert bin_ is not None
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with TemporaryDirectory(prefix="postgres-") as folder:
        if os.geteuid() == 0:
            shutil.chown(folder, OWNER)
        data = Path(folder) / "data"
        _run(
            bin_ / "initdb",
            "--pgdata",
            data,
            "--username",
            OWNER,
            "--auth",
            "trust",
            "--no-sync",
            "--no-locale",
            "-E",
            "UTF8",
        )
        options = f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories='' -c fsync=off"
        _run(bin_ / "pg_ctl", "--pgdata", data, "--wait", "--log", f"{data}.log", "--options", options, "start")
        try:
            yield f"postgresql+psycopg://{OWNER}@127.0.0.1:{port}/postgres"
        finally:
            _run(bin_ / "pg_ctl", "--pgdata", data, "--mode", "immediate", "stop")


def _run(*command: object) -> None:
    as_owner = ["runuser", "-u", OWNER, "--"] if os.geteuid() == 0 else []
    done = subprocess.run(
        [*as_owner, *map(str, command)], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        text=True, cwd="/", check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
