"""For the shop's own servers: what persons answer there goes into the shopper's conversation."""

from __future__ import annotations

from dataclasses import asdict
from hashlib import sha256
from typing import Any

from anyio import to_thread
from fastapi import APIRouter, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import SecretStr, ValidationError

from assistant.outbound.answers import conversation_of, keep_answer
from assistant.outbound.chatwoot import agent_answer, check_signature
from assistant.outbound.webhook import id_of_genuine
from retrieval.errors import ShopError

from .. import asked, examples, shapes
from ..desk import AtDesk, Desk
from .answers import answer

router = APIRouter(tags=["staff"])
SIGNED = [
    {"name": name, "in": "header", "required": True, "schema": {"type": "string"}, "example": example}
    for name, example in (
        ("webhook-id", "answer_81"),
        ("webhook-timestamp", "1777636800"),
        ("webhook-signature", "v1,K5oZfzN95Z9UVu1EsfQmfVNQhnkZ2pj9o9NDN/H/pI4="),
    )
]
ANSWER_BODY = {"application/json": {"schema": asked.StaffAnswerRequest.model_json_schema()}}


class AnswersOff(ShopError):
    """There is no secret by which the shop's server could be known."""

    status, slug = 403, "answers-off"


@router.post(
    "/v1/handoff/answers",
    response_model=None,
    responses=answer(shapes.TakenAnswer, examples.TAKEN_ANSWER),
    openapi_extra={"parameters": SIGNED, "requestBody": {"required": True, "content": ANSWER_BODY}},
)
async def answers(request: Request, desk: AtDesk) -> Response:
    """Put what a person of the shop answers into the conversation that was passed on, as from the shop's team.

    Signed as the messages to the shop are, with the same secret (docs/checkout.md). The same `webhook-id` again is the same answer."""
    body = await request.body()
    secret = known(desk.shop.handoff_webhook_secret, "SHOP_HANDOFF_WEBHOOK_SECRET")
    message_id = id_of_genuine(secret, request.headers, body)
    try:
        given = asked.StaffAnswerRequest.model_validate_json(body)
    except ValidationError as error:
        raise RequestValidationError(error.errors()) from error
    return JSONResponse(await to_thread.run_sync(_answered, desk, given, message_id))


@router.post("/v1/handoff/chatwoot", response_model=None, responses=answer(shapes.ChatwootBody, examples.CHATWOOT))
async def chatwoot(request: Request, desk: AtDesk) -> Response:
    """What the webhook of a Chatwoot inbox tells: agents' answers go into the conversation, as from the shop's team; all else is passed
    over. Signed by Chatwoot. An answer that cannot be kept is refused, and Chatwoot shows its writer that it was not sent."""
    body = await request.body()
    check_signature(known(desk.shop.handoff_chatwoot_secret, "SHOP_HANDOFF_CHATWOOT_SECRET"), request.headers, body)
    if (said := agent_answer(body)) is not None:
        sessions, key = desk.assistant.places.sessions, _key("chatwoot", said.id)
        await to_thread.run_sync(keep_answer, sessions, said.session_id, said.text, key)
    return JSONResponse({"taken": said is not None})


def known(secret: SecretStr | None, setting: str) -> str:
    if secret is None:
        raise AnswersOff("Answers of the staff are not taken here.", fix=f"set {setting}")
    return secret.get_secret_value()


def _answered(desk: Desk, given: asked.StaffAnswerRequest, message_id: str) -> dict[str, Any]:
    sessions = desk.assistant.places.sessions
    session_id = given.session or conversation_of(given.reference or "", sessions, desk.assistant.letters)
    kept = keep_answer(sessions, session_id, given.text, _key("webhook", message_id))
    return {"session_id": session_id, **asdict(kept), "at": kept.at.isoformat(timespec="seconds")}


def _key(way: str, message_id: object) -> str:
    """The same for the same answer sent again."""
    return sha256(f"{way} {message_id}".encode()).hexdigest()
