"""Attached files on their way to the shop's staff: each whole, and as a signed link that ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import jwt

from retrieval.errors import ShopError

from .attachments import Attachment, Attachments

LINK_LIFE = timedelta(days=7)
LINK_PATH = "files/"


class LinkEnded(ShopError):
    """A link to a file whose time is over, or that this shop never gave."""

    status, slug = 403, "link-ended"


@dataclass(frozen=True)
class Enclosure:
    """One file with what it holds. url: where it can be saved until `expires`; None where the server's own address is not set."""

    file: Attachment
    content: bytes
    url: str | None
    expires: datetime

    def to_json(self) -> dict[str, Any]:
        """What it is, for programs; not what it holds."""
        return {
            "number": self.file.number,
            "name": self.file.name,
            "type": self.file.type,
            "size": self.file.size,
            "sha256": sha256(self.content).hexdigest(),
            "url": self.url,
            "expires": self.expires.isoformat(timespec="seconds") if self.url else None,
        }


def enclosed(session_id: str, numbers: Sequence[int], kept: Attachments, server: str | None) -> tuple[Enclosure, ...]:
    """The files of these numbers that are still there, each with its link. server: the address of this one from outside."""
    expires = datetime.now(UTC) + LINK_LIFE
    return tuple(
        Enclosure(
            file,
            kept.content(session_id, file.number),
            server and f"{server.rstrip('/')}/{LINK_PATH}{signed(session_id, file.number, expires, kept)}",
            expires,
        )
        for file in kept.of(session_id)
        if file.number in numbers
    )


def signed(session_id: str, number: int, expires: datetime, kept: Attachments) -> str:
    """A token (JWT, HS256) that lets whoever has it save one file until then."""
    return jwt.encode({"session": session_id, "number": number, "exp": expires}, kept.link_key(), algorithm="HS256")


def named_by(token: str, kept: Attachments) -> tuple[str, int]:
    """The conversation and the number of the file that a token is for; LinkEnded when it is for none, or no longer."""
    try:
        claims = jwt.decode(token, kept.link_key(), algorithms=["HS256"], options={"require": ["exp"]})
    except jwt.InvalidTokenError as error:
        raise LinkEnded(
            "This link does not lead to the file, or no longer.", fix="save the file from the operator's page"
        ) from error
    return claims["session"], claims["number"]
