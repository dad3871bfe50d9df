"""What comes after a dislike with a reason: lighter ones, another brand, colour or material; where no listing tells, that is said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from retrieval.product import Product

from ..complaints import Complaint
from ..model import DialogueState, Reason, Slots
from ..parts import Parts
from ..state import merge
from .differences import measures, record_of

WEIGHT = "weight"
NAMED = ("brand", "color", "material")


@dataclass(frozen=True)
class Amends:
    """lead: what is said of the reason. evidence: the words it rests on. refused: what no further product may say. reasons: by id, why
    those come that alone may come instead; empty where any may."""

    lead: str
    evidence: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    reasons: Mapping[str, Reason] = field(default_factory=dict)


def amends(complaint: Complaint, said: str, products: Sequence[Product], state: DialogueState, parts: Parts) -> Amends:
    """What can be made of the reason, which the shopper gave in these words against these products."""
    quoted = f"“{' '.join(said.split()).strip(' .!'):.80}”"
    if complaint == WEIGHT:
        return _lighter(quoted, products, state, parts)
    if complaint in NAMED:
        return _another(complaint, quoted, products)
    return Amends(f"You say {quoted}: listings don't tell that of others.", (quoted,))


def _another(name: str, quoted: str, products: Sequence[Product]) -> Amends:
    """Nothing more of the one brand, colour or material that all of these have."""
    values = set.intersection(*(set(_values(product, name)) for product in products))
    if len(values) != 1:
        whose = "its listing states" if len(products) == 1 else "they share"
        which = "more than one" if values else "no"
        return Amends(f"You say {quoted}: {whose} {which} {name}, so no {name} is refused.", (quoted, name))
    (value,) = values
    return Amends(
        f"You say {quoted}: nothing more with {name} {value} then.", (quoted, value), refused=(value.lower(),)
    )


def _values(product: Product, name: str) -> tuple[str, ...]:
    if name == "brand":
        return (product.brand,) if product.brand else ()
    chosen = product.options.get(name)  # its attributes may call one colour by two names
    return (chosen,) if chosen else product.attributes.get(name, ())


def _lighter(quoted: str, products: Sequence[Product], state: DialogueState, parts: Parts) -> Amends:
    """Those of the kind that are stated to weigh less than the lightest of these."""
    of_kind = parts.catalog.get_many(sorted(parts.searcher.matching(state.constraints)))
    known = measures([*of_kind, *products], WEIGHT)
    weighed = [one for one in products if one.id in known]
    if not weighed:
        return Amends(f"You say {quoted}: no weight is stated to compare.", (quoted,))
    lightest = min(weighed, key=lambda one: (known[one.id], one.id))
    bound = record_of(lightest)[WEIGHT]
    less = [one for one in of_kind if one.id in known and known[one.id] < known[lightest.id]]
    if not less:
        return Amends(
            f"You say {quoted}: nothing else of this kind is stated to weigh less than {bound}.", (quoted, bound)
        )
    reasons = {
        one.id: Reason("feedback", f"{record_of(one)[WEIGHT]}, lighter than the {bound} that was too heavy", WEIGHT)
        for one in less
    }
    return Amends(f"You say {quoted}: then lighter than {bound}.", (quoted, bound), reasons=reasons)


def refusing(amended: Amends, state: DialogueState) -> DialogueState:
    """The state with what no further product may say."""
    return replace(state, constraints=merge(state.constraints, Slots(exclude=amended.refused)))
