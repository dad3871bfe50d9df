"""One small store for all tests of the border."""

from __future__ import annotations

from pathlib import Path

import pytest

from .shop import build_store


@pytest.fixture(scope="session")
def small_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("shop") / "store"
    build_store(path)
    return path
