"""Hard constraints: which products may be shown at all. Decided in SQL over the whole catalogue, before anything is ranked or cut."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path

from .audience import SUITS
from .catalog import Catalog, listing_fields
from .kinds.of_listings import kind_at_end
from .lexical import OWN, phrase
from .measure import within
from .query import Constraints
from .words import NEGATION_REACH, NEGATIONS, content_stems, only_denied

Condition = tuple[str, list[object]]
_REFUSALS = Path(__file__).with_name("refusals.toml")


def eligible_ids(catalog: Catalog, constraints: Constraints) -> frozenset[str] | None:
    """Ids of all products that break no hard constraint; None when there is no hard constraint, so that all may be shown.

    A product that mentions what is refused only to deny it ("free of latex") may be shown, none of a kind that is refused by name.
    A product without a price meets no price bound. A product that does not say for whom it is suits everybody.
    """
    conditions = list(_conditions(catalog, constraints))
    if not conditions:
        return None
    where = " AND ".join(sql for sql, _ in conditions)
    values = [value for _, given in conditions for value in given]
    rows = catalog.connection.execute(f"SELECT id FROM products WHERE {where}", values)
    return frozenset(row[0] for row in rows)


def first_left(kinds: Iterable[frozenset[str]], eligible: frozenset[str] | None) -> frozenset[str]:
    """The strictest of the readings of a kind of which something may be shown, without the rest; empty when nothing may.

    kinds: ids by each reading, the strictest first. eligible: None for all.
    """
    left = (kind if eligible is None else kind & eligible for kind in kinds)
    return next((ids for ids in left if ids), frozenset())


def _conditions(catalog: Catalog, constraints: Constraints) -> Iterator[Condition]:
    if constraints.price_max is not None:
        yield "price <= ?", [float(constraints.price_max)]
    if constraints.price_min is not None:
        yield "price >= ?", [float(constraints.price_min)]
    if constraints.in_stock:
        yield "in_stock = 1", []
    if constraints.gender in SUITS:
        suiting = list(SUITS[constraints.gender])
        marks = ", ".join("?" * len(suiting))
        yield f"(audience = '[]' OR EXISTS (SELECT 1 FROM json_each(audience) WHERE value IN ({marks})))", [*suiting]
    if constraints.brand:
        makers = " OR ".join(map(phrase, constraints.makers))
        yield "row IN (SELECT rowid FROM listing WHERE listing MATCH ?)", [f"{{brand title}} : ({makers})"]
    for limit in constraints.limits:
        meeting = [name for name, stated in catalog.stating(limit.field).items() if within(limit, stated)]
        yield "id IN (SELECT value FROM json_each(?))", [json.dumps(meeting)]
    for refused in with_its_kinds(constraints.exclude, wished=_wished(constraints)):
        if match := phrase(refused):
            free = json.dumps(_denying(catalog, refused, match))
            yield (
                "(row NOT IN (SELECT rowid FROM listing WHERE listing MATCH ?) OR id IN (SELECT value FROM json_each(?)))",
                [f"{{{OWN}}} : {match}", free],
            )
        entries, exact = kind_at_end(refused)
        wanted, _ = kind_at_end(constraints.product or "")
        leaves_none = bool(wanted) and wanted <= entries  # of saws "no chainsaw" leaves some
        if exact and not leaves_none:  # "no flowers" is said of bouquets too
            yield "id NOT IN (SELECT value FROM json_each(?))", [json.dumps(list(catalog.of_kinds(entries)))]


def with_its_kinds(refused: Iterable[str], *, wished: Collection[str] = ()) -> tuple[str, ...]:
    """What is refused, and what is refused with it, each once: with leather suede, with nuts almonds; but nothing that is wished for, of
    which the stems are given: "suede boots, no leather"."""
    every = dict.fromkeys(one for name in refused for one in _with_members(name))
    own = set(refused)
    return tuple(one for one in every if one in own or not set(content_stems(one)) & set(wished))


def _with_members(name: str) -> Iterator[str]:
    yield name
    for member in _members().get(content_stems(name), ()):
        yield from _with_members(member)


def _wished(constraints: Constraints) -> set[str]:
    words = (constraints.product or "", *(one for _, one in constraints.wishes))
    return {stem for one in words for stem in content_stems(one)}


@cache
def _members() -> Mapping[tuple[str, ...], tuple[str, ...]]:
    written: dict[str, str] = tomllib.loads(_REFUSALS.read_text(encoding="utf-8"))
    return {content_stems(name): tuple(members.split("|")) for name, members in written.items()}


def _denying(catalog: Catalog, refused: str, match: str) -> list[str]:
    """Ids of the products that mention what is refused only to deny it: "free of latex", "no leather"."""
    denials = (word for word in sorted(NEGATIONS) if word.isalpha())
    near = " OR ".join(
        f'NEAR({match} "{word}", {2 * NEGATION_REACH})' for word in denials
    )  # signs may make two tokens of a word
    rows = catalog.connection.execute(
        "SELECT id FROM products WHERE row IN (SELECT rowid FROM listing WHERE listing MATCH ?)",
        [f"{{{OWN}}} : ({near})"],
    )
    products = catalog.get_many(row[0] for row in rows)
    return [product.id for product in products if all(only_denied(text, refused) for text in listing_fields(product))]
