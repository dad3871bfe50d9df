"""Files that shoppers attached, for the shop's staff: to be saved, and by no browser shown or run as a page of this server."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Path
from fastapi.responses import Response

from assistant.outbound.enclosures import named_by
from retrieval.errors import NotFound

from .desk import AtDesk, Desk

router = APIRouter(include_in_schema=False)


@router.get("/files/{token}")
def file(token: Annotated[str, Path(max_length=1_000)], desk: AtDesk) -> Response:
    """What a shopper attached, by the signed link that a letter to the staff has. It ends after seven days, and with the conversation."""
    kept = desk.assistant.places.attachments
    if kept is None:
        raise gone()
    return to_save(desk, *named_by(token, kept))


def to_save(desk: Desk, session_id: str, number: int) -> Response:
    """The file as an attachment under its name; NotFound when it is not there."""
    kept = desk.assistant.places.attachments
    found = [one for one in kept.of(session_id) if one.number == number] if kept else []
    if kept is None or not found:
        raise gone()
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(found[0].name, '')}",
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return Response(kept.content(session_id, number), media_type=found[0].type, headers=headers)


def gone() -> NotFound:
    return NotFound("There is no such file.", fix="it may be erased with its conversation")
