"""A Chatwoot inbox of the kind "API": conversations go into it by its public API, and its webhook brings what agents answer.

As Chatwoot's own code has it in 2025: app/controllers/public/api/v1/inboxes and lib/webhooks.
"""

from __future__ import annotations

import hmac
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote

import httpx
from pydantic import BaseModel, TypeAdapter, ValidationError

from retrieval.errors import BadInput

from .enclosures import Enclosure
from .handover import By
from .letters import Letter
from .review_alerts import Notice
from .webhook import PATIENCE, TIMEOUT_S, NotDelivered, NotGenuine, attempts, fresh

MESSAGE_LIMIT = 150_000  # characters of one message there


class _Message(BaseModel):
    content: str | None = None


class _Conversation(BaseModel):
    id: int
    messages: list[_Message] = []


_CONVERSATIONS = TypeAdapter(list[_Conversation])


class ByChatwoot:
    """An inbox by its identifier. A shopper's conversation is a contact there, whose source id is the session's."""

    by: By = "chatwoot"

    def __init__(
        self, url: str, inbox: str, *, timeout_s: float = TIMEOUT_S, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        base = f"{url.rstrip('/')}/public/api/v1/inboxes/{quote(inbox, '')}/"
        self._client = httpx.Client(base_url=base, timeout=timeout_s)
        self._timeout_s, self._sleep = timeout_s, sleep

    def deliver(self, letter: Letter, files: Sequence[Enclosure] = ()) -> str:
        self._tell(letter.session, f"Shopper {letter.reference}", letter.to_text(), letter.id, files)
        return letter.reference

    def tell(self, notice: Notice) -> None:
        self._tell("shopping-assistant", "Shopping assistant", f"{notice.subject}\n\n{notice.text}", notice.id)

    def close(self) -> None:
        self._client.close()

    def _tell(self, source: str, name: str, text: str, key: str, files: Sequence[Enclosure] = ()) -> None:
        attempts(self._timeout_s * PATIENCE, self._sleep)(self._once, source, name, text, key, files)

    def _once(self, source: str, name: str, text: str, key: str, files: Sequence[Enclosure]) -> None:
        """One message in the contact's conversation, which is made where there is none; none where one with this key stands there."""
        self._call("POST", "contacts", json={"source_id": source, "name": name})
        theirs = f"contacts/{quote(source, '')}/conversations"
        try:
            found = _CONVERSATIONS.validate_json(self._call("GET", theirs))
            if any(key in (one.content or "") for conversation in found for one in conversation.messages):
                return
            into = found[-1] if found else _Conversation.model_validate_json(self._call("POST", theirs, json={}))
        except ValidationError as error:
            raise self._failed("answers otherwise than Chatwoot does") from error
        mark = f"\n\n({key})"
        content = {"content": text[: MESSAGE_LIMIT - len(mark)] + mark}
        parts = [("attachments[]", (one.file.name, one.content, one.file.type)) for one in files]
        what: dict[str, Any] = {"data": content, "files": parts} if parts else {"json": content}
        self._call("POST", f"{theirs}/{into.id}/messages", **what)

    def _call(self, method: str, path: str, **what: Any) -> bytes:
        try:
            response = self._client.request(method, path, **what)
        except httpx.HTTPError as error:
            raise self._failed(f"did not answer: {error or type(error).__name__}", retryable=True) from error
        if response.is_success:
            return response.content
        again = response.status_code == 429 or response.status_code >= 500
        raise self._failed(f"answered {response.status_code}", retryable=again)

    def _failed(self, what: str, *, retryable: bool = False) -> NotDelivered:
        return NotDelivered(
            f"Chatwoot at {self._client.base_url.host} {what}.",
            fix="look at SHOP_HANDOFF_CHATWOOT and SHOP_HANDOFF_CHATWOOT_INBOX",
            retryable=retryable,
        )


@dataclass(frozen=True)
class AgentAnswer:
    """What an agent wrote. id: of the message there."""

    id: int
    session_id: str
    text: str


class _Sender(BaseModel):
    type: str | None = None


class _ContactInbox(BaseModel):
    source_id: str


class _Where(BaseModel):
    contact_inbox: _ContactInbox


class _Written(BaseModel):
    """A message that somebody of the team wrote to the shopper."""

    event: Literal["message_created"]
    id: int
    message_type: Literal["outgoing"]
    private: Literal[False]
    content: str | None
    sender: _Sender
    conversation: _Where


def agent_answer(body: bytes) -> AgentAnswer | None:
    """What an agent answers with this message of Chatwoot's webhook; None where it is anything else: the shopper's own words, a note
    among the team, what a bot says, another event. BadInput where it has no words, as a file alone has none."""
    try:
        said = _Written.model_validate_json(body)
    except ValidationError:
        return None
    if said.sender.type != "user":
        return None
    if not (said.content or "").strip():
        raise BadInput("A file without words does not come into the chat.", fix="answer in words")
    return AgentAnswer(said.id, said.conversation.contact_inbox.source_id, said.content or "")


def check_signature(secret: str, headers: Mapping[str, str], body: bytes) -> None:
    """NotGenuine unless Chatwoot has signed the message lately: HMAC-SHA256 of time and body, joined by a dot."""
    sent_at, given = headers.get("x-chatwoot-timestamp", ""), headers.get("x-chatwoot-signature", "")
    digest = hmac.new(secret.encode(), sent_at.encode() + b"." + body, "sha256").hexdigest()
    if not fresh(sent_at) or not hmac.compare_digest(f"sha256={digest}".encode(), given.encode()):
        raise NotGenuine(
            "The message is not signed with the secret of the inbox's webhook, or was signed too long ago.",
            fix="compare SHOP_HANDOFF_CHATWOOT_SECRET with the secret that Chatwoot shows for the inbox",
        )
