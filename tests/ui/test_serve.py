"""`shop serve`: where it listens, what it says, where conversations are kept."""

from __future__ import annotations

import asyncio
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI

from assistant import Assistant
from retrieval.errors import BadInput
from ui.cli.llm import settings_for
from ui.cli.serve import address, listen, site

from .live import served
from .shop import open_shop

Running = subprocess.Popen[str]
Start = Callable[..., AbstractContextManager[tuple[Running, str]]]


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


@pytest.fixture
def stopping(small_store: Path, tmp_path: Path) -> Start:
    """Starts a server over a copy of the small store and gives it with its address."""
    store = shutil.copytree(small_store, tmp_path / "store")

    @contextmanager
    def start(shutdown_s: int = 100) -> Iterator[tuple[Running, str]]:
        command = [sys.executable, "-m", "tests.ui.stopping_shop", str(store), str(shutdown_s)]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
        with subprocess.Popen(command, text=True, **pipes) as server:  # type: ignore[call-overload]
            try:
                yield server, server.stdout.readline().strip()
            finally:
                server.kill()
        assert not (store / "lock.json").exists()

    return start


def closed(address: str) -> bool:
    """Whether no connection is taken any more; one that was taken while the server closed its door gets no answer."""
    try:
        with suppress(httpx.RemoteProtocolError, httpx.ReadError):
            httpx.get(f"{address}/healthz")
    except httpx.ConnectError:
        return True
    return False


@pytest.mark.parametrize(("told", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, -signal.SIGINT)])
def test_a_server_told_to_stop_lets_go_of_its_store(stopping: Start, told: signal.Signals, code: int) -> None:
    with stopping() as (server, address):
        assert httpx.get(f"{address}/readyz").status_code == 200
        server.send_signal(told)
        assert server.wait(100) == code


def test_a_server_told_to_stop_finishes_the_turn_under_way_and_the_one_in_line(stopping: Start) -> None:
    with stopping() as (server, address), ThreadPoolExecutor() as shoppers:

        def ask(stream: bool) -> httpx.Response:
            return httpx.post(f"{address}/v1/chat", json={"message": "a lamp", "stream": stream}, timeout=100)

        assert server.stdin is not None
        assert server.stdout is not None
        streamed = shoppers.submit(ask, True)
        assert server.stdout.readline() == "reading\n"
        waiting = shoppers.submit(ask, False)
        while "shop_line_length 2.0" not in httpx.get(f"{address}/metrics").text:
            pass
        server.send_signal(signal.SIGTERM)
        while not closed(address):
            pass
        print("\n", file=server.stdin, flush=True)  # a line for each
        answers = streamed.result(), waiting.result()
        assert server.wait(100) == 0
    assert [answer.status_code for answer in answers] == [200, 200]
    assert "event: done" in answers[0].text
    assert answers[1].json()["turn"] == 1


def test_a_stop_does_not_wait_for_open_pages(small_store: Path) -> None:
    begun = threading.Event()

    def hear(address: str) -> str:
        with httpx.stream("GET", f"{address}/gradio_api/heartbeat/tab1", timeout=60) as heart:
            beats = heart.iter_text()
            first = next(beats)
            begun.set()
            return first + "".join(beats)

    async def made(shop: Assistant) -> FastAPI:  # in a loop: without one, Gradio opens some that it never closes
        return site(shop)

    with open_shop(small_store) as shop, ThreadPoolExecutor() as tabs:
        with served(asyncio.run(made(shop))) as address:
            heard = tabs.submit(hear, address)
            assert begun.wait(60)
        assert "ALIVE" in heard.result()  # ended, and not cut off
