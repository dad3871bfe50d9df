"""What lies on the table: the products last shown, and which of them a message means."""

from __future__ import annotations

from retrieval.product import Product

from ..mentions import mentioned
from ..model import DialogueState, Parse
from ..parts import Parts


def meant(parse: Parse, state: DialogueState, parts: Parts) -> list[Product]:
    """The products that the message points at; without any pointer the one last spoken of."""
    shown = parts.catalog.get_many(state.shown)
    found = mentioned(parse.slots, state, shown)
    if found or parse.slots.ref:
        return found
    return parts.catalog.get_many([state.focus] if state.focus else [])
