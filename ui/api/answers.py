"""How the answers of a call are described, and what its faults look like."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from .. import examples, shapes
from ..problem import MEDIA_TYPE

SEND_TOKEN = "send the visitor's token in X-Visitor"
QUERY_LIMIT = 500  # characters of a search without dialogue
Answers = dict[int | str, dict[str, Any]]
FAULT = {
    "description": "A problem document",
    "content": {MEDIA_TYPE: {"schema": shapes.ProblemBody.model_json_schema(), "example": examples.PROBLEM}},
}
FAULTS: Answers = {"4XX": FAULT, "5XX": FAULT}


def answer(shape: type[BaseModel], example: examples.Example, more: dict[str, Any] | None = None) -> Answers:
    """What a call answers when all is well, and that all else is a problem."""
    content = {"application/json": {"example": example}, **(more or {})}
    return {200: {"model": shape, "content": content, "description": "Done"}, **FAULTS}
