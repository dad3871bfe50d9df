"""The operator's page of the assistant's state, with the buttons that pause it; and the conversations whole, as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response, StreamingResponse

from retrieval.errors import NotFound

from ..desk import AtDesk, Desk
from ..opening import EVERYWHERE
from ..status import status_of
from . import door
from .pages import render
from .sheets import attached
from .window import Days, Window

router = APIRouter(prefix=door.HOME, route_class=door.Guarded, include_in_schema=False)


@dataclass(frozen=True)
class Switch:
    """A line of the page. since: when the operator paused it; None where messages are taken. turns: today's, of so many at most."""

    site: str
    name: str
    since: datetime | None
    turns: int = 0
    most: int | None = None


@router.get("/status")
def status(desk: AtDesk) -> Response:
    """What runs, where it is paused, and what lies undone."""
    letters = desk.assistant.letters
    return render(
        "status.html",
        here="status",
        now=status_of(desk),
        switches=_switches(desk),
        line=desk.lane.length,
        trouble=desk.assistant.trouble,
        letters=letters.all() if letters else (),
    )


@router.post("/pause")
def pause(desk: AtDesk, form: door.Form) -> Response:
    """Take no more messages of a site, or of any."""
    desk.opening.pause(form.get("site", ""))
    return RedirectResponse(f"{door.HOME}/status", status_code=303)


@router.post("/resume")
def resume(desk: AtDesk, form: door.Form) -> Response:
    """Take them again."""
    desk.opening.resume(form.get("site", ""))
    return RedirectResponse(f"{door.HOME}/status", status_code=303)


@router.get("/download/conversations.json")
def conversations(desk: AtDesk, days: Days = 30) -> Response:
    """Every conversation of the days with all of its replies, thumbs and answers of the staff; one at a time is held."""
    window = Window(desk.assistant.places.sessions, days, None)
    headers = attached("conversations", "json")
    return StreamingResponse(_written(window), media_type="application/json", headers=headers)


def _switches(desk: Desk) -> list[Switch]:
    paused, turns = desk.opening.paused(), desk.opening.turns_today()
    sites = [
        Switch(site.key, site.name, paused.get(site.key), turns.get(site.key, 0), site.turns_a_day)
        for site in desk.sites.site
    ]
    return [Switch(EVERYWHERE, "Everywhere", paused.get(EVERYWHERE)), *sites]


def _written(window: Window) -> Iterator[bytes]:
    """A JSON array, an element at a time."""
    before = "["
    for told in _told(window):
        yield f"{before}\n{json.dumps(told, ensure_ascii=False)}".encode(errors="replace")
        before = ","
    yield b"\n]\n" if before == "," else b"[]\n"


def _told(window: Window) -> Iterator[dict[str, Any]]:
    for listed, turns in window.talks():
        thumbs = window.sessions.thumbs(listed.session_id)
        try:
            answers = window.sessions.answers(listed.session_id)
        except NotFound:
            continue  # erased since it was listed
        yield {
            "session_id": listed.session_id,
            "last_used": listed.used.astimezone(UTC).isoformat(timespec="seconds"),
            "turns": [{"message": turn.message, "reply": turn.reply} for turn in turns],
            "thumbs": [asdict(thumb) for thumb in thumbs],
            "answers": [{**asdict(one), "at": one.at.isoformat(timespec="seconds")} for one in answers],
        }
