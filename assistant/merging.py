"""What is wanted, with what a message's slots say of it: replaced, added up, refused, taken back. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import fields, replace
from typing import Any

from retrieval.audience import speaks_of_people
from retrieval.kinds.of_listings import names_kind
from retrieval.query import OR, SOFT, Constraints, Limit, either
from retrieval.words import content_stems

from .model import Slots
from .normalize import middle_of

WISH_LISTS = (*SOFT, "exclude")
REPLACED = ("color", "size", "material")  # a new colour takes the place of the old one; features add up
# What people call a constraint when they take it back, where that is not the slot's own name.
ALSO_CALLED = {
    "colour": "color", "budget": "price", "price limit": "price", "limit": "price", "price range": "price",
    "price": "price", "in stock": "in_stock", "maker": "brand", "fabric": "material", "colors": "color", "colours": "color",
    "price_max": "price",  # by its slot's name the reader takes back "the budget" and "the price", both ends of a range
}  # fmt: skip
ENDS = {"minimum": "price_min", "maximum": "price_max"}  # one end of a range, in the shopper's word for it


def merge(constraints: Constraints, slots: Slots) -> Constraints:
    """Constraints with what the slots say: single values replace, features and refusals add up, contradictions go with the newer.

    A gift that was read as a feature is what is looked for, where nothing else is.
    """
    gift = next((one for one in slots.features if not names_kind(one)), None)
    if gift and slots.product is None and constraints.product is None:
        slots = replace(slots, product=gift, features=tuple(one for one in slots.features if one != gift))
    said = {
        name: getattr(slots, name)
        for name in ("product", "brand", "gender", "price_min", "price_max", "quantity", "in_stock")
        if getattr(slots, name) is not None
    }
    constraints = _without_a_middle(_for_whom_else(constraints, slots), slots)
    for name in WISH_LISTS:
        new = getattr(slots, name)
        kept = () if new and name in REPLACED else getattr(constraints, name)
        if name == "features":  # "electric" chooses of "electric or acoustic"
            kept = tuple(one for one in kept if len(either(one)) == 1 or set(either(one)).isdisjoint(new))
        said[name] = tuple(dict.fromkeys((*kept, *new)))
    merged = replace(constraints, **said)
    return _without_crossed_bounds(_without_contradictions(merged, slots), slots)


def _without_a_middle(constraints: Constraints, slots: Slots) -> Constraints:
    """The constraints without the bounds around a price where the slots say another: "under 50" after "around 60" is not from 48 on."""
    bounded = slots.price_min is not None or slots.price_max is not None
    if not bounded or middle_of(constraints.price_min, constraints.price_max) is None:
        return constraints
    return replace(constraints, price_min=None, price_max=None)


def _for_whom_else(constraints: Constraints, slots: Slots) -> Constraints:
    """The constraints without the person whom the thing was for, where the slots name another: after "for my nephew" "for girls"."""
    named = any(map(_names_somebody, slots.features))
    if not named and not slots.gender:
        return constraints
    others = tuple(one for one in constraints.features if not _names_somebody(one))
    return replace(constraints, features=others, gender=None if named else constraints.gender)


def _names_somebody(feature: str) -> bool:
    return feature.startswith("for ") and speaks_of_people(feature)


def drop(constraints: Constraints, names: Iterable[str]) -> Constraints:
    """Constraints without those taken back, named by slot ("color", "price") or by value ("stretch", "leather")."""
    for name in names:
        constraints = _drop_one(constraints, name)
    return constraints


def _drop_one(constraints: Constraints, name: str) -> Constraints:
    slot, empty = ENDS.get(name, ALSO_CALLED.get(name, name)), Constraints()
    if slot == "price":
        return replace(constraints, price_min=None, price_max=None)
    if slot in {f.name for f in fields(Constraints)}:
        return replace(constraints, **{slot: getattr(empty, slot)})
    wanted = set(content_stems(name))
    lists: dict[str, Any] = {
        key: _without(getattr(constraints, key), lambda value: bool(wanted & set(content_stems(value))))
        for key in WISH_LISTS
    }
    brand = _no_longer(constraints.makers, lambda maker: bool(wanted & set(content_stems(maker))))
    limits = tuple(one for one in constraints.limits if not wanted & set(content_stems(f"{one.field} {one.text}")))
    return replace(constraints, brand=brand, limits=limits, **lists)


def _without(wishes: Iterable[str], gone: Callable[[str], bool]) -> tuple[str, ...]:
    """The wishes without what is gone, of two of which either would do the other."""
    return tuple(left for wish in wishes if (left := _no_longer(either(wish), gone)))


def _no_longer(each: Iterable[str], gone: Callable[[str], bool]) -> str | None:
    """What is left of those of which either would do, None for nothing."""
    return OR.join(one for one in each if not gone(one)) or None


def bounded(constraints: Constraints, limit: Limit) -> Constraints:
    """Constraints with the limit, in place of one on the same side of the same field."""
    others = (one for one in constraints.limits if (one.field, one.side) != (limit.field, limit.side))
    return replace(constraints, limits=(*others, limit))


def _without_contradictions(constraints: Constraints, slots: Slots) -> Constraints:
    """What is now refused is no longer wished for, and what is now wished for is no longer refused."""
    wished = {one for name in SOFT for value in getattr(slots, name) for one in either(value)}
    wished |= set((slots.brand or "").split(OR))
    exclude = tuple(value for value in constraints.exclude if value not in wished)
    lists: dict[str, Any] = {name: _without(getattr(constraints, name), slots.exclude.__contains__) for name in SOFT}
    brand = _no_longer(constraints.makers, slots.exclude.__contains__)
    return replace(constraints, exclude=exclude, brand=brand, **lists)


def _without_crossed_bounds(constraints: Constraints, slots: Slots) -> Constraints:
    """Of two price bounds that cross or meet, the one said last stays: "under 80" after "around 100", which is from 80 on, is not 80."""
    low, high = constraints.price_min, constraints.price_max
    if low is None or high is None or low < high:
        return constraints
    if slots.price_min is not None and slots.price_max is not None:
        return replace(constraints, price_min=high, price_max=low)  # "between 60 and 40"
    return replace(constraints, price_max=None) if slots.price_min is not None else replace(constraints, price_min=None)
