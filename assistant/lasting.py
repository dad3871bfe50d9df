"""Wishes that outlast a conversation: what a shopper asked to keep, and which of it a new need begins with. docs/events.md. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from retrieval.evidence import judge
from retrieval.product import Product
from retrieval.query import Constraints
from retrieval.words import content_stems

from .model import Parse, Slots
from .sayings.sentiment import about_price
from .wishes import Wish

# Fields that may speak of the shopper; a budget, a colour and a kind are of one need.
LASTING = ("exclude", "size", "features")
_POSITIVE = ("product", "brand", "color", "material", "size", "features")


def lasts(wish: Wish) -> bool:
    """Whether the wish can be kept: it speaks of the shopper and not of the need, and says more than that something is dear."""
    return wish.field in LASTING and not about_price(wish.value or "")


def lasting(field: str, value: str | None) -> Wish:
    """The wish as it is told apart from any need: "not leather", "size 42", "vegan"."""
    before = {"exclude": "not ", "size": "size "}.get(field, "")
    return Wish(field, value, f"{before}{value}")


def of_oneself(slots: Slots) -> tuple[Wish, ...]:
    """What the slots say that may hold of the shopper whatever is looked for."""
    wishes = (lasting(name, value) for name in LASTING for value in getattr(slots, name))
    return tuple(wish for wish in wishes if lasts(wish))


def said_of_oneself(parse: Parse) -> tuple[Wish, ...]:
    """What the message says that does hold so."""
    return of_oneself(parse.slots) if parse.about_me == "self" else ()


def to_words(wish: Wish) -> str:
    """The wish as an event keeps it: "exclude: leather"."""
    return f"{wish.field}: {wish.value}"


def from_words(words: str) -> Wish | None:
    """The wish that these words of an event keep; None where they keep none."""
    field, _, value = words.partition(": ")
    value = value.strip()
    if field not in LASTING or not value:
        return None
    return lasting(field, value)


def may_begin(wish: Wish, slots: Slots, let_go: Collection[tuple[str, str | None]]) -> bool:
    """Whether a search for what was just said may begin with the wish: not where the message speaks of the same thing itself, or of
    another person ("for my son"), nor where the shopper gave it up in this conversation."""
    if (wish.field, wish.value) in let_go:
        return False
    if wish.field == "size":
        return not slots.size and not any(feature.startswith("for ") for feature in slots.features)
    said = {stem for text in slots.words_of(*_POSITIVE) for stem in content_stems(text)}
    return not said & set(content_stems(wish.value or ""))


def still_holding(wishes: Iterable[Wish]) -> tuple[Wish, ...]:
    """The wishes, said in this order, without a size in place of which a later one was said: who wore 38 and wears 39 does not wear
    both; numbers and letters are sizes of different things."""
    kept = dict[tuple[str, str | None], Wish]()
    for wish in wishes:
        key = ("size", _sort_of(wish.value or "")) if wish.field == "size" else (wish.field, wish.value)
        kept.pop(key, None)  # said again it is the latest
        kept[key] = wish
    return tuple(kept.values())


def _sort_of(size: str) -> str:
    return "number" if any(map(str.isdigit, size)) else "letters"


def states(product: Product, wish: Wish) -> bool:
    """Whether the listing states what is wished; a size the record must, as in running text an "m" may be a metre."""
    found = judge(product, wish.field, wish.value or "")
    return found.status == "met" and (wish.field != "size" or found.source not in ("title", "description"))


def given_up(before: Constraints, after: Constraints) -> tuple[tuple[str, str], ...]:
    """(field, value) of the wishes of a lasting kind that a message took back."""
    return tuple(
        (name, value) for name in LASTING for value in getattr(before, name) if value not in getattr(after, name)
    )
