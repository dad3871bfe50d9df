"""The demo shop's store, built once for all test processes, and a copy for each, since only one process may open a store."""

from __future__ import annotations

import os
from pathlib import Path
from shutil import copytree, ignore_patterns

import pytest
from filelock import FileLock

from ui.cli.demo import demo_store


@pytest.fixture(scope="session")
def demo_shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a copy of the demo shop's store is. The one that people talk to, which a server may have open, is left alone."""
    own = tmp_path_factory.getbasetemp()
    shared = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own
    with FileLock(shared / "demo-store.lock"):
        return copytree(demo_store(shared / "demo-store"), own / "demo-copy", ignore=ignore_patterns("lock*"))
