"""What speaks for a product that nobody rated: the wishes that it meets, its price against the others, what its listing states. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from statistics import median

from retrieval.evidence import judge
from retrieval.product import Product, money
from retrieval.query import Constraints
from retrieval.words import DENIED, content_stems, quote

from ..quotes import not_repeated
from ..taste import NOT_TASTE, trait_words

TOLD = 2  # wishes met, and further facts, that an argument names
CLEARLY = 0.9  # of the middle price: what costs at most so much is worth a word

Words = tuple[str, tuple[str, ...]]  # an argument, and the facts that it rests on


def wishes_met(product: Product, constraints: Constraints) -> list[str]:
    """For the wishes that it meets, at most TOLD, how it says so: "its listing says “red” and “oak”", "its name says “fishing”" where the
    title has the words, "it is listed under kitchen"."""
    found = [one for one in (judge(product, *wish) for wish in constraints.wishes) if one.status == "met"][:TOLD]
    titled = [
        quote(product.title, content_stems(one.wish), around=0) or one.words for one in found if one.source == "title"
    ]
    quoted = not_repeated([f"“{one.words}”" for one in found if one.source not in ("category", "title")])
    said = [f"its listing says {' and '.join(quoted)}"] if quoted else []
    said += [f"its name says {' and '.join(f'“{words}”' for words in titled)}"] if titled else []
    return said + [f"it is listed under {_shelf(product, one.wish)}" for one in found if one.source == "category"]


def _shelf(product: Product, wish: str) -> str:
    """The category that says the wish."""
    wanted = set(content_stems(wish))
    return next(name for name in product.category if wanted <= set(content_stems(name)))


def argued(product: Product, others: Sequence[Product], constraints: Constraints) -> Words:
    """What speaks for it beside the others that were weighed; empty where its record tells nothing."""
    met, price, stated = wishes_met(product, constraints), _standing(product, others), states(product, constraints)
    said = [*met, *([price] if price else [])]
    said += [f"its record states {stated}"] if stated and not met else []
    return ", ".join(said), tuple(said)


def states(product: Product, constraints: Constraints, beyond: Product | None = None) -> str:
    """The first facts of its record that were not asked for, "material oak, dimmable", at most TOLD; "" without any.

    beyond: only those of which this product's record says nothing.
    """
    known = set(beyond.attributes) if beyond else set()
    facts = ((name, value) for name, value in _facts(product, constraints) if name not in known)
    return trait_words(list(islice(facts, TOLD)))


def states_more(product: Product, other: Product, constraints: Constraints) -> bool:
    """Whether its record states all that the other's does, and further facts."""
    return set(other.attributes) <= set(product.attributes) and bool(states(product, constraints, beyond=other))


def _facts(product: Product, constraints: Constraints) -> Iterator[tuple[str, str]]:
    asked = {stem for _, wish in constraints.wishes for stem in content_stems(wish)}
    for name, values in product.attributes.items():
        value = ", ".join(values).casefold()
        if name not in NOT_TASTE and value not in (*DENIED, "") and not asked & set(content_stems(value)):
            yield name, value


def _standing(product: Product, others: Sequence[Product]) -> str:
    """ "the cheapest of the 5 that come close", "$12 below the middle price of the 5 that come close"; "" where neither is so."""
    prices = [one.price for one in (product, *others) if one.price is not None]
    if product.price is None or len(prices) < 3:
        return ""
    among = f"of the {len(prices)} that come close"
    if product.price == min(prices) < max(prices):
        return f"the cheapest {among}" if prices.count(product.price) == 1 else f"none costs less {among}"
    middle = median(prices)
    if float(product.price) > CLEARLY * float(middle):
        return ""
    return f"{money(middle - product.price, product.currency)} below the middle price {among}"
