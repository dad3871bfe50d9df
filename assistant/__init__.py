"""A conversational shopping assistant: `Assistant.open("store/").reply("i need a warm desk lamp under 40")`."""

from .assistant import Assistant
from .contract import Done, Event, Parsed, Reply, Shown, Token
from .model import Card
from .plain_search import SearchAnswer
from .sessions import Session, Turn
from .settings import Settings

__all__ = [
    "Assistant", "Card", "Done", "Event", "Parsed", "Reply", "SearchAnswer", "Session", "Settings", "Shown", "Token", "Turn",
]  # fmt: skip
