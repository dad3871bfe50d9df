"""Talking: turns, conversations as they are kept, what is attached to them, thumbs."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import JSONResponse, Response
from sse_starlette import EventSourceResponse

from assistant.outbound.attachments import MOST
from assistant.sessions import Session, StaffAnswer, Thumb
from retrieval.errors import BadInput, ShopError

from .. import asked, examples, shapes
from ..desk import AtDesk, Desk
from ..identity import SignedIn, checked
from ..sse import frames
from ..turns import Asking
from ..visitor import Caller, SiteKey, Visitor
from .answers import FAULTS, SEND_TOKEN, answer

SessionId = Annotated[str, Path(examples=[examples.REPLY["session_id"]])]
router = APIRouter(tags=["dialogue"], dependencies=[checked])


@router.post(
    "/v1/chat",
    response_model=None,
    responses=answer(shapes.Reply, examples.REPLY, {"text/event-stream": {"example": examples.EVENTS}}),
)
async def chat(
    request: asked.ChatRequest, desk: AtDesk, visitor: Visitor, caller: Caller, shopper: SignedIn, site: SiteKey
) -> Response:
    """One turn. With `stream` the answer is server-sent events: `queued` while others are served first, `parsed`, `products`,
    `token` (one or more), `done` with the whole reply, or `error` with a problem document."""
    session_id = request.session_id or desk.assistant.new_session()
    email, around = shopper.email if shopper else None, request.context or asked.PageContext()
    if request.learn and visitor is None:
        raise BadInput("Nothing can be learnt of nobody: no X-Visitor came with the call.", fix=SEND_TOKEN)
    asking = Asking(
        request.asked,
        session_id,
        visitor,
        email,
        turn=request.turn,
        caller=caller,
        learn=request.learn,
        site=site,
        page=around.product_id or None,
        shop_cart=around.cart.read() if around.cart else None,
        region=request.region,
    )
    await to_thread.run_sync(desk.opening.admit, site)
    if request.stream:  # what can be refused is refused before the stream, whose status is always 200
        await to_thread.run_sync(desk.assistant.conversations.admit, session_id, visitor)
        events = frames(desk.turns.once(asking))
        return EventSourceResponse(events, shutdown_grace_period=desk.settings.shutdown_s)
    return JSONResponse(await desk.turns.reply(asking))


@router.get(
    "/v1/sessions/latest",
    response_model=None,
    responses=answer(shapes.SessionBody, examples.SESSION),
)
def latest(desk: AtDesk, visitor: Visitor, site: SiteKey) -> Response:
    """The visitor's conversation that was used last, as `/v1/sessions/{session_id}` gives it; 404 where there is none."""
    body = _session_json(desk.assistant.latest(visitor), desk, visitor, site)
    return JSONResponse(body, headers={"Cache-Control": "no-store"})


@router.get(
    "/v1/sessions/{session_id}",
    response_model=None,
    responses=answer(shapes.SessionBody, examples.SESSION),
)
def session(session_id: SessionId, desk: AtDesk, visitor: Visitor, site: SiteKey) -> Response:
    """All that is kept of a conversation: its turns, what is wanted now, the cart, the thumbs, the answers of the shop's staff, and what
    was attached for them."""
    kept = desk.assistant.session(session_id, visitor=visitor)
    return JSONResponse(_session_json(kept, desk, visitor, site))


@router.get(
    "/v1/sessions/{session_id}/answers",
    response_model=None,
    responses=answer(shapes.AnswersBody, examples.ANSWERS),
)
def answers(
    session_id: SessionId,
    desk: AtDesk,
    visitor: Visitor,
    site: SiteKey,
    after: Annotated[int, Query(ge=0, le=1_000_000, description="the number of the last one that is known")] = 0,
) -> Response:
    """What persons of the shop answered into a conversation that was passed on to them, in order, beyond those known.

    To be asked now and then while the conversation is open; most conversations are never passed on and need not ask."""
    found = desk.assistant.conversations.answers(session_id, after, visitor=visitor)
    body = {
        "session_id": session_id,
        "answers": [_staff_answer(one) for one in found],
        "may_attach": _may_attach(session_id, desk, visitor, site),
    }
    return JSONResponse(body, headers={"Cache-Control": "no-store"})


@router.post(
    "/v1/sessions/{session_id}/attachments",
    response_model=None,
    responses=answer(shapes.AttachmentBody, examples.ATTACHED),
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)
async def attach(
    session_id: SessionId,
    request: Request,
    desk: AtDesk,
    visitor: Visitor,
    site: SiteKey,
    name: Annotated[str, Query(max_length=255, examples=["receipt.pdf"])] = "",
) -> Response:
    """Add a picture (JPEG, PNG, WebP) or a PDF for the shop's staff, once the conversation was passed on to them; at most 5 MB, five in a
    conversation. What it is, its content tells. The body is the file itself. Only where the site lets shoppers do so (`uploads`)."""
    if not _lets_attach(desk, site):
        raise UploadsOff(
            "Nothing can be attached here.", fix="set `uploads = true` for the site in the file of SHOP_SITES"
        )
    await to_thread.run_sync(desk.assistant.conversations.admit, session_id, visitor)
    keep = partial(desk.assistant.attach, session_id, name, await request.body(), visitor=visitor)
    return JSONResponse((await to_thread.run_sync(keep)).to_json())


@router.get(
    "/v1/sessions/{session_id}/turns/{turn}/scores",
    response_model=None,
    responses=answer(shapes.ScoresBody, examples.SCORES),
)
async def scores(
    session_id: SessionId,
    turn: Annotated[int, Path(ge=1, le=1_000_000, examples=[1])],
    desk: AtDesk,
    visitor: Visitor,
    caller: Caller,
    limit: Annotated[int, Query(ge=1, le=50)] = 10,
) -> Response:
    """What each step of the ranking gives the best candidates for what was wanted after a turn, searched anew: for whoever works on
    the shop's data."""
    look = partial(desk.assistant.scores, session_id, turn, limit, visitor=visitor)
    found = await desk.lane.run(look, caller)
    body = [
        {
            "id": one.product.id,
            "title": one.product.title,
            "scores": {name: round(value, 4) for name, value in one.stages.items()},
        }
        for one in found
    ]
    return JSONResponse({"candidates": body}, headers={"Cache-Control": "no-store"})


@router.delete("/v1/sessions/{session_id}", status_code=204, responses=FAULTS)
def forget(session_id: SessionId, desk: AtDesk, visitor: Visitor) -> None:
    """Erase a conversation with all that came of it; a turn under way is waited for."""
    desk.assistant.forget(session_id, visitor=visitor)


@router.post("/v1/feedback", responses=answer(asked.Feedback, examples.FEEDBACK))
def feedback(given: asked.Feedback, desk: AtDesk, visitor: Visitor) -> asked.Feedback:
    """Keep a thumb up or down for one turn's answer, and give it back."""
    desk.assistant.conversations.rate(given.session_id, Thumb(given.turn, given.thumb, given.comment), visitor=visitor)
    return given


class UploadsOff(ShopError):
    """The site does not let shoppers attach anything."""

    status, slug = 403, "uploads-off"


def _session_json(kept: Session, desk: Desk, visitor: str | None, site: str | None) -> dict[str, Any]:
    session_id, last = kept.session_id, kept.turns[-1].reply
    turns = [{"message": turn.message, "reply": turn.reply} for turn in kept.turns]
    body = {"session_id": session_id, "turns": turns, "constraints": last["constraints"], "cart": last["cart"]}
    body["thumbs"] = [asdict(thumb) for thumb in desk.assistant.conversations.thumbs(session_id)]
    body["answers"] = [_staff_answer(one) for one in desk.assistant.conversations.answers(session_id, visitor=visitor)]
    body["attachments"] = [one.to_json() for one in desk.assistant.conversations.attachments(session_id)]
    body["may_attach"] = _may_attach(session_id, desk, visitor, site)
    return body


def _lets_attach(desk: Desk, site: str | None) -> bool:
    found = desk.sites.get(site)
    return found is not None and found.uploads


def _may_attach(session_id: str, desk: Desk, visitor: str | None, site: str | None) -> int:
    """How many files more the conversation may have: none before it was passed on."""
    if not _lets_attach(desk, site) or desk.assistant.session(session_id, visitor=visitor).state.handoff is None:
        return 0
    return MOST - len(desk.assistant.conversations.attachments(session_id))


def _staff_answer(one: StaffAnswer) -> dict[str, Any]:
    return {**asdict(one), "at": one.at.isoformat(timespec="seconds")}
