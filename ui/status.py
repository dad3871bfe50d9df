"""What can be said of the assistant at a glance: whether it answers, what reads the messages, how old its catalogue is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import PurePath

from assistant.settings import Settings

from .desk import Desk
from .opening import EVERYWHERE

OWN_MODEL = "the small model that comes with the assistant"


@dataclass(frozen=True)
class Status:
    """answers: in a sentence; model: what reads the messages; catalogue: when it was read, and how long ago that is."""

    answers: str
    model: str
    catalogue: str


def status_of(desk: Desk) -> Status:
    return Status(_answers(desk), model_of(desk.shop), age_of(desk.assistant.indexed_at, datetime.now(UTC)))


def model_of(settings: Settings) -> str:
    """What reads the messages, without saying where that is."""
    if settings.llm is not None:
        return PurePath(settings.llm).name
    if settings.llm_url is None:
        return "the shop's own small model" if settings.parser else OWN_MODEL
    return "a model behind another server" if settings.llm_model == "default" else settings.llm_model


def _answers(desk: Desk) -> str:
    paused = desk.opening.paused()
    if EVERYWHERE in paused:
        return "The assistant is paused."
    running = "The assistant is running" + ("; on some sites it is paused." if paused else ".")
    return f"{running} The model that should read the messages does not answer." if desk.assistant.trouble else running


def age_of(at: datetime | None, now: datetime) -> str:
    """The day, and how long ago it is."""
    if at is None:
        return "not known"
    days = (now.date() - at.date()).days
    ago = {0: "today", 1: "yesterday"}.get(days, f"{days} days ago")
    return f"{at:%Y-%m-%d}, {ago}"
