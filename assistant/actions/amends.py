"""What comes after a dislike with a reason: lighter or smaller ones, another brand, colour or material; else that no listing tells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from retrieval.measure import stated, within
from retrieval.product import Product
from retrieval.query import Constraints, Limit, Side

from ..merging import bounded, merge
from ..model import DialogueState, Slots
from ..names import short_names
from ..parts import Parts
from ..sayings.complaints import Complaint, length_of, too_big_or_small
from .differences import measures, record_of

WEIGHT = "weight"
LENGTHS = ("height", "width", "depth", "length", "diameter")  # of which one says how big a thing is
NAMED = ("brand", "color", "material")


@dataclass(frozen=True)
class Amends:
    """lead: what is said of the reason. evidence: the words it rests on. refused: what no further product may say. limit: what every
    further product has to be stated to be; both hold for the need. best: of all on the table the one that has the least of what there is
    too much of, where nothing else has less: then nothing is gained by setting them aside."""

    lead: str
    evidence: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    limit: Limit | None = None
    best: Product | None = None


def amends(complaint: Complaint, said: str, products: Sequence[Product], state: DialogueState, parts: Parts) -> Amends:
    """What can be made of the reason, which the shopper gave in these words against these products."""
    quoted = f"“{' '.join(said.split()).strip(' .!'):.80}”"
    if complaint == WEIGHT:
        return _limited(quoted, products, WEIGHT, "below", state, parts)
    if (
        complaint == "size"
        and (side := too_big_or_small(said, parts.embedder))
        and (field := _length(said, products, parts))
    ):
        return _limited(quoted, products, field, "below" if side == "big" else "above", state, parts)
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


def _length(said: str, products: Sequence[Product], parts: Parts) -> str | None:
    """The length that is spoken of, else the one that most of these products state, the first of LENGTHS of as many; None where none is
    stated."""
    if named := length_of(said, parts.embedder):
        return named
    counts = {field: len(measures(products, field)) for field in LENGTHS}
    most = max(LENGTHS, key=lambda field: counts[field])
    return most if counts[most] else None


def _limited(
    quoted: str, products: Sequence[Product], field: str, side: Side, state: DialogueState, parts: Parts
) -> Amends:
    """Only those of the kind that are stated to lie beyond the one of these that has the least of it, or the most."""
    of_kind = parts.catalog.get_many(sorted(parts.searcher.matching(state.constraints)))
    known = measures([*of_kind, *products], field)
    measured = [one for one in products if one.id in known]
    if not measured:
        return Amends(f"You say {quoted}: no {field} is stated to compare.", (quoted,))
    furthest = (min if side == "below" else max)(measured, key=lambda one: (known[one.id], one.id))
    limit = Limit(field, side, record_of(furthest)[field])
    evidence = (quoted, limit.text)
    if not any(within(limit, stated(one, field) or "") for one in of_kind):
        lead = f"You say {quoted}: nothing else of this kind is stated to be {limit.text}"
        if not set(state.shown) <= {one.id for one in products}:
            return Amends(f"{lead}.", evidence)
        (name,) = short_names([furthest]).values()
        return Amends(f"{lead}, as {name} is. I left the list as it is.", (*evidence, name), best=furthest)
    return Amends(f"You say {quoted}: then {limit.text}.", evidence, limit=limit)


def amending(amended: Amends, constraints: Constraints) -> Constraints:
    """The constraints with what no further product may say, and what it has to be stated to be."""
    merged = merge(constraints, Slots(exclude=amended.refused))
    return bounded(merged, amended.limit) if amended.limit else merged
