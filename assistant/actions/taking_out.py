"""Taking out of the cart: whole lines, or as many as are said of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from retrieval.product import Product
from retrieval.query import Constraints

from ..mentions import mentioned, says_each
from ..model import Answer, Choice, DialogueState, Outcome, Parse, Question, Slots
from ..normalize import amounts
from ..parse import clean
from ..parts import Parts
from ..places import counts_said
from ..sayings.fewer import to_go
from . import shop_cart
from .cart import cart_sum, done, set_quantity, view_of
from .looks import so_looking
from .table import called, meant

_PARTS = re.compile(r"[,.;!?]|\band\b|\bthen\b", re.IGNORECASE)


def cart_remove(parse: Parse, state: DialogueState, parts: Parts) -> Outcome:
    """Take out what the message means, or as many of it as are said, or give it the quantity said."""
    if parse.choice is not None:
        return _with_quantities(
            ((one, parse.choice.quantity) for one in parts.catalog.get_many(parse.choice.ids)), state, parts
        )
    lines = view_of(state.cart, parts).lines
    if not lines and parts.shop_cart and parts.shop_cart.lines:
        return replace(shop_cart.changed_there(parts.shop_cart), cart=())
    if not lines:
        return _of_no_line(parse, state, parts)
    targets = _in_cart(parse, state, parts)
    if not targets:
        return _which_line([product for product, _ in lines], parse, state, parts)
    left = _left(targets, parse, state, parts)
    if left is None:
        return _out_or_left(targets, max(_said_of(targets, parse)), state)
    return _with_quantities(zip(targets, left, strict=True), state, parts)


def _of_no_line(parse: Parse, state: DialogueState, parts: Parts) -> Outcome:
    """That there is nothing to take out; of "make it 3", the question whether as many of what was spoken of are to be put in."""
    quantity = parse.slots.quantity
    spoken_of = parts.catalog.get_many([state.focus] if state.focus and state.focus not in state.taken_out else [])
    if not quantity or not spoken_of or to_go(parse.message, parts.embedder) is not False:
        return Outcome(cart=(), answer=Answer("Your cart is empty, so there is nothing to take out."))
    question = Question(f"Shall I put {quantity} × {spoken_of[0].title} in it?", "confirm", ("Yes", "No"))
    ids = (spoken_of[0].id,)
    act = Parse("cart_add", Slots(quantity=quantity), ("cart_add",), products=ids, puts=ids)
    return Outcome(cart=(), answer=done(["Your cart is empty.", question.text]), question=question, asked=act)


def amount_answered(parse: Parse, state: DialogueState, parts: Parts) -> Parse:
    """The change of the cart that the last turn asked about, where the message answers how many go or stay ("just 2"), however it was
    read; else as it was read."""
    asked = state.asked
    if asked is None or asked.intent != "cart_remove" or asked.slots.quantity is None or not asked.products:
        return parse
    numbers = {amount.value for amount in amounts(clean(parse.message)) if not amount.measured}
    of_the_cart = parse.intent == "cart_remove" or numbers == {asked.slots.quantity}
    if len(numbers) != 1 or not of_the_cart or to_go(parse.message, parts.embedder) is None:
        return parse
    return replace(asked, slots=Slots(quantity=int(numbers.pop())), message=parse.message)


def _left(products: Sequence[Product], parse: Parse, state: DialogueState, parts: Parts) -> list[int] | None:
    """How many of each stay in the cart, 0 where no number is said of it; None where a number may be of those that go or that stay."""
    there = {line.product_id: line.quantity for line in state.cart}
    said = _said_of(products, parse)
    less = [max(there.get(one.id, 0) - count, 0) if count else 0 for one, count in zip(products, said, strict=True)]
    if less == said:
        return less
    away = to_go(_own_part(parse), parts.embedder)
    added = any(count > there.get(one.id, 0) for one, count in zip(products, said, strict=True))
    if away is None and not added:
        return None
    return less if away else said


def _own_part(parse: Parse) -> str:
    """Of a message for several things the one part that has the number: "change the mugs to 2" of "add it, and change the mugs to 2"."""
    each = [part.strip() for part in _PARTS.split(parse.message) if part.strip()]
    counting = [part for part in each if any(one.value == parse.slots.quantity for one in amounts(part.lower()))]
    return counting[0] if len(counting) == 1 else parse.message


def _said_of(products: Sequence[Product], parse: Parse) -> list[int]:
    """The number that is said of each: of all, or "one of the first", 0 where none is."""
    of_all = [parse.slots.quantity or 0] * len(products)
    if any(of_all) or len(parse.slots.ref) != len(products):
        return of_all
    return list(counts_said(parse.message, parse.slots.ref)) or of_all


def _out_or_left(products: Sequence[Product], quantity: int, state: DialogueState) -> Outcome:
    """The question whether as many go or stay, which waits for the answer (`amount_answered`)."""
    options = (f"Take {quantity} out", f"Leave {quantity}")
    question = Question(f"Shall I take {quantity} out, or leave {quantity}?", "quantity", options)
    ids = tuple(product.id for product in products)
    act = Parse("cart_remove", Slots(quantity=quantity), ("cart_remove",), products=ids)
    return Outcome(cart=state.cart, focus=products[0].id, answer=done([question.text]), question=question, asked=act)


def _which_line(products: Sequence[Product], parse: Parse, state: DialogueState, parts: Parts) -> Outcome:
    """The question which of the cart's products is meant; of a single one, whether it is, unless what is named is another thing that the
    shop has."""
    name = parse.slots.product
    if len(products) > 1:
        names = ", ".join(product.title for product in products)
        nothing = f"Nothing in your cart is called “{name}”. " if name and not parse.slots.ref else ""
        return Outcome(cart=state.cart, answer=done([f"{nothing}Which one do you mean? In your cart: {names}."]))
    (only,) = products
    if name and parts.searcher.matching(Constraints(product=name)):
        text = f"Nothing in your cart is called “{name}”: it holds only {only.title}, so I left it as it is."
        return Outcome(cart=state.cart, answer=done([text]))
    (quantity,) = _left(products, parse, state, parts) or (parse.slots.quantity or 0,)
    act = Parse("cart_remove", choice=Choice((only.id,), quantity))
    question = Question(
        "Shall I take it out?" if not quantity else f"Shall I set it to {quantity}?", "confirm", ("Yes", "No")
    )
    held = f"Your cart holds only {only.title}{f', and nothing called “{name}”' if name else ''}."
    return Outcome(cart=state.cart, answer=done([held, question.text]), question=question, asked=act)


def _with_quantities(quantities: Iterable[tuple[Product, int]], state: DialogueState, parts: Parts) -> Outcome:
    """The cart with exactly so many of each of these products."""
    cart, said = state.cart, list[str]()
    for product, quantity in quantities:
        cart, sentence = set_quantity(cart, product, quantity)
        said.append(sentence)
    return Outcome(cart=cart, answer=done([*said, cart_sum(cart, parts)]))


def _in_cart(parse: Parse, state: DialogueState, parts: Parts) -> list[Product]:
    """The products of the cart that the message means: by name or place in what was shown, else by name or place in the cart."""
    products = [product for product, _ in view_of(state.cart, parts).lines]
    each = says_each(parse.message) and parse.slots.ref in ((), ("last",)) and not parse.slots.product
    if "all" in parse.slots.ref or each:
        return products
    if so := so_looking(parse, products):
        return so
    ids = {product.id for product in products}
    pointed = [product for product in meant(parse, state, parts) if product.id in ids]
    in_place = replace(state, shown=tuple(product.id for product in products), focus=products[-1].id)
    found = pointed or mentioned(parse.slots, in_place, products)
    if not found and len(products) == 1 and not parse.slots.ref:
        found = products
    named = [product for product in found if called(product, parse.slots.product)]
    return named or _of_the_kind(parse.slots.product, products, parts)


def _of_the_kind(name: str | None, products: Sequence[Product], parts: Parts) -> list[Product]:
    """Those that the shop finds under the name, whatever their titles say: "the bread" is a loaf."""
    ids = parts.searcher.matching(Constraints(product=name)) if name else frozenset[str]()
    return [product for product in products if product.id in ids]
