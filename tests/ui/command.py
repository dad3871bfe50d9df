"""The command `shop` in this process: as typed, but torch is imported and warm already, which takes seconds of every process."""

from __future__ import annotations

import io
import subprocess
import sys
from contextlib import chdir, redirect_stderr, redirect_stdout
from pathlib import Path
from unittest.mock import patch

from ui.cli import main

SHOP = str(Path(sys.executable).with_name("shop"))
Done = subprocess.CompletedProcess[str]


def shop(*arguments: str, given: str = "", cwd: Path | None = None) -> Done:
    """What `shop ARGUMENTS` in the folder `cwd`, with `given` on its standard input, prints and exits with."""
    out, err = _pipe(), _pipe()
    typed = io.TextIOWrapper(io.BytesIO(given.encode()), encoding="utf-8")
    code = 0
    with (
        chdir(cwd or Path.cwd()), patch.object(sys, "argv", ["shop", *arguments]), patch.object(sys, "stdin", typed),
        redirect_stdout(out), redirect_stderr(err),
    ):  # fmt: skip
        try:
            main()
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
    return subprocess.CompletedProcess(arguments, code, _read(out), _read(err))


def shop_process(*arguments: str, given: str = "", cwd: Path | None = None) -> Done:
    """The same in a process of its own, as an installed command."""
    return subprocess.run(
        [SHOP, *arguments], input=given, capture_output=True, text=True, cwd=cwd, timeout=240, check=False
    )


def _pipe() -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)


def _read(pipe: io.TextIOWrapper) -> str:
    pipe.flush()
    raw = pipe.buffer
    assert isinstance(raw, io.BytesIO)
    return raw.getvalue().decode()
