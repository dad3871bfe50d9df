"""A streamed turn as server-sent events: queued ..., parsed, products, token ..., done; or error. One kept before is done at once."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing
from typing import Any

from sse_starlette import ServerSentEvent

from assistant.contract import Done, Event, Parsed, Shown, Token, card_json, constraints_json

from .lane import Place
from .problem import problem_of
from .turns import Kept


async def frames(events: AsyncGenerator[Event | Place | Kept]) -> AsyncIterator[ServerSentEvent]:
    """The turn's events as they come; an error of any kind is the last event, with its problem document."""
    try:
        async with aclosing(events):
            async for event in events:
                yield frame(event)
    except Exception as error:
        yield _frame("error", problem_of(error).to_json())


def frame(event: Event | Place | Kept) -> ServerSentEvent:
    """One event on the wire; its data is one JSON object."""
    match event:
        case Place(ahead, wait_s):
            return _frame("queued", {"ahead": ahead, "wait_s": wait_s})
        case Parsed(intent, constraints):
            return _frame("parsed", {"intent": intent, "constraints": constraints_json(constraints)})
        case Shown(cards):
            return _frame("products", {"products": [card_json(card) for card in cards]})
        case Token(text):
            return _frame("token", {"text": text})
        case Done(reply):
            return _frame("done", reply.to_json())
        case Kept(reply):
            return _frame("done", reply)


def _frame(name: str, members: Mapping[str, Any]) -> ServerSentEvent:
    return ServerSentEvent(json.dumps(members, ensure_ascii=False), event=name)
