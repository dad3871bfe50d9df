"""What lies on the table: the products last shown, and which of them a message means."""

from __future__ import annotations

from collections.abc import Sequence

from retrieval.product import Product
from retrieval.query import Constraints
from retrieval.words import content_stems

from ..mentions import as_many_as_said, by_name, from_an_end, mentioned, says_a_place
from ..model import DialogueState, Parse
from ..parts import Parts
from ..state import same_kind
from .titles import before_it, titled


def meant(parse: Parse, state: DialogueState, parts: Parts) -> list[Product]:
    """The products that the button is of, or that the message points at or calls by their titles; without either the one last spoken
    of, unless the message names another thing."""
    if parse.products:
        return parts.catalog.get_many(parse.products)
    called_so = [] if says_a_place(parse.message) else titled(parse.message, state, parts)
    if named := before_it(parse.message, called_so) if parse.slots.ref == ("last",) else called_so:
        return named
    shown = parts.catalog.get_many(state.shown)
    focus = parts.catalog.get_many([state.focus] if state.focus else [])
    beside = [product for product in focus if product.id not in state.shown]
    if names_another_kind(parse, state, shown, parts):
        return []
    if parse.slots.ref and (counted := from_an_end(shown, parse.message)):
        return counted
    found = by_name(parse.slots, parse.message, [*shown, *beside]) or mentioned(parse.slots, state, shown, beside)
    if found or parse.slots.ref:
        return as_many_as_said(found, parse.slots, parse.message)
    return [product for product in focus if called(product, parse.slots.product)]


def names_another_kind(parse: Parse, state: DialogueState, shown: Sequence[Product], parts: Parts) -> bool:
    """Whether a place is said of a kind that the shop has, or that was looked for before, and nothing shown is one: "the first rug" of
    lamps."""
    name = parse.slots.product
    if not name or not shown or not any(isinstance(ref, int) for ref in parse.slots.ref):
        return False
    if any(called(product, name) for product in shown):
        return False
    of_the_shop = parts.searcher.matching(Constraints(product=name))
    earlier = any(same_kind(need.constraints.product, name) for need in state.earlier)
    return (bool(of_the_shop) or earlier) and of_the_shop.isdisjoint(product.id for product in shown)


def called(product: Product, name: str | None) -> bool:
    """Whether the product may be called so: a word of the name stands in its title, brand or category. True for no name."""
    own = content_stems(" ".join((product.title, product.brand or "", *product.category)))
    return not name or bool(set(content_stems(name)) & set(own))
