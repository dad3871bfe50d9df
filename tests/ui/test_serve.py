"""`shop serve`: where it listens, what it says, where conversations are kept."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from retrieval.errors import BadInput
from ui.cli.serve import address, listen, settings_for


def test_a_taken_port_is_an_error_that_names_it_and_the_next_one() -> None:
    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(BadInput) as caught:
            listen("127.0.0.1", port)
    assert f"port {port}" in caught.value.detail
    assert "--port" in caught.value.fix


def test_a_host_that_is_not_of_this_machine_is_an_error() -> None:
    with pytest.raises(BadInput, match=r"203\.0\.113\.1"):
        listen("203.0.113.1", 8000)


def test_the_address_can_be_opened_on_this_machine_even_when_all_are_listened_on() -> None:
    with listen("0.0.0.0", 0) as listener:
        port = listener.getsockname()[1]
        assert address(listener) == f"http://127.0.0.1:{port}"
        with socket.create_connection(("127.0.0.1", port), timeout=5):
            pass


def test_conversations_are_kept_beside_the_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SHOP_SESSIONS_URL", raising=False)
    assert settings_for(tmp_path / "lamps").sessions_url == f"sqlite:///{tmp_path}/lamps-sessions.db"


def test_a_place_set_for_conversations_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_SESSIONS_URL", "sqlite:///elsewhere.db")
    assert settings_for(tmp_path).sessions_url == "sqlite:///elsewhere.db"


@pytest.mark.parametrize(("told", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, -signal.SIGINT)])
def test_a_server_told_to_stop_lets_go_of_its_store(
    small_store: Path, tmp_path: Path, told: signal.Signals, code: int
) -> None:
    store = shutil.copytree(small_store, tmp_path / "store")
    command = [sys.executable, "-m", "tests.ui.stopping_shop", str(store)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        assert server.stdout is not None
        address = server.stdout.readline().strip()
        assert httpx.get(f"{address}/readyz").status_code == 200
        assert (store / "lock.json").exists()
        server.send_signal(told)
        assert server.wait(100) == code
    assert not (store / "lock.json").exists()
