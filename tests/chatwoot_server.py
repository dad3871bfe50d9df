"""A stand-in for a Chatwoot server on loopback: the public calls of an inbox of the kind API, and its webhook, as Chatwoot has them."""

from __future__ import annotations

import hmac
import json
import re
import time
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler
from typing import Any

from tests.loopback import LoopbackServer

INBOX, SECRET = "inbox-identifier", "a secret that Chatwoot made"
_PATH = re.compile(
    rf"/public/api/v1/inboxes/{INBOX}/contacts(?:/([^/]+)/conversations(?:/([0-9]+)/messages)?)?"  # of a contact; of a conversation
)


class ChatwootServer(LoopbackServer):
    """Serves until `close`. statuses: of the next answers instead. tries: calls so far.

    contacts: names by source id. messages: of each contact's only conversation, in order, with the names of their files.
    """

    def __init__(self) -> None:
        self.statuses: list[int] = []
        self.tries: list[str] = []
        self.contacts: dict[str, str] = {}
        self.conversations: dict[str, int] = {}  # numbers by source id
        self.messages: dict[int, list[dict[str, Any]]] = {}
        super().__init__(self._handler())

    def take(self, method: str, path: str, kind: str, body: bytes) -> tuple[int, Any]:
        """Status and JSON of the answer."""
        self.tries.append(f"{method} {path}")
        if self.statuses:
            return self.statuses.pop(0), {}
        found = _PATH.fullmatch(path)
        if found is None:
            return 404, {"error": "Resource could not be found"}
        source, number = found.groups()
        if source is None:
            given = json.loads(body)
            self.contacts.setdefault(given["source_id"], given["name"])
            return 200, {
                "source_id": given["source_id"],
                "pubsub_token": "p",
                "id": 1,
                "name": given["name"],
                "email": None,
            }
        if source not in self.contacts:
            return 404, {"error": "Resource could not be found"}
        if number is not None:
            assert self.conversations[source] == int(number)
            return 200, self._message(int(number), kind, body)
        if method == "POST":
            self.conversations[source] = len(self.conversations) + 17
            self.messages[self.conversations[source]] = []
            return 200, self._conversation(source)
        return 200, [self._conversation(source)] if source in self.conversations else []

    def webhook(self, source: str, text: str | None, **other: Any) -> tuple[bytes, dict[str, str]]:
        """Body and headers of what Chatwoot sends when an agent has written to the contact, or what else is given."""
        message = {
            "event": "message_created",
            "account": {"id": 1, "name": "Lamps"},
            "content": text,
            "content_type": "text",
            "content_attributes": {},
            "id": 91,
            "message_type": "outgoing",
            "private": False,
            "inbox": {"id": 3, "name": "Chat"},
            "sender": {"id": 5, "name": "Kim", "email": "kim@shop.example", "type": "user"},
            "conversation": {
                "id": 17,
                "channel": "Channel::Api",
                "status": "open",
                "contact_inbox": {"id": 8, "contact_id": 9, "inbox_id": 3, "source_id": source, "pubsub_token": "p"},
            },
        }
        body, at = json.dumps(message | other).encode(), str(int(time.time()))
        digest = hmac.new(SECRET.encode(), f"{at}.".encode() + body, "sha256").hexdigest()
        headers = {"X-Chatwoot-Timestamp": at, "X-Chatwoot-Signature": f"sha256={digest}", "X-Chatwoot-Delivery": "d_1"}
        return body, headers | {"Content-Type": "application/json"}

    def _conversation(self, source: str) -> dict[str, Any]:
        number = self.conversations[source]
        kept = [{"id": at, **one, "message_type": 0} for at, one in enumerate(self.messages[number])]
        return {
            "id": number,
            "inbox_id": 3,
            "contact_last_seen_at": 0,
            "status": "open",
            "messages": kept,
            "contact": {},
        }

    def _message(self, number: int, kind: str, body: bytes) -> dict[str, Any]:
        if kind == "application/json":
            made = {"content": json.loads(body)["content"], "files": []}
        else:
            parts = message_from_bytes(f"Content-Type: {kind}\r\n\r\n".encode() + body, policy=policy.HTTP)
            named = {part.get_param("name", header="content-disposition"): part for part in parts.iter_parts()}  # type: ignore[attr-defined]
            file = named["attachments[]"]
            content = named["content"].get_payload(decode=True).decode()
            made = {
                "content": content,
                "files": [(file.get_filename(), file.get_content_type(), file.get_payload(decode=True))],
            }
        self.messages[number].append(made)
        return {
            "id": len(self.messages[number]),
            "content": made["content"],
            "message_type": 0,
            "conversation_id": number,
        }

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                status, said = outer.take(self.command, self.path, self.headers.get("Content-Type", ""), body)
                written = json.dumps(said).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(written)))
                self.end_headers()
                self.wfile.write(written)

            do_POST = do_GET

            def log_message(self, *_: object) -> None:
                pass

        return Handler
