"""A shop's own server for signed messages, on loopback: it checks each as docs/checkout.md says and takes each id once."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

from tests.loopback import LoopbackServer

LATE, BROKEN = -1, 0
SECRET = "whsec_plJ3nmyCDGBKInavdOK15jslplJ3nmyCDGBKInavdOK15jsl"
DOCUMENTED = Path(__file__).resolve().parents[1] / "docs" / "checkout.md"


def documented_check() -> Callable[[bytes, Mapping[str, str], str], bool]:
    """The function `genuine` that the documentation gives to shops."""
    code = re.search(r"```python\n(.*?)```", DOCUMENTED.read_text(encoding="utf-8"), re.DOTALL)
    assert code
    names: dict[str, Any] = {}
    exec(code.group(1), names)
    genuine: Callable[[bytes, Mapping[str, str], str], bool] = names["genuine"]
    return genuine


class WebhookServer(LoopbackServer):
    """Serves until `close`. answer: what it says to a message that it took. statuses: of the next answers instead; LATE: none comes
    while the server runs. lost: how many of the next connections break after the message was taken.

    tries: ids in the order in which they came. taken: bodies by id, each once. refused: how many were not genuine.
    """

    def __init__(self, answer: object = None) -> None:
        self.answer: object = {} if answer is None else answer
        self.statuses: list[int] = []
        self.lost = 0
        self.tries: list[str] = []
        self.taken: dict[str, dict[str, Any]] = {}
        self.refused = 0
        self._genuine, self._closing = documented_check(), threading.Event()
        super().__init__(self._handler())

    @property
    def url(self) -> str:
        return f"{self.address}/hook"

    def close(self) -> None:
        self._closing.set()
        super().close()

    def take(self, headers: Mapping[str, str], body: bytes) -> int:
        """The status of the answer; LATE or BROKEN when there is to be none."""
        self.tries.append(headers["webhook-id"])
        if not self._genuine(body, headers, SECRET):
            self.refused += 1
            return 401
        if self.statuses:
            return self.statuses.pop(0)
        self.taken.setdefault(headers["webhook-id"], json.loads(body))
        if self.lost:
            self.lost -= 1
            return BROKEN
        return 200

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                status = outer.take(self.headers, self.rfile.read(int(self.headers["Content-Length"])))
                if status == LATE:
                    outer._closing.wait()
                if status in (LATE, BROKEN):
                    self.close_connection = True
                    return
                raw = outer.answer if isinstance(outer.answer, bytes) else json.dumps(outer.answer).encode()
                written = raw if status == 200 else b""
                self.send_response(status)
                self.send_header("Content-Length", str(len(written)))
                self.end_headers()
                self.wfile.write(written)

            def log_message(self, *_: object) -> None:
                pass

        return Handler
