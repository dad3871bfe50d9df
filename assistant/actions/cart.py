"""The cart: adding and looking. Stock is respected and said; the answer names what really happened."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from retrieval.evidence import none_gives_a_size
from retrieval.product import Product, money
from retrieval.query import Constraints
from retrieval.words import content_words

from ..contract import CartView
from ..mentions import SUPERLATIVES, says_each, says_the, tied
from ..merging import merge
from ..model import Answer, CartLine, DialogueState, Outcome, Parse, Question, Slots
from ..names import listed
from ..normalize import amounts
from ..parse import clean
from ..parts import Parts
from ..places import counts_said
from ..sayings.assent import agrees
from ..state import same_kind
from ..wordings import worded
from . import shop_cart
from .better import ask_which_is_better
from .choosing import Asked, ask_among, ask_instead
from .each_named import Named, each_named
from .find import find
from .looks import WHICH, colors_pointed_at, is_so_colored, none_so
from .named_too import another_thing, is_another_thing, named_too, not_shown_yet, shown_before, which_too
from .table import meant, names_another_kind, none_spoken_of, past_its_end
from .variants import meant_variants, open_option, unsaid_color, with_options
from .which_ones import of_those_shown, which_of_all, which_one, with_places

Cart = tuple[CartLine, ...]
Meaning = tuple[list[Product], int]  # the variants that may be meant, and how many of one of them
MOST = 999


def cart_add(parse: Parse, state: DialogueState, parts: Parts) -> Outcome:
    """Put what the message means into the cart. Nothing shown yet: show what there is, so that the shopper can choose.

    How many of which, where that is open, and a variant that nobody chose, are asked about: a cart is not filled on a guess.
    """
    if parse.choice is not None:
        chosen = parts.catalog.get_many(parse.choice.ids)
        return _put([(chosen, parse.choice.quantity)] if chosen else [], state, parts)
    if past := past_its_end(parse, state):
        return Outcome(cart=state.cart, answer=Answer(past, (past,), found=False))
    if named := each_named(parse, state, parts):
        return _each_put_in(named, parse, state, parts)
    parse = _counted_or_placed(_as_asked(parse, state, parts), state)
    products = meant(parse, state, parts)
    if not products:
        name = parse.slots.product or another_thing((), parse, state, parts) or None
        if name and says_the(parse.message, name):
            return _of_another_thing(name, parse, state, parts)
        return _choose_first(replace(parse, slots=replace(parse.slots, product=name)), state, parts)
    if is_another_thing(products, parse, state):
        return _choose_first(replace(parse, slots=replace(parse.slots, ref=())), state, parts)
    if other := another_thing(products, parse, state, parts):
        return _of_another_thing(other, parse, state, parts)
    asked = (
        ask_which_is_better(parse, state, parts)
        or _shown_so(none_so(parse, state, parts, products), parse, state, parts)
        or which_one(products, parse, state, parts)
    )
    if asked:
        return replace(asked, asked=parse)  # with how many, for the answer which
    if again := _again(products, parse, state):
        return again
    besides = named_too(products, parse, state, parts)
    products = [*products, *(found[0] for _, found in besides if len(found) == 1)]
    counts = _counts(products, parse, len(state.shown))
    if counts is None:
        text = f"How many of which? {with_places(products, state)}."
        open_ones = replace(parse, puts=tuple(one.id for one in products))
        return Outcome(cart=state.cart, answer=done([text]), asked=open_ones)
    if asked := which_of_all(products, parse, state, parts):
        return asked
    added = _added(products, counts, parse, state, parts)
    return _asking_which(besides, replace(added, focus=products[-1].id))


def _added(
    products: Sequence[Product], counts: Sequence[int], parse: Parse, state: DialogueState, parts: Parts
) -> Outcome:
    """So many of each product put in, in the variant that the message means, and what is to be said of it beside."""
    meanings, said = list[Meaning](), list[str]()
    for product, quantity in zip(products, counts, strict=True):
        variants, unmet = meant_variants(product, parse, state, parts)
        if unmet:
            said.append(f"{product.title} does not come in {unmet}, so I did not add it.")
        elif unsaid := unsaid_color(variants[0], parse):
            said.append(f"The listing of {product.title} doesn't say that it comes in {unsaid}, so I did not add it.")
        else:
            meanings.append((variants, quantity))
    outcome = _put(meanings, state, parts, said)
    beside = (
        _so_many_wanted(products, outcome, parse, state),
        _of_no_size(products, parse, parts),
        not_shown_yet(products, parse, state),
    )
    told = [said for said in beside if said]
    if told and outcome.answer and outcome.cart != state.cart:
        outcome = replace(outcome, answer=done([*outcome.answer.evidence, *told]))
    return outcome


def _shown_so(none: Outcome | None, parse: Parse, state: DialogueState, parts: Parts) -> Outcome | None:
    """Where nothing shown has the colour by which one is pointed at, what the shop has of the need in it; else the question which."""
    colors = parse.slots.color
    if none is None or none.answer is None or not colors or not state.constraints.product:
        return none
    need = replace(state, constraints=merge(state.constraints, Slots(color=colors)))
    found = find(parse, need, parts)
    if not any(is_so_colored(hit.product, colors) for hit in found.hits):
        return none
    told = none.answer.text.removesuffix(WHICH).rstrip()
    return replace(found, cart=state.cart, constraints=need.constraints, note=f"{told} {found.note}".strip())


def _of_another_thing(name: str, parse: Parse, state: DialogueState, parts: Parts) -> Outcome:
    """What is called so and was shown before: put in where it is one thing, else asked about; without any what the shop has of it."""
    found, colors = shown_before(name, state, parts), colors_pointed_at(parse)
    found = [one for one in found if is_so_colored(one, colors)] or found
    if len(found) > 1:
        ids = tuple(one.id for one in found)
        return Outcome(cart=state.cart, answer=done([which_too(name, found)]), listed=ids, asked=parse)
    if found:
        return replace(_put([(found, parse.slots.quantity or 1)], state, parts), focus=found[0].id)
    return _choose_first(replace(parse, slots=replace(parse.slots, product=name, ref=())), state, parts)


def _each_put_in(named: Sequence[Named], parse: Parse, state: DialogueState, parts: Parts) -> Outcome:
    """Each thing that one shown alone is called put in, the question which one of each that several are, and that others were not shown."""
    single = list({one.products[0].id: one for one in named if len(one.products) == 1}.values())
    products = [one.products[0] for one in single]
    left = [f"“{one.words}”" for one in named if not one.products]
    told = [f"I have not shown {listed(left, 'or')} yet, so I added none."] if left else []
    outcome = _added(products, [one.many for one in single], replace(parse, slots=Slots()), state, parts)
    said = outcome.answer.evidence if outcome.answer else ()
    outcome = replace(outcome, answer=done([*said, *told]), focus=products[-1].id if products else state.focus)
    return _asking_which([(one.words, one.products) for one in named if len(one.products) > 1], outcome)


def _asking_which(besides: Sequence[tuple[str, list[Product]]], outcome: Outcome) -> Outcome:
    """The outcome with the question which one of each of these, where several were shown: they are on the table then."""
    open_ones = [(words, found) for words, found in besides if len(found) > 1]
    if not open_ones or outcome.question is not None or outcome.answer is None:
        return outcome
    asked, ids = list[str](), list[str]()
    for words, found in open_ones:
        asked.append(which_too(words, found, first=len(ids) + 1))
        ids += [one.id for one in found]
    return replace(outcome, answer=done([*outcome.answer.evidence, *asked]), listed=tuple(ids))


def _as_asked(parse: Parse, state: DialogueState, parts: Parts) -> Parse:
    """A mere "it" after the question which of several that cost the same is meant, as what was asked about: it is still open."""
    asked, alone = state.asked, parse.slots == Slots(ref=("last",))
    if (
        asked is None
        or not alone
        or parse.products
        or not tied(asked.slots, state, parts.catalog.get_many(state.shown))
    ):
        return parse
    return replace(parse, slots=asked.slots)


def _counted_or_placed(parse: Parse, state: DialogueState) -> Parse:
    """The message, of which one number was read as a place and as how many too ("add 2"), or that says nothing but a number, with it as
    the place in the list of which nothing was spoken of yet, or of one of those compared; else as how many of what was spoken of."""
    quantity, ref = parse.slots.quantity, parse.slots.ref
    said = clean(parse.message)
    alone = ref in ((), ("last",)) and len(content_words(said)) == 1
    twice = ref == (quantity,) and not any(counts_said(parse.message, ref))  # "two of the second" says both
    if quantity is None or not (alone or twice) or len(amounts(said)) != 1:
        return parse
    there = state.shown[quantity - 1 : quantity]
    if there and (none_spoken_of(state) or there[0] in state.compared):
        return replace(parse, slots=replace(parse.slots, quantity=None, ref=(quantity,)))
    return replace(parse, slots=replace(parse.slots, ref=("last",)))


def _so_many_wanted(products: Sequence[Product], outcome: Outcome, parse: Parse, state: DialogueState) -> str:
    """What is to be said where one was added for a need of several: the number may be of pieces, so it is not guessed."""
    added = {one.id for one in products}
    of_others = any(added & set(need.found) for need in state.earlier) and added.isdisjoint(state.found)
    wanted = 1 if of_others else state.constraints.quantity or 1
    put_in = outcome.cart != state.cart and outcome.question is None
    if not put_in or wanted < 2 or parse.slots.quantity is not None or len(parse.slots.ref) != 1:
        return ""
    return f"You were looking for {wanted}: say “make it {wanted}” for as many."


def _of_no_size(products: Sequence[Product], parse: Parse, parts: Parts) -> str:
    """That the size said with it is in no listing of what was added, so that the cart does not hold it; "" where one states sizes."""
    sizes = parse.slots.size
    variants = [one for product in products for one in parts.catalog.variants(product)]
    if not none_gives_a_size(variants, sizes):
        return ""
    what = "Its listing gives" if len(products) == 1 else "Their listings give"
    return f"{what} no size, so the cart can't say {' or '.join(sizes)}: please settle that with the shop."


def _counts(products: Sequence[Product], parse: Parse, listed: int) -> Sequence[int] | None:
    """How many of each product, of a list as long as `listed`, one of those before the first number: "the first and two of the second".
    None where the message has numbers that may be of one or of all."""
    quantity, message = parse.slots.quantity or 1, parse.message
    if len(products) == 1 or says_each(message):
        return [quantity] * len(products)
    said = counts_said(message, parse.slots.ref, listed) if len(parse.slots.ref) == len(products) else ()
    if any(said):
        before = next(place for place, count in enumerate(said) if count)
        counts = [1] * before + list(said[before:])
        return counts if all(counts) else None
    return [quantity] * len(products) if quantity == 1 else None


def _again(products: Sequence[Product], parse: Parse, state: DialogueState) -> Outcome | None:
    """The question whether another is meant, where "add it" means what was just added: most who say so twice want one."""
    there = {line.product_id: line.quantity for line in state.cart}
    product, slots = products[0], parse.slots
    plainly_it = slots.quantity is None and slots.product is None and not parse.products and _is_it(slots.ref)
    if not plainly_it or len(products) > 1 or product.id != state.focus or product.id not in there:
        return None
    text = _there_already(there[product.id], product)
    if agrees(parse.message):  # to what was told, with nothing asked
        return Outcome(cart=state.cart, focus=product.id, answer=done([text]))
    act = replace(parse, slots=replace(slots, quantity=1))
    question = Question("Shall I add another?", "confirm", ("Yes", "No"))
    return Outcome(cart=state.cart, focus=product.id, answer=done([text, question.text]), question=question, asked=act)


def _is_it(ref: Sequence[int | str]) -> bool:
    """Whether a reference may say again what was just added: "it", "the cheapest one"."""
    return tuple(ref) in ((), ("last",)) or (len(ref) == 1 and ref[0] in SUPERLATIVES)


def _put(meanings: Sequence[Meaning], state: DialogueState, parts: Parts, said: Sequence[str] = ()) -> Outcome:
    """One variant of each meaning in the cart; the first of which several are left, or the one meant is sold out, is asked about."""
    cart, told, asked = state.cart, list(said), list[Asked]()
    for variants, quantity in meanings:
        if option := open_option(variants):
            asked.append(ask_among(variants, option, quantity))
            continue
        variant = next((one for one in variants if not one.sold_out), variants[0])
        cart, sentence = add(cart, variant, quantity, state)
        told.append(sentence)
        if variant.sold_out:
            asked += ask_instead(variant, parts.catalog.variants(variant), quantity)
    if cart != state.cart:
        told.append(cart_sum(cart, parts))
    told += [one.text for one in asked[:1]] + [one.later for one in asked[1:]]
    question, act = (asked[0].question, asked[0].act) if asked else (None, None)
    return Outcome(cart=cart, answer=done(told), question=question, asked=act)


def cart_view(parse: Parse, state: DialogueState, parts: Parts) -> Outcome:
    """What is in the cart, line by line, numbered so that "the second" means a line; of the shop's own, where the page tells it."""
    view = view_of(state.cart, parts)
    if parts.shop_cart is not None:
        return replace(shop_cart.told(parts.shop_cart, lines_of(view), parts.currency), cart=state.cart)
    lines = "; ".join(f"{place}. {line}" for place, line in enumerate(lines_of(view), start=1))
    said = [f"In your cart: {lines}.", total_line(view)] if lines else ["Your cart is empty."]
    listed = tuple(product.id for product, _ in view.lines)
    focus = state.focus if state.focus in listed else None  # "make it 2" means what was spoken of, not the first line
    return Outcome(cart=state.cart, answer=done(said), listed=listed, focus=focus)


def add(cart: Cart, product: Product, quantity: int, state: DialogueState) -> tuple[Cart, str]:
    """The cart with `quantity` more of the product, at most what is in stock, and what happened in a sentence."""
    there = next((line.quantity for line in cart if line.product_id == product.id), 0)
    most = available(product)
    if most == 0:
        return cart, f"{with_options(product)} is sold out, so I did not add it."
    wanted = min(there + quantity, most)
    limit = "" if wanted == there + quantity else f" {_limit(product)}"
    if wanted <= there:
        return cart, f"{_there_already(there, product)}{limit}"
    return _with(cart, product.id, wanted), f"{worded('added', state, what=_times(wanted - there, product))}{limit}"


def set_quantity(cart: Cart, product: Product, quantity: int) -> tuple[Cart, str]:
    """The cart with exactly `quantity` of the product, at most what is in stock, 0 taking it out, and what happened in a sentence."""
    kept = min(quantity, available(product))
    if kept == 0:
        sold_out = "" if quantity == 0 else " It is sold out by now."
        return tuple(line for line in cart if line.product_id != product.id), f"Took out {product.title}.{sold_out}"
    limit = f" {_limit(product)}" if kept < quantity else ""
    return _with(cart, product.id, kept), f"{product.title} is now at {kept}.{limit}"


def available(product: Product) -> int:
    """How many a cart may hold: what is in stock, 0 for what is sold out, MOST where the feed does not say."""
    if product.sold_out:
        return 0
    return MOST if product.stock is None else min(product.stock, MOST)


def _limit(product: Product) -> str:
    most = available(product)
    return f"Only {most} left in stock." if most == product.stock else f"A cart takes at most {most} of one product."


def view_of(cart: Cart, parts: Parts) -> CartView:
    """The cart with products and prices as the catalogue has them now; a product that is gone from the shop is left out."""
    products = {product.id: product for product in parts.catalog.get_many(line.product_id for line in cart)}
    lines = tuple((products[line.product_id], line.quantity) for line in cart if line.product_id in products)
    return CartView(lines, lines[0][0].currency if lines else parts.currency)


def cart_sum(cart: Cart, parts: Parts) -> str:
    """What the cart comes to; beside a cart of the shop's own, that it is another. "" where a later act of the message tells it."""
    if not parts.sums:
        return ""
    view = view_of(cart, parts)
    return shop_cart.noted(lines_of(view)) if parts.shop_cart is not None and view.lines else total_line(view)


def total_line(view: CartView) -> str:
    if not view.lines:
        return "Your cart is empty now."
    unpriced = ", ".join(product.title for product, _ in view.lines if product.price is None)
    without = f" That leaves out {unpriced}: no price is stated." if unpriced else ""
    return f"Your cart: {view.count} {'item' if view.count == 1 else 'items'}, {money(view.total, view.currency)}.{without}"


def done(said: Sequence[str]) -> Answer:
    """What the cart's own arithmetic reports; code counted it, so each sentence is its own evidence."""
    told = tuple(filter(None, said))
    return Answer(" ".join(told), told)


def _choose_first(parse: Parse, state: DialogueState, parts: Parts) -> Outcome:
    slots = parse.slots
    described = any(slots.words_of("product", "color", "material", "features"))
    superlative = next((ref for ref in slots.ref if isinstance(ref, str) and ref in SUPERLATIVES), None)
    another = names_another_kind(parse, state, parts.catalog.get_many(state.shown), parts)
    if slots.ref and state.shown and not (superlative and described) and not another:
        return of_those_shown(state)
    if slots.product or (state.constraints.product and described):
        named = (one for one in state.needs() if slots.product is None or same_kind(one.product, slots.product))
        kept = next(named, Constraints())
        need = replace(state, constraints=merge(kept, slots), sort=SUPERLATIVES.get(superlative or ""))
        return replace(find(parse, need, parts), cart=state.cart, constraints=need.constraints)
    return Outcome(cart=state.cart, answer=Answer("Which product do you mean? Tell me what you are looking for."))


def _with(cart: Cart, product_id: str, quantity: int) -> Cart:
    line = CartLine(product_id, quantity)
    if any(old.product_id == product_id for old in cart):
        return tuple(line if old.product_id == product_id else old for old in cart)
    return (*cart, line)


def _there_already(count: int, product: Product) -> str:
    return f"{count} × {with_options(product)} {'is' if count == 1 else 'are'} in your cart already."


def _times(quantity: int, product: Product) -> str:
    return f"{quantity} × {with_options(product)}{_at(product)}"


def lines_of(view: CartView) -> list[str]:
    return [_line(product, quantity) for product, quantity in view.lines]


def _line(product: Product, quantity: int) -> str:
    return f"{with_options(product)} × {quantity}{_at(product)}"


def _at(product: Product) -> str:
    return "" if product.price is None else f" at {money(product.price, product.currency)}"
