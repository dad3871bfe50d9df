"""What the page shows of a conversation, as HTML. Pure; every text that comes from a shop or a shopper is escaped here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from html import escape
from typing import Any, Self
from urllib.parse import urlsplit

from retrieval.product import money

from .drawings import ADDRESS
from .icons import placeholder
from .shapes import Cart, Evidence, FollowUp, ProductCard, Reply, Wishes

EXAMPLES = (
    "I need a warm desk lamp under 40",
    "A waterproof backpack for my laptop",
    "Quiet keyboard, not black",
    "Coffee beans for espresso",
)
_ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth".split()


@dataclass(frozen=True)
class Spoken:
    """One turn as it stands on the page, from the moment the message is sent. waiting: more is to come. trouble: why it failed.

    queued: who is served first, while that is so.
    """

    message: str
    text: str = ""
    products: tuple[ProductCard, ...] = ()
    question: FollowUp | None = None
    suggestions: tuple[str, ...] = ()
    waiting: bool = False
    trouble: str | None = None
    queued: str = ""

    @classmethod
    def kept(cls, message: str, reply: Mapping[str, Any]) -> Self:
        """A turn that was taken, from the contract's object."""
        shape = Reply.model_validate(reply)
        return cls(message, shape.reply, tuple(shape.products), shape.question, tuple(shape.suggestions))


def earlier(turns: Sequence[Spoken]) -> str:
    """All turns before the newest. The products last shown keep their buttons; the page hides them once newer ones are there."""
    showing = max((number for number, turn in enumerate(turns) if turn.products), default=-1)
    return "".join(_turn(turn, in_reach=number == showing) for number, turn in enumerate(turns))


def newest(turn: Spoken | None) -> str:
    """The turn under way or the last one, with what to say next; an invitation when nothing was said yet."""
    return _welcome() if turn is None else _turn(turn, in_reach=True, following=_next(turn))


def understood(wishes: Wishes, currency: str) -> str:
    """What was understood so far, a chip a wish."""
    chips = [f"<li>{escape(text)}</li>" for text in wish_texts(wishes, currency)]
    body = f'<ul class="wishes">{"".join(chips)}</ul>' if chips else '<p class="none">Nothing yet. Just tell me.</p>'
    return f'<section aria-label="What I understood"><h2>Looking for</h2>{body}</section>'


def cart(view: Cart) -> str:
    """The cart: lines with quantities, and the total. On narrow screens the lines unfold on demand."""
    count = f"{view.count} {'item' if view.count == 1 else 'items'}"
    if not view.items:
        return '<section class="cart" aria-label="Cart"><h2>Cart</h2><p class="none">Your cart is empty.</p></section>'
    total = escape(_money(view.total, view.currency))
    lines = "".join(
        f'<li><span class="what">{escape(item.title)}</span><span class="how-many">× {item.quantity}</span>'
        f'<span class="sum">{escape(_money(item.subtotal, view.currency))}</span></li>'
        for item in view.items
    )
    full = f'<ul class="lines">{lines}</ul><p class="total"><span>Total</span><strong>{total}</strong></p>'
    return (
        f'<section class="cart wide" aria-label="Cart"><h2>Cart <small>{count}</small></h2>{full}</section>'
        f'<details class="cart narrow"><summary>Cart <small>{count}</small> <strong>{total}</strong></summary>{full}</details>'
    )


def card(product: ProductCard, *, in_reach: bool) -> str:
    """One product with its price, reasons and caveats. in_reach: with buttons that say something about it by its place."""
    name = escape(product.title)
    link = _web_address(product.url)
    title = f'<a href="{link}" target="_blank" rel="noopener noreferrer">{name}</a>' if link else name
    facts = [
        f'<p class="brand">{escape(product.brand)}</p>' if product.brand else "",
        f"<h3>{title}</h3>",
        _price(product),
        _standing(product),
        _why(product.reasons, product.caveats),
        _buttons(product) if in_reach else "",
    ]
    return (
        f'<li class="card"><article aria-label="{product.rank}. {name}">'
        f'<div class="picture">{_picture(product)}<span class="rank" aria-hidden="true">{product.rank}</span></div>'
        f'<div class="facts">{"".join(facts)}</div></article></li>'
    )


def wish_texts(wishes: Wishes, currency: str) -> list[str]:
    """The constraints in the words of a shopper, such as "desk lamp", "under $40", "not leather"."""
    plain = [
        wishes.product,
        wishes.brand,
        *wishes.color,
        *wishes.material,
        *wishes.size,
        wishes.gender,
        *wishes.features,
    ]
    quantity = f"{wishes.quantity} pieces" if wishes.quantity and wishes.quantity > 1 else None
    stock = "in stock" if wishes.in_stock else None
    refused = [f"not {word}" for word in wishes.exclude]
    bounds = _bounds(wishes.price_min, wishes.price_max, currency)
    return [text for text in (*plain, bounds, quantity, stock, *refused) if text]


def ordinal(rank: int) -> str:
    """How a shopper names a place: "first", "second"; from eleven on "number 11"."""
    return _ORDINALS[rank - 1] if rank <= len(_ORDINALS) else f"number {rank}"


def _turn(turn: Spoken, *, in_reach: bool, following: str = "") -> str:
    busy = ' aria-busy="true"' if turn.waiting else ""
    parts = [
        f'<div class="said"><span class="sr-only">You: </span>{_lines(turn.message)}</div>',
        f'<div class="answer"><span class="sr-only">Assistant: </span>{_lines(turn.text)}</div>' if turn.text else "",
        _cards(turn.products, in_reach=in_reach),
        f'<div class="trouble">{_lines(turn.trouble)}</div>' if turn.trouble else "",
        _thinking(turn.queued) if turn.waiting and not turn.text else "",
        following,
    ]
    return f'<section class="turn"{busy}>{"".join(parts)}</section>'


def _thinking(queued: str) -> str:
    dots = '<div class="thinking"><span></span><span></span><span></span></div>'
    return f'{dots}<p class="queued">{escape(queued)}</p>' if queued else dots


def _cards(products: Iterable[ProductCard], *, in_reach: bool) -> str:
    shown = "".join(card(product, in_reach=in_reach) for product in products)
    return f'<ol class="cards">{shown}</ol>' if shown else ""


def _next(turn: Spoken) -> str:
    """The question with its options, and the suggestions, each a button that says its own words."""
    asked = turn.question
    unsaid = asked and not turn.text.endswith(asked.text)  # most replies end with it
    question = f'<p class="question">{escape(asked.text)}</p>' if asked and unsaid else ""
    question += _chips(asked.options, "Answers") if asked else ""
    rest = [text for text in turn.suggestions if not asked or text not in asked.options]
    return question + _chips(rest, "You could say")


def _chips(texts: Sequence[str], name: str) -> str:
    buttons = "".join(_button(text, say=text) for text in texts)
    return f'<div class="chips" role="group" aria-label="{escape(name)}">{buttons}</div>' if texts else ""


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


def _why(reasons: Iterable[Evidence], caveats: Iterable[Evidence]) -> str:
    met = [f'<li class="reason"><span aria-hidden="true">✓</span>{escape(reason.text)}</li>' for reason in reasons]
    unmet = [
        f'<li class="caveat"><span aria-hidden="true">–</span><span class="sr-only">But: </span>{escape(caveat.text)}</li>'
        for caveat in caveats
    ]
    return f'<ul class="why">{"".join([*met, *unmet])}</ul>' if met or unmet else ""


def _buttons(product: ProductCard) -> str:
    """What can be said about this product by its place. A sold-out one cannot be added."""
    place, title = ordinal(product.rank), product.title
    add = _button("Add to cart", say=f"Add the {place} one to my cart", name=f"Add to cart: {title}", kind="main")
    ask = _button("Ask", draft=f"About the {place} one: ", name=f"Ask about: {title}")
    return f'<div class="actions">{"" if product.in_stock is False else add}{ask}</div>'


def _button(text: str, *, say: str = "", draft: str = "", name: str = "", kind: str = "") -> str:
    """A button. say: sent as the shopper's message; draft: put before the cursor, for the shopper to go on."""
    what = f'data-say="{escape(say)}"' if say else f'data-draft="{escape(draft)}"'
    label = f' aria-label="{escape(name)}"' if name else ""
    return f'<button type="button" class="{kind or "plain"}" {what}{label}>{escape(text)}</button>'


def _bounds(low: float | None, high: float | None, currency: str) -> str | None:
    if low is not None and high is not None:
        return f"{_money(low, currency)} to {_money(high, currency)}"
    if high is not None:
        return f"under {_money(high, currency)}"
    return f"from {_money(low, currency)}" if low is not None else None


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
