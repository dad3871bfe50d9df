"""What may be said of each product of a turn: phrases that code made from its record, and the texts that may be quoted. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from retrieval.product import Product, money
from retrieval.query import Constraints
from retrieval.words import DENIED, content_stems, stem

from ..actions.answering import FEW_LEFT, Fact, facts_of
from ..model import Card
from ..names import short_names

# Fields whose value is a property of the thing itself: "black" says "color: black". Of any other field the name must be said too,
# because a shade that is white is no white lamp.
PLAIN_FIELDS = frozenset(stem(name) for name in ("color", "colour", "material", "fabric", "gender", "size"))
_AFTER_KIND = re.compile(
    r"\s*(?:[,(\[–:]|\s-\s|\b(?:with|for|in|by|of)\b).*$", re.IGNORECASE
)  # "Lamp" of "Lamp with Shade"
_ORDINALS = ("first", "second", "third", "fourth", "fifth")
_STOP = re.compile(r"[,:] (?![^“”]*”)")  # none within a quotation


@dataclass(frozen=True)
class Known:
    """One product: what it is called, and what may be said of it. lines: the same for a writer to read, "color: black".

    phrases: each is true of the product wherever it stands. need: those of them that say that it meets the need. quotable: its own texts.
    """

    id: str
    names: tuple[str, ...]
    lines: tuple[str, ...]
    phrases: frozenset[str]
    need: frozenset[str]
    quotable: tuple[str, ...]


def known(products: Sequence[Product], cards: Sequence[Card], constraints: Constraints) -> tuple[Known, ...]:
    """What is known of each product; of those shown with their place, reasons, caveats and how they compare with each other."""
    card_of = {card.product.id: card for card in cards}
    short = short_names(products)
    return tuple(_known(one, short[one.id], card_of.get(one.id), cards, constraints) for one in products)


def _known(product: Product, short: str, card: Card | None, cards: Sequence[Card], constraints: Constraints) -> Known:
    facts = list(facts_of(product, [product]))
    need = frozenset((*_bounds(product, constraints), *_kinds(product, constraints)))
    compared = tuple(_superlatives(product, cards))
    reasons = card.reasons + card.caveats if card else ()
    phrases = {phrase for fact in facts if fact.name for phrase in _phrases(fact, product)}
    phrases |= {*_stock(product), *_reduced(product), *product.category[-1:], *compared, *need}
    phrases |= {reason.text for reason in reasons}
    phrases |= {part for reason in reasons if reason.kind == "choice" for part in _parts(reason.text)}
    own = [f"{fact.name}: {fact.value}" for fact in facts if fact.name] + list(_reduced(product))[:1]
    said = [f"listing: “{product.description[:400]}”"] if product.description else []
    lines = (*own, *(reason.text for reason in reasons), *compared[:1], *said)
    return Known(
        id=product.id,
        names=tuple(dict.fromkeys((product.title, short, *_places(card, product.title, short)))),
        lines=tuple(dict.fromkeys(lines)),
        phrases=frozenset(phrases),
        need=need,
        quotable=(product.title, product.description),
    )


def _places(card: Card | None, *names: str) -> Iterator[str]:
    """ "1. Aster Desk Lamp", "the first", "the first one"."""
    if card is None:
        return
    yield from (f"{card.rank}. {name}" for name in names)
    if card.rank <= len(_ORDINALS):
        yield f"the {_ORDINALS[card.rank - 1]}"
        yield f"the {_ORDINALS[card.rank - 1]} one"


def _phrases(fact: Fact, product: Product) -> Iterator[str]:
    """The ways to say one field of the record."""
    name, value = fact.name, fact.value
    if name == "price":
        yield value
    elif name == "rating":
        yield from _rating(product)
    elif name == "brand":
        yield from (f"{word} {value}" for word in ("by", "from", "brand"))
        yield f"brand is {value}"
    elif name != "availability":
        yield from _attribute(name, value)
        for one in product.attributes.get(name, ()):
            yield from _attribute(name, one)


def _attribute(name: str, value: str) -> Iterator[str]:
    yield f"{name}: {value}"
    if value.casefold() == "yes":
        yield name
        return
    if value.casefold() in DENIED:
        yield from (f"not {name}", f"no {name}")
        return
    if stem(name) in PLAIN_FIELDS and any(len(word) > 2 and word.isalpha() for word in value.split()):
        yield from (value, f"comes in {value}")  # a size "10" or "m" by itself could be anything
    if stem(name) == stem("material"):
        yield from (f"made of {value}", f"made from {value}")
    yield from (f"{name} {link} {value}" for link in ("is", "are", "of", "in"))
    yield from (f"{value} {link} {name}" for link in ("", "of"))


def _rating(product: Product) -> Iterator[str]:
    stars = f"{product.rating:g}"
    scores = (f"{stars} of 5", f"{stars} out of 5", f"{stars}/5", f"{stars} stars")
    yield from (*scores, f"rated {stars}", *(f"rated {score}" for score in scores), f"rating of {stars}")
    if product.review_count:
        yield from (f"from {product.review_count} reviews", f"{product.review_count} reviews")


def _stock(product: Product) -> Iterator[str]:
    if product.in_stock is False:
        yield from ("sold out", "out of stock", "sold out at the moment")
    elif product.in_stock:
        yield "in stock"
        if product.stock:
            few = ("only ", "") if product.stock <= FEW_LEFT else ("",)
            yield from (f"{word}{product.stock} {end}" for word in few for end in ("left", "left in stock", "in stock"))


def _reduced(product: Product) -> Iterator[str]:
    """The price before a discount, where the record has both."""
    if product.price is not None and product.list_price is not None and product.list_price > product.price:
        before = money(product.list_price, product.currency)
        yield from (f"down from {before}", f"reduced from {before}", f"was {before}", f"list price {before}", "on sale")


def _bounds(product: Product, constraints: Constraints) -> Iterator[str]:
    """That the price is within the shopper's bounds, where it is."""
    price, low, high = product.price, constraints.price_min, constraints.price_max
    if price is None or (high is not None and price > high) or (low is not None and price < low):
        return
    if high is not None:
        most = money(high, product.currency)
        yield from (f"{word} {most}" for word in ("within", *(("under", "below") if price < high else ())))
        yield from (f"{word} your {most} limit" for word in ("within", *(("under",) if price < high else ())))
        yield from (f"within your {most} budget", f"{money(high - price, product.currency)} under your limit")
    if low is not None:
        yield f"at least {money(low, product.currency)}"
    if high is not None and low is not None:
        yield f"between {money(low, product.currency)} and {money(high, product.currency)}"
    if high is not None or low is not None:
        yield from ("within your budget", "fits your budget", "within your price range")


def _kinds(product: Product, constraints: Constraints) -> Iterator[str]:
    """The kind asked for, whole and its last word, in the singular and the plural, where the name or the shelf ends with it."""
    *_, last = wanted = (constraints.product or "").split() or [""]
    named = (_AFTER_KIND.sub("", product.title), *product.category[-1:])
    for kind in dict.fromkeys((" ".join(wanted), last)):
        if kind and any(content_stems(name)[-len(kind.split()) :] == content_stems(kind) for name in named):
            one = kind.removesuffix("s")
            yield from (kind, one, f"{one}es" if one.endswith(("s", "x", "ch", "sh")) else f"{one}s")


def _superlatives(product: Product, cards: Sequence[Card]) -> Iterator[str]:
    """What it alone is among the products shown, all of which state what is compared."""
    shown = [card.product for card in cards]
    if len(shown) < 2 or product not in shown:
        return
    prices = [one.price for one in shown if one.price is not None]
    ratings = [Decimal(str(one.rating)) for one in shown if one.rating is not None]
    if len(prices) == len(shown) and prices.count(product.price or Decimal(0)) == 1:
        yield from _among("cheapest", len(shown)) if product.price == min(prices) else ()
        yield from _among("dearest", len(shown)) if product.price == max(prices) else ()
    if len(ratings) == len(shown) and ratings.count(rating := Decimal(str(product.rating))) == 1:
        yield from _among("best rated", len(shown)) if rating == max(ratings) else ()


def _among(superlative: str, count: int) -> Iterator[str]:
    yield from (f"the {superlative} of {group}" for group in ("these", f"these {count}", f"the {count}", "those shown"))
    yield f"the {superlative} shown"


def _parts(text: str) -> Iterator[str]:
    """Of "best value: $5 less, rated 4.4 against 4.5" each part between stops; a quotation stays whole."""
    yield from _STOP.split(text)
