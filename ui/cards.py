"""What the page shows of a conversation, as HTML. Pure; every text that comes from a shop or a shopper is escaped here."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import Any, Self
from urllib.parse import urlsplit

from assistant.actions.handoff import FAULT
from assistant.sessions import StaffAnswer
from retrieval.product import money

from .about import about
from .drawings import ADDRESS
from .icons import placeholder
from .markup import escape
from .shapes import Cart, CartItem, Comparison, Evidence, FollowUp, ProductCard, Reply, Source, Wish

EXAMPLES = (
    "I need a warm desk lamp under 40",
    "A waterproof backpack for my laptop",
    "Quiet keyboard, not black",
    "Coffee beans for espresso",
)
TEAM = "From the shop’s team"
COMPARE = "Compare the first two"
STEPS = ("Reading your message", "Looking through the shop", "Writing the answer")
_ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth".split()


@dataclass(frozen=True)
class Spoken:
    """One turn as it stands on the page, from the moment the message is sent. waiting: more is to come. trouble: why it failed.

    queued: who is served first, while that is so. step: which of STEPS is under way. reply: the whole answer, once it is there.
    passed_on: the shopper was told whether the staff have it. answers: theirs, after it.
    """

    message: str
    text: str = ""
    products: tuple[ProductCard, ...] = ()
    question: FollowUp | None = None
    suggestions: tuple[str, ...] = ()
    waiting: bool = False
    trouble: str | None = None
    queued: str = ""
    step: int = 0
    reply: Reply | None = None
    passed_on: bool = False
    answers: tuple[StaffAnswer, ...] = ()

    @classmethod
    def kept(cls, message: str, reply: Mapping[str, Any], answers: tuple[StaffAnswer, ...] = ()) -> Self:
        """A turn that was taken, from the contract's object."""
        shape = Reply.model_validate(reply)
        passed_on = shape.handoff is not None or shape.fault == FAULT
        said = (message, shape.reply, tuple(shape.products), shape.question, tuple(shape.suggestions))
        return cls(*said, reply=shape, passed_on=passed_on, answers=answers)


def earlier(turns: Sequence[Spoken]) -> str:
    """All turns before the newest. The products last shown keep their buttons; the page hides them once newer ones are there."""
    showing = max((number for number, turn in enumerate(turns) if turn.products), default=-1)
    return "".join(_turn(turn, in_reach=number == showing) for number, turn in enumerate(turns))


def newest(turn: Spoken | None) -> str:
    """The turn under way, or the last one with what to say next; an invitation when nothing was said yet."""
    if turn is None:
        return _welcome()
    return _turn(turn, in_reach=True, following="" if turn.waiting else _next(turn))


def staff_answer(text: str) -> str:
    """What a person of the shop wrote, apart from what the assistant says; of the newest it is said who answers next."""
    return (
        f'<div class="staff"><p class="from">{TEAM}</p><p class="words" dir="auto">{_lines(text)}</p>'
        '<p class="next">The assistant answers what you write next. Ask for a person to pass it on again.</p></div>'
    )


def understood(wishes: Sequence[Wish], also: Sequence[str] = ()) -> str:
    """What was understood so far, a chip a wish, with a button that takes it back; also: what else is looked for, in words."""
    chips = [f"<li><span>{escape(wish.text)}</span>{_remove(wish)}</li>" for wish in wishes]
    body = f'<ul class="wishes">{"".join(chips)}</ul>' if chips else '<p class="none">Nothing yet. Just tell me.</p>'
    others = f'<p class="also">Also: {escape("; ".join(also))}</p>' if also else ""
    return f'<section aria-label="What I understood"><h2>Looking for</h2>{body}{others}</section>'


def cart(view: Cart) -> str:
    """The cart: lines with quantities, and the total. On narrow screens the lines unfold on demand."""
    count = f"{view.count} {'item' if view.count == 1 else 'items'}"
    if not view.items:
        return '<section class="cart" aria-label="Cart"><h2>Cart</h2><p class="none">Your cart is empty.</p></section>'
    total = escape(_money(view.total, view.currency))
    lines = "".join(
        f'<li><span class="what">{escape(item.title)}</span>{_stepper(item)}'
        f'<span class="sum">{escape(_money(item.subtotal, view.currency))}</span></li>'
        for item in view.items
    )
    out = '<button type="button" class="out" data-say="Check out">Check out</button>'
    full = f'<ul class="lines">{lines}</ul><p class="total"><span>Total</span><strong>{total}</strong></p>{out}'
    return (
        f'<section class="cart wide" aria-label="Cart"><h2>Cart <small>{count}</small></h2>{full}</section>'
        f'<details class="cart narrow"><summary>Cart <small>{count}</small> <strong>{total}</strong></summary>{full}</details>'
    )


def _stepper(item: CartItem) -> str:
    """The quantity between one less and one more, and the way out: exact acts, with no words that might be misread."""
    title = item.title
    fewer = _quantity("−", item.product_id, item.quantity - 1, f"One less: {title}") if item.quantity > 1 else ""
    more = _quantity("+", item.product_id, item.quantity + 1, f"One more: {title}")
    out = _quantity("×", item.product_id, 0, f"Take out: {title}")
    return f'<span class="how-many">{fewer}<span><span class="sr-only">Quantity </span>{item.quantity}</span>{more}{out}</span>'


def _quantity(sign: str, product_id: str, quantity: int, name: str) -> str:
    return _exact("cart", {"product_id": product_id, "quantity": quantity}, sign, name)


def card(product: ProductCard, *, in_reach: bool) -> str:
    """One product with its price, reasons and caveats. in_reach: with buttons that say something about it by its place."""
    name = escape(product.title)
    link = _web_address(product.url)
    title = f'<a href="{link}" target="_blank" rel="noopener noreferrer">{name}</a>' if link else name
    facts = [
        '<p class="sponsored">Sponsored</p>' if product.sponsored else "",
        f'<p class="brand">{escape(product.brand)}</p>' if product.brand else "",
        f"<h3>{title}</h3>",
        _price(product),
        _standing(product),
        _why(product),
        _buttons(product) if in_reach else "",
    ]
    return (
        f'<li class="card"><article aria-label="{product.rank}. {name}">'
        f'<div class="picture">{_picture(product)}<span class="rank" aria-hidden="true">{product.rank}</span></div>'
        f'<div class="facts">{"".join(facts)}</div></article></li>'
    )


def ordinal(rank: int) -> str:
    """How a shopper names a place: "first", "second"; from eleven on "number 11"."""
    return _ORDINALS[rank - 1] if rank <= len(_ORDINALS) else f"number {rank}"


def _turn(turn: Spoken, *, in_reach: bool, following: str | None = None) -> str:
    marks = (' aria-busy="true"' if turn.waiting else "") + (" data-passed-on" if turn.passed_on else "")
    parts = [
        f'<h2 class="said"><span class="sr-only">You: </span>{_lines(turn.message)}</h2>',  # a reader goes from message to message
        f'<div class="answer"><span class="sr-only">Assistant: </span>{_lines(turn.text)}</div>' if turn.text else "",
        _cards(turn.products, in_reach=in_reach),
        f'<div class="trouble">{_lines(turn.trouble)}</div>' if turn.trouble else "",
        _thinking(turn) if turn.waiting and not turn.text else "",
        _beside(turn.reply) if turn.reply else "",
        following or "",
        *(staff_answer(answer.text) for answer in turn.answers),
        about(turn.reply) if turn.reply and following is not None else "",
    ]
    return f'<section class="turn"{marks}>{"".join(parts)}</section>'


def progress(turn: Spoken) -> str:
    """What a screen reader hears of a turn that is under way: its place in line, else its step."""
    return turn.queued or STEPS[turn.step]


def _thinking(turn: Spoken) -> str:
    """Which step is under way; after a while page.js shows, and says, that it takes long."""
    now = ' class="now" aria-current="step"'
    steps = "".join(f"<li{now if place == turn.step else ''}>{name}</li>" for place, name in enumerate(STEPS))
    line = f'<p class="queued">{escape(turn.queued)}</p>' if turn.queued else f'<ol class="steps">{steps}</ol>'
    slow = '<p class="slow" hidden>This takes longer than usual. Still working.</p>'
    return f'<div class="thinking"><span></span><span></span><span></span></div>{line}{slow}'


def _beside(reply: Reply) -> str:
    """What an answer has besides its words and cards: a comparison, the shop's own texts, the ways to the checkout and to the staff."""
    pay = _web_address(reply.checkout_url)
    link = (
        f'<p><a class="pay" href="{pay}" target="_blank" rel="noopener noreferrer">Go to checkout</a></p>'
        if pay
        else ""
    )
    staff = reply.contact_link
    if staff and urlsplit(staff.url).scheme in ("https", "mailto", "tel", "sms"):
        link += f'<p><a class="pay" href="{escape(staff.url)}" rel="noopener noreferrer">{escape(staff.text)}</a></p>'
    return (_comparison(reply.comparison) if reply.comparison else "") + _sources(reply.sources) + link


def _comparison(shown: Comparison) -> str:
    names = "".join(f'<th scope="col">{escape(row.title or row.product_id)}</th>' for row in shown.rows)
    lines = "".join(
        f'<tr><th scope="row">{escape(field.replace("_", " "))}</th>'
        + "".join(f"<td>{escape(row.values[place])}</td>" for row in shown.rows)
        + "</tr>"
        for place, field in enumerate(shown.fields)
    )
    return (
        '<div class="table compare" role="region" aria-label="Comparison" tabindex="0"><table>'
        f"<thead><tr><td></td>{names}</tr></thead><tbody>{lines}</tbody></table></div>"
    )


def _sources(sources: Iterable[Source]) -> str:
    return "".join(
        f'<blockquote class="source">{_lines(one.quote)}<cite>{escape(one.title)}</cite></blockquote>'
        for one in sources
    )


def _cards(products: Iterable[ProductCard], *, in_reach: bool) -> str:
    """The products in order; where a message asked for several things, a list for each under its name."""
    return "".join(_list(need, list(group), in_reach) for need, group in groupby(products, lambda one: one.need))


def _list(need: str | None, products: Sequence[ProductCard], in_reach: bool) -> str:
    shown = "".join(card(product, in_reach=in_reach) for product in products)
    if need is None:
        return f'<ol class="cards">{shown}</ol>'
    name = escape(need)
    return f'<p class="need" aria-hidden="true">{name}</p><ol class="cards" aria-label="{name}" start="{products[0].rank}">{shown}</ol>'


def _next(turn: Spoken) -> str:
    """The question with its options, and the suggestions, each a button that says its own words."""
    asked = turn.question
    unsaid = asked and not turn.text.endswith(asked.text)  # most replies end with it
    question = f'<p class="question">{escape(asked.text)}</p>' if asked and unsaid else ""
    question += _chips(asked.options, "Answers") if asked else ""
    rest = [text for text in turn.suggestions if not asked or text not in asked.options]
    compare = ""
    if len(turn.products) > 1 and not (turn.reply and turn.reply.comparison):
        compare = _button(COMPARE, say=COMPARE, means=_means("compare", *turn.products[:2]))
    return question + _chips(rest, "You could say", compare)


def _chips(texts: Sequence[str], name: str, last: str = "") -> str:
    buttons = "".join(_button(text, say=text) for text in texts) + last
    return f'<div class="chips" role="group" aria-label="{escape(name)}">{buttons}</div>' if buttons else ""


def _welcome() -> str:
    return (
        '<section class="welcome"><h2>What are you looking for?</h2>'
        "<p>Say it in your own words: a budget, a colour, what you don’t want. "
        "I show what the shop has, and why it fits.</p>" + _chips(EXAMPLES, "Try one of these") + "</section>"
    )


def _picture(product: ProductCard) -> str:
    """The stand-in, and over it the picture where there is one: page.js takes it away when it cannot be loaded."""
    stand_in = placeholder(product.title, product.category)
    if not (address := _picture_address(product.image_url)):
        return stand_in
    how = 'loading="lazy" decoding="async" referrerpolicy="no-referrer"'
    return f'{stand_in}<img src="{address}" alt="{escape(product.title)}" {how}>'


def _price(product: ProductCard) -> str:
    if product.price is None:
        return '<p class="price">Price not stated</p>'
    before = ""
    if product.list_price is not None and product.list_price > product.price:
        struck = escape(_money(product.list_price, product.currency))
        before = f' <span class="sr-only">instead of</span> <s>{struck}</s>'
    return f'<p class="price"><strong>{escape(_money(product.price, product.currency))}</strong>{before}</p>'


def _standing(product: ProductCard) -> str:
    """Rating and stock; what the feed does not say is said to be unknown."""
    rating = ""
    if product.rating is not None:
        reviews = f' <span class="reviews">({product.review_count:,})</span>' if product.review_count else ""
        rating = (
            f'<span class="rating"><span aria-hidden="true">★</span><span class="sr-only">Rated </span> '
            f'{product.rating:g}<span class="sr-only"> of 5</span>{reviews}</span>'
        )
    mark, words = {True: ("yes", "In stock"), False: ("no", "Sold out"), None: ("unknown", "Stock not stated")}[
        product.in_stock
    ]
    return f'<p class="standing">{rating}<span class="stock {mark}">{words}</span></p>'


def _why(product: ProductCard) -> str:
    """Reasons, each of which unfolds into the listing's own words (page.js asks for them), and caveats."""
    met = [
        f'<li class="reason"><span aria-hidden="true">✓</span>{_reason(product.id, reason)}</li>'
        for reason in product.reasons
    ]
    unmet = [
        f'<li class="caveat"><span aria-hidden="true">–</span><span class="sr-only">But: </span>{escape(caveat.text)}</li>'
        for caveat in product.caveats
    ]
    return f'<ul class="why">{"".join([*met, *unmet])}</ul>' if met or unmet else ""


def _reason(product_id: str, reason: Evidence) -> str:
    """What unfolds, but for what shoppers did: of that a listing says nothing."""
    if reason.field == "events":
        return f"<span>{escape(reason.text)}</span>"
    return (
        f'<details data-quote="{escape(product_id)}" data-field="{escape(reason.field)}">'
        f"<summary>{escape(reason.text)}</summary><blockquote></blockquote></details>"
    )


def _buttons(product: ProductCard) -> str:
    """What can be said about this product by its place, and done by its id. A sold-out one cannot be added."""
    place, title = ordinal(product.rank), product.title
    said, meant = f"Add the {place} one to my cart", _means("cart_add", product)
    add = _button("Add to cart", say=said, means=meant, name=f"Add to cart: {title}", kind="main")
    said, meant = f"Show me more like the {place} one", _means("similar", product)
    like = _button("Similar", say=said, means=meant, name=f"More like this: {title}")
    ask = _button("Ask", draft=f"About the {place} one: ", name=f"Ask about: {title}")
    return f'<div class="actions">{"" if product.in_stock is False else add}{_choose(product)}{like}{ask}</div>'


def _choose(product: ProductCard) -> str:
    """The button that chooses the product to be compared with the next one chosen; page.js knows which is."""
    named = escape(json.dumps({"id": product.id, "title": product.title}))
    label = escape(f"Compare: {product.title}")
    return f'<button type="button" class="plain" data-compare="{named}" aria-pressed="false" aria-label="{label}">Compare</button>'


def _means(act: str, *products: ProductCard) -> str:
    """What a button means by its words, as the API has it, so that no model has to read them."""
    return json.dumps({"act": act, "product_ids": [product.id for product in products]})


def _button(text: str, *, say: str = "", means: str = "", draft: str = "", name: str = "", kind: str = "") -> str:
    """A button. say: sent as the shopper's message, and what it `means` exactly; draft: put before the cursor, for the shopper to go on."""
    what = f'data-say="{escape(say)}"' if say else f'data-draft="{escape(draft)}"'
    what += f' data-means="{escape(means)}"' if means else ""
    label = f' aria-label="{escape(name)}"' if name else ""
    return f'<button type="button" class="{kind or "plain"}" {what}{label}>{escape(text)}</button>'


def _remove(wish: Wish) -> str:
    """The button that takes a wish back: not in words, which might be misread, but by its field and value."""
    return _exact("drop", {"field": wish.field, "value": wish.value}, "×", f"Remove: {wish.text}")


def _exact(kind: str, meaning: Mapping[str, object], sign: str, name: str) -> str:
    """A button that sends what it means, as the API has it under `kind`, and its name for the transcript."""
    label = escape(name)
    return f'<button type="button" data-{kind}="{escape(json.dumps(meaning))}" aria-label="{label}" title="{label}">{sign}</button>'


def _money(amount: float, currency: str) -> str:
    return money(Decimal(str(amount)), currency)


def _web_address(address: str | None) -> str:
    """The address, ready for an attribute, when it is one of the web; else nothing: a feed may hold `javascript:`."""
    try:
        return escape(address) if address and urlsplit(address).scheme in ("http", "https") else ""
    except ValueError:
        return ""


def _picture_address(address: str | None) -> str:
    """A picture of the web, or one of this server's own drawings, relative to the page; of its other paths none is a picture."""
    if address and ADDRESS.fullmatch(address):
        return address.removeprefix("/")
    return _web_address(address)


def _lines(text: str) -> str:
    return "<br>".join(escape(line) for line in text.splitlines())
