"""What a story expects, held against a reply: each expectation that does not hold, with what was expected and what came. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from retrieval.product import Product
from retrieval.words import contains

from ..contract import CartView, Reply, constraints_json
from ..stories import Cart, Line, Predicate, Products, Said, Turn, holds


@dataclass(frozen=True)
class Mismatch:
    """An expectation that does not hold. what: its name in the story."""

    what: str
    expected: str
    got: str


def mismatches(turn: Turn, reply: Reply, shown_before: Collection[str] = ()) -> list[Mismatch]:
    """What does not hold of the reply, in the order of the story's format; empty when all is well. `grounded` is not looked at here.

    shown_before: ids of the products shown earlier in the story.
    """
    return [mismatch for check in _CHECKS for mismatch in check(turn, reply, shown_before)]


def _intent(turn: Turn, reply: Reply, _: Collection[str]) -> Iterator[Mismatch]:
    if turn.intent is not None and reply.intent not in turn.intent:
        yield Mismatch("intent", " or ".join(turn.intent), reply.intent)
    if turn.acts is not None and tuple(turn.acts) != reply.acts:
        yield Mismatch("acts", ", ".join(turn.acts), ", ".join(reply.acts))


def _constraints(turn: Turn, reply: Reply, _: Collection[str]) -> Iterator[Mismatch]:
    got = constraints_json(reply.constraints)
    for name, expected in (turn.constraints or {}).items():
        if _plain(expected) != _plain(got[name]):
            yield Mismatch(f"constraints.{name}", _written(expected), _written(got[name]))


def _plain(value: object) -> object:
    """Lists without order or case, a single text like a list of one, nothing as None: what a story need not say exactly."""
    if isinstance(value, list | tuple):
        return frozenset(str(one).casefold() for one in value) or None
    if isinstance(value, str):
        return frozenset([value.casefold()])
    return None if value in (None, False) else value


def _written(value: object) -> str:
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(str, value))}]" if value else "none"
    return f"{value:g}" if isinstance(value, float) else "none" if value is None else str(value)


def _products(turn: Turn, reply: Reply, shown_before: Collection[str]) -> Iterator[Mismatch]:
    products = [card.product for card in reply.cards]
    if turn.every_product is not None:
        yield from _about(Products(min=1, every=turn.every_product), products, "every_product")
    if turn.products is not None:
        yield from _about(turn.products, products, "products")
        again = [product.id for product in products if product.id in shown_before]
        if turn.products.new and again:
            yield Mismatch("products.new", "none that was shown before", ", ".join(again))


def _about(expected: Products, products: Sequence[Product], what: str) -> Iterator[Mismatch]:
    count = len(products)
    if expected.min is not None and count < expected.min:
        yield Mismatch(f"{what}.min", f"at least {expected.min} shown", f"{count} shown")
    if expected.max is not None and count > expected.max:
        yield Mismatch(f"{what}.max", f"at most {expected.max} shown", _names(products))
    yield from _of_some(expected, products, what)
    missing = [one for one in expected.ids or () if one not in {product.id for product in products}]
    if missing:
        yield Mismatch(f"{what}.ids", ", ".join(missing), _names(products))
    if expected.sorted and not _in_order(products, expected.sorted):
        yield Mismatch(f"{what}.sorted", expected.sorted, ", ".join(_ordered_by(products, expected.sorted)))


def _of_some(expected: Products, products: Sequence[Product], what: str) -> Iterator[Mismatch]:
    if expected.every is not None:
        for place, product in enumerate(products, start=1):
            yield from _breaks(expected.every, product, f"{what}.every", f"{place}. ")
    if expected.first is not None:
        if not products:
            yield Mismatch(f"{what}.first", _wanted(expected.first), "nothing shown")
        for product in products[:1]:
            yield from _breaks(expected.first, product, f"{what}.first", "1. ")
    if expected.some is not None and not any(fits(expected.some, product) for product in products):
        yield Mismatch(f"{what}.some", _wanted(expected.some), _names(products))
    for product in products if expected.none is not None else ():
        if expected.none is not None and fits(expected.none, product):
            yield Mismatch(f"{what}.none", f"none with {_wanted(expected.none)}", product.id)
    if expected.share is not None:
        fitting = sum(fits(expected.share.of, product) for product in products)
        if fitting < expected.share.min * max(len(products), 1):
            wanted = f"{expected.share.min:.0%} with {_wanted(expected.share.of)}"
            yield Mismatch(f"{what}.share", wanted, f"{fitting} of {len(products)}")


def _breaks(predicate: Predicate, product: Product, what: str, place: str) -> Iterator[Mismatch]:
    for name, expected, got in unmet(predicate, product):
        yield Mismatch(f"{what}.{name}", expected, f"{got} ({place}{product.id})")


def fits(predicate: Predicate, product: Product) -> bool:
    return not any(unmet(predicate, product))


def unmet(predicate: Predicate, product: Product) -> Iterator[tuple[str, str, str]]:
    """The parts of the predicate that the product does not meet: name, what was expected, what the product has."""
    for name, bound, value in (
        ("price", predicate.price, product.price),
        ("rating", predicate.rating, product.rating),
        ("stock", predicate.stock, product.stock),
    ):
        if bound is not None and not holds(bound, value):
            yield name, bound, "not stated" if value is None else str(value)
    if predicate.in_stock is not None and product.in_stock is not predicate.in_stock:
        yield "in_stock", str(predicate.in_stock), str(product.in_stock)
    if predicate.id is not None and product.id not in predicate.id:
        yield "id", " or ".join(predicate.id), product.id
    yield from _words_unmet(predicate, product)


def _words_unmet(predicate: Predicate, product: Product) -> Iterator[tuple[str, str, str]]:
    if predicate.category is not None and not _any_in(predicate.category, product.category):
        yield "category", " or ".join(predicate.category), " › ".join(product.category) or "none"
    if predicate.brand is not None and not _any_in(predicate.brand, [product.brand or ""]):
        yield "brand", " or ".join(predicate.brand), product.brand or "none"
    for name, wanted in (predicate.attributes or {}).items():
        stated = product.attributes.get(name.lower(), ())
        if not _any_in(wanted, stated):
            yield f"attributes.{name}", " or ".join(wanted), ", ".join(stated) or "not stated"
    texts = all_texts(product)
    if predicate.text is not None and not _any_in(predicate.text, texts):
        yield "text", " or ".join(predicate.text), "stands nowhere"
    for word in predicate.without or ():
        if found := [text for text in texts if contains(text, word)]:
            yield "without", f"no “{word}”", f"“{found[0][:80]}”"


def all_texts(product: Product) -> list[str]:
    """All that the listing says in words."""
    stated = [f"{name}: {', '.join(values)}" for name, values in product.attributes.items()]
    return [product.title, product.description, product.brand or "", *product.category, *stated]


def _any_in(words: Iterable[str], texts: Collection[str]) -> bool:
    return any(contains(text, word) for word in words for text in texts)


def _wanted(predicate: Predicate) -> str:
    said: Mapping[str, object] = predicate.model_dump(exclude_none=True)
    return ", ".join(f"{name} {_written(value)}" for name, value in said.items())


def _names(products: Sequence[Product]) -> str:
    return ", ".join(product.id for product in products) or "nothing shown"


def _ordered_by(products: Sequence[Product], order: str) -> list[str]:
    return [str(product.rating if order == "rating" else product.price) for product in products]


def _in_order(products: Sequence[Product], order: str) -> bool:
    """Whether the products stand in the order; one that states no price or rating may stand anywhere."""
    values = [float(value) for product in products if (value := product.rating if order == "rating" else product.price)]
    return values == sorted(values, reverse=order != "price_asc")


def _cart(turn: Turn, reply: Reply, _: Collection[str]) -> Iterator[Mismatch]:
    expected = turn.cart or Cart()
    if expected.count is not None and not holds(expected.count, reply.cart.count):
        yield Mismatch("cart.count", expected.count, str(reply.cart.count))
    if expected.total is not None and not holds(expected.total, reply.cart.total):
        yield Mismatch("cart.total", expected.total, str(reply.cart.total))
    for line in expected.contains or ():
        if not any(_is_line(line, product, quantity) for product, quantity in reply.cart.lines):
            yield Mismatch("cart.contains", _line_words(line), _cart_words(reply.cart))


def _is_line(line: Line, product: Product, quantity: int) -> bool:
    return (
        line.id in (None, product.id)
        and (line.text is None or contains(product.title, line.text))
        and line.quantity in (None, quantity)
    )


def _line_words(line: Line) -> str:
    return f"{line.id or line.text or 'anything'}{f' × {line.quantity}' if line.quantity else ''}"


def _cart_words(cart: CartView) -> str:
    return ", ".join(f"{product.id} × {quantity}" for product, quantity in cart.lines) or "an empty cart"


def _named_parts(turn: Turn, reply: Reply, _: Collection[str]) -> Iterator[Mismatch]:
    asked = [reply.question.field] if reply.question else []
    yield from _yes_or_names("question", turn.question, asked)
    yield from _yes_or_names("relaxed", turn.relaxed, [relaxed.field for relaxed in reply.relaxed])
    yield from _yes_or_names("sources", turn.sources, [source.id for source in reply.sources])
    yield from _yes_or_names("comparison", turn.comparison, ["a table"] if reply.comparison else [])
    yield from _yes_or_names("handoff", turn.handoff, ["a handoff"] if reply.to_json()["handoff"] else [])


def _yes_or_names(what: str, expected: bool | list[str] | None, got: list[str]) -> Iterator[Mismatch]:
    """`true`: something is there; `false` or []: nothing; names: all of these are, or parts of them ("returns" by "returns/refunds")."""
    if expected is None:
        return
    names = expected if isinstance(expected, list) else []
    known = {*got, *(one.partition("/")[0] for one in got)}
    wrong = not set(names) <= known if names else bool(expected) is not bool(got)
    if wrong:
        yield Mismatch(what, ", ".join(names) or ("yes" if expected else "none"), ", ".join(got) or "none")


def _reply(turn: Turn, reply: Reply, _: Collection[str]) -> Iterator[Mismatch]:
    expected, text = turn.reply or Said(), _folded(reply.reply)
    for words in expected.says or ():
        if _folded(words) not in text:
            yield Mismatch("reply.says", f"“{words}”", f"“{reply.reply}”")
    if expected.says_one_of and not any(_folded(words) in text for words in expected.says_one_of):
        yield Mismatch(
            "reply.says_one_of", " or ".join(f"“{words}”" for words in expected.says_one_of), f"“{reply.reply}”"
        )
    for words in expected.never_says or ():
        if _folded(words) in text:
            yield Mismatch("reply.never_says", f"no “{words}”", f"“{reply.reply}”")


def _folded(text: str) -> str:
    return " ".join(text.casefold().split())


_Check = Callable[[Turn, Reply, Collection[str]], Iterator[Mismatch]]
_CHECKS: tuple[_Check, ...] = (_intent, _constraints, _products, _cart, _named_parts, _reply)
