"""A streamed turn as server-sent events: parsed, products, token ..., done; or error."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from typing import Any

from sse_starlette import ServerSentEvent

from assistant.model import Done, Event, Parsed, Shown, Token, card_json, constraints_json

from .lane import Lane
from .problem import problem_of


async def frames(
    lane: Lane, turn: Callable[[], Iterator[Event]], ahead: Callable[[], object]
) -> AsyncIterator[ServerSentEvent]:
    """The turn's events as they come; an error of any kind is the last event, with its problem document.

    ahead: done once the turn is whole, when nobody waits.
    """
    try:
        async for event in lane.stream(turn):
            yield frame(event)
        lane.spare(ahead)
    except Exception as error:
        yield _frame("error", problem_of(error).to_json())


def frame(event: Event) -> ServerSentEvent:
    """One event on the wire; its data is one JSON object."""
    match event:
        case Parsed(intent, constraints):
            return _frame("parsed", {"intent": intent, "constraints": constraints_json(constraints)})
        case Shown(cards):
            return _frame("products", {"products": [card_json(card) for card in cards]})
        case Token(text):
            return _frame("token", {"text": text})
        case Done(reply):
            return _frame("done", reply.to_json())


def _frame(name: str, members: Mapping[str, Any]) -> ServerSentEvent:
    return ServerSentEvent(json.dumps(members, ensure_ascii=False), event=name)
