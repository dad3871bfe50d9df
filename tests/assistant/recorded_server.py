"""A real HTTP server on this machine that gives recorded answers in order and keeps what it was asked."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Recorded:
    """One answer. stalls: the body's last byte is held back until the server is stopped."""

    body: str = ""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=lambda: {"content-type": "application/json"})
    stalls: bool = False


@dataclass(frozen=True)
class Asked:
    """One request as it came in."""

    path: str
    headers: Mapping[str, str]
    body: Any


def completion(text: str) -> Recorded:
    """A whole chat completion with this text."""
    return Recorded(
        json.dumps({"id": "c1", "choices": [{"index": 0, "message": {"role": "assistant", "content": text}}]})
    )


def streamed(*pieces: str) -> Recorded:
    """The same as server-sent events, one a piece, after a first one that names the role only."""
    deltas: list[dict[str, str]] = [{"role": "assistant"}, *({"content": piece} for piece in pieces)]
    events = [json.dumps({"choices": [{"index": 0, "delta": delta}]}, ensure_ascii=False) for delta in deltas]
    usage = json.dumps({"choices": [], "usage": {"total_tokens": 9}})
    body = "".join(f"data: {event}\n\n" for event in [*events, usage, "[DONE]"])
    return Recorded(body, headers={"content-type": "text/event-stream; charset=utf-8"})


class RecordedServer:
    """`url` to ask at; `asked` in order. With no answer left it answers 500."""

    def __init__(self, *answers: Recorded) -> None:
        self._answers = list(answers)
        self.asked: list[Asked] = []
        self.stopping = threading.Event()
        self.http = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self.http.server_address[1]}/v1"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        recorded = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["content-length"])))
                recorded.asked.append(Asked(self.path, dict(self.headers), body))
                self._give(recorded._answers.pop(0) if recorded._answers else Recorded(status=500))

            def _give(self, answer: Recorded) -> None:
                body = answer.body.encode()
                self.send_response(answer.status)
                for name, value in {**answer.headers, "content-length": str(len(body) + answer.stalls)}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)
                self.wfile.flush()
                if answer.stalls:
                    recorded.stopping.wait()
                    self.close_connection = True

            def log_message(self, format: str, *args: object) -> None:
                """Quiet: the test says what went wrong."""

        return Handler


@contextmanager
def recorded(*answers: Recorded) -> Iterator[RecordedServer]:
    """The server, answering until the block ends."""
    server = RecordedServer(*answers)
    thread = threading.Thread(target=server.http.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.stopping.set()
        server.http.shutdown()
        thread.join()
        server.http.server_close()
