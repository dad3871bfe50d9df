"""The values that a turn passes from step to step; what leaves it is in contract.py."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from decimal import Decimal
from typing import Any, Literal, get_args

from retrieval.product import Product, as_number
from retrieval.query import Constraints, Hit, Relaxed, Sort

from .orders.book import OrderRequest, OrderTalk
from .outbound.handover import HandedCart, Handoff
from .wishes import Wish

Intent = Literal[
    "search", "refine", "recommend", "more", "compare", "ask_product", "similar", "complement",
    "cart_add", "cart_remove", "cart_view", "checkout", "order_status", "order_change", "policy",
    "feedback", "greet", "bye", "help", "handoff", "reset", "other",
]  # fmt: skip
INTENTS: tuple[Intent, ...] = get_args(Intent)
GENDERS = ("men", "women", "unisex", "boys", "girls", "kids")
REFERENCES = ("last", "all", "cheapest", "most_expensive", "best_rated")


@dataclass(frozen=True)
class Slots:
    """What one message says. Words are lower case and stand in the message; prices and quantities are numbers that code read from it.

    ref: 1-based positions among the products last shown, or one of REFERENCES. drop: constraints taken back, by slot name or value.
    in_stock: True where only what is to be had is wanted, which code tells from a feature ("in stock only").
    """

    product: str | None = None
    brand: str | None = None
    color: tuple[str, ...] = ()
    size: tuple[str, ...] = ()
    material: tuple[str, ...] = ()
    features: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    price_min: Decimal | None = None
    price_max: Decimal | None = None
    quantity: int | None = None
    gender: str | None = None
    ref: tuple[int | str, ...] = ()
    drop: tuple[str, ...] = ()
    sort: Sort | None = None
    ask: str | None = None
    order_id: str | None = None
    email: str | None = None
    in_stock: bool | None = None

    def words_of(self, *names: str) -> Iterator[str]:
        """What the slots of these names say, each value of a list by itself."""
        for name in names:
            value = getattr(self, name)
            yield from value if isinstance(value, tuple) else (value,) if value else ()

    @property
    def asked_about(self) -> str:
        """The words that say what a question is about, "" for none."""
        return self.ask or " ".join((*self.features, *self.color, *self.size, *self.material))

    def to_json(self) -> dict[str, Any]:
        """Only the slots that the message supports, lists as lists and amounts as numbers."""
        said = {f.name: getattr(self, f.name) for f in fields(self)}
        return {name: plain(value) for name, value in said.items() if value not in (None, ())}


@dataclass(frozen=True)
class Choice:
    """Variants of one thing, by id, of which one is to go into the cart as often as `quantity` says."""

    ids: tuple[str, ...]
    quantity: int = 1


AboutMe = Literal["know", "forget", "forgotten", "self"]


@dataclass(frozen=True)
class Parse:
    """What one message says: its main intent, all its acts in order, the slots. confidence: 0..1, from the token probabilities.

    message: the words themselves, as typed; the turn puts them in, a parser need not. order: an act on an order, whole, as it was read
    back; only the action that asks for a yes sets it. choice: the variants left of which the cart gets one, where the shop asked for it.
    note: what code has to say of the words before it acts on them. offer: a feature to look for, if the shopper agrees. drops: a wish
    taken back exactly, by a button; keeps: one to be kept for later conversations; lets_go: one that was, to be forgotten.
    brings_back: whether what was set aside is to be shown again. always: wishes kept in earlier ones that a need begins with. about_me:
    what is wanted of what is known of the shopper, "forgotten" once a yes was given to that; "self" for what holds of them beyond this
    need ("I'm vegan"). asks_why: whether it asks why a product is shown, or in what one of those compared is better. puts: ids of what an
    act that is asked about would put into the cart. page: id of the product that the page around the conversation is of. products: ids of
    those that a button is of. yes: True once the shopper agreed to it, or pressed a button of it; False where it is only to be asked
    about, and leaves all wishes as they are. then: what the same message asks for next ("add it, and show me a vase").
    """

    intent: Intent
    slots: Slots = field(default_factory=Slots)
    acts: tuple[Intent, ...] = ()
    confidence: float = 1.0
    message: str = ""
    order: OrderRequest | None = None
    choice: Choice | None = None
    note: str = ""
    offer: str = ""
    drops: Wish | None = None
    keeps: Wish | None = None
    lets_go: Wish | None = None
    brings_back: bool = False
    always: tuple[Wish, ...] = ()
    about_me: AboutMe | None = None
    asks_why: bool = False
    puts: tuple[str, ...] = ()
    page: str | None = None
    products: tuple[str, ...] = ()
    yes: bool | None = None
    then: Parse | None = None

    def in_order(self) -> Iterator[Parse]:
        """Its acts one by one, this one first, each without those after it, and as sure as the whole message was read; with the whole
        message, unless it has words of its own."""
        one: Parse | None = self
        while one is not None:
            yield replace(
                one, message=one.message or self.message, page=self.page, confidence=self.confidence, then=None
            )
            one = one.then


@dataclass(frozen=True)
class ShopLine:
    """A line of the shop's own cart. subtotal: of the line, in the cart's currency; None where the page says none."""

    title: str
    quantity: int
    subtotal: Decimal | None = None


@dataclass(frozen=True)
class ShopCart:
    """The shop's own cart, as the page around the chat tells it. url: where it is paid. currency: ISO 4217, None for the catalogue's."""

    lines: tuple[ShopLine, ...] = ()
    total: Decimal | None = None
    currency: str | None = None
    url: str | None = None

    @property
    def count(self) -> int:
        return sum(line.quantity for line in self.lines)


@dataclass(frozen=True)
class CartLine:
    product_id: str
    quantity: int


@dataclass(frozen=True)
class Exchange:
    """One message and the reply to it, in plain text: the parser's context."""

    shopper: str
    shop: str


@dataclass(frozen=True)
class Example:
    """One labelled message with the exchange before it; `intent` and `slots` are what a person, or a marked phrase, says it means.

    then: what else the message asks for, in order, for a message that does several things.
    """

    message: str
    last: Exchange | None
    intent: Intent
    slots: Slots
    then: tuple[tuple[Intent, Slots], ...] = ()


@dataclass(frozen=True)
class Taste:
    """Ids of products that the shopper liked and disliked, in the order said."""

    liked: tuple[str, ...] = ()
    disliked: tuple[str, ...] = ()


@dataclass(frozen=True)
class Need:
    """One of several needs of a conversation, as it was left. seen: ids of all products shown for it. said: the message that opened it.
    found: ids of those shown for it last, in the order shown. questioned, dropped: as in the state, so that nothing is asked twice."""

    constraints: Constraints
    sort: Sort | None = None
    seen: frozenset[str] = frozenset()
    said: str = ""
    found: tuple[str, ...] = ()
    questioned: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()


@dataclass(frozen=True)
class DialogueState:
    """What is wanted now and what was shown. A value: each turn gives a new one; folding `update` and `remember` rebuilds it.

    shown: ids of the products last shown, in the order shown. seen: all ids shown for this need. focus: the product last spoken of.
    said: the message that opened the need. taste: what was liked and disliked, over all needs. asked: an act that the last turn
    asked about instead of doing it. order: the order last spoken of, and whether it was proven. earlier: needs left for another, the
    last one first. questioned: facets that the shop asked about in this need. dropped: constraints that the shopper took back in it.
    handed: the cart that the shop took over last. handoff: once the conversation was passed on. failed: turns in a row that got no further.
    compared: ids of the products compared last, until others are shown; "both" and "the cheaper one" mean these.
    let_go: (field, value) of wishes taken back, so that no kept one comes again in this conversation. page: the product that the page
    around the conversation is of. own: wishes that the shopper said hold of them, whatever is looked for. acts: all of the conversation,
    in order, the one under way last. found: ids of the products last found for the need under way, in the order shown; where a message
    had several needs, only some of those shown. topic: what was last asked of a product, or of the shop's rules
    without pointing back to an earlier question for them, "" once anything else was said.
    asked_of: ids of the products that questions were about one by one, until others are shown.
    taken_out: ids of what was taken out of the cart and is not in it again. passed_over: of what it was asked whether to put it in,
    without a yes or a no, until that is told.
    """

    constraints: Constraints = field(default_factory=Constraints)
    sort: Sort | None = None
    shown: tuple[str, ...] = ()
    seen: frozenset[str] = frozenset()
    focus: str | None = None
    cart: tuple[CartLine, ...] = ()
    last: Exchange | None = None
    turn: int = 0
    said: str = ""
    taste: Taste = field(default_factory=Taste)
    asked: Parse | None = None
    order: OrderTalk | None = None
    earlier: tuple[Need, ...] = ()
    questioned: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    handed: HandedCart | None = None
    handoff: Handoff | None = None
    failed: int = 0
    compared: tuple[str, ...] = ()
    let_go: tuple[tuple[str, str], ...] = ()
    page: str | None = None
    own: tuple[Wish, ...] = ()
    acts: tuple[Intent, ...] = ()
    found: tuple[str, ...] = ()
    topic: str = ""
    asked_of: tuple[str, ...] = ()
    taken_out: tuple[str, ...] = ()
    passed_over: tuple[str, ...] = ()

    def needs(self) -> tuple[Constraints, ...]:
        """What is wanted now, and what was wanted in each earlier need, the last one first."""
        return (self.constraints, *(need.constraints for need in self.earlier))

    def lists(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """(what it is, ids in the order shown) of the list of each need that something last shown was shown for, in order."""
        lists = [(need.constraints.product or "", need.found) for need in self.earlier_on_the_table()]
        return (*lists, (self.constraints.product or "", self.found)) if self._is_shown(self.found) else tuple(lists)

    def earlier_on_the_table(self) -> tuple[Need, ...]:
        """The needs beside the one under way whose lists are among what was last shown, the first one first."""
        return tuple(need for need in reversed(self.earlier) if self._is_shown(need.found))

    def _is_shown(self, ids: tuple[str, ...]) -> bool:
        return bool(ids) and set(ids) <= set(self.shown)


@dataclass(frozen=True)
class Reason:
    """Why a product is shown: `text` as the shopper reads it, `field` the product field that it was read from."""

    kind: str
    text: str
    field: str


Reasons = Mapping[str, tuple[Reason, ...]]  # by product id


@dataclass(frozen=True)
class Card:
    """A hit as shown, with its evidence. propensity: how probable it was at its place, given those above it, in (0, 1].

    sponsored: whether the shop is paid to show it, wherever it stands. need: what it is shown for, where a message asked for several
    things.
    """

    product: Product
    relevance: float
    rank: int
    reasons: tuple[Reason, ...] = ()
    caveats: tuple[Reason, ...] = ()
    propensity: float = 1.0
    sponsored: bool = False
    need: str | None = None


@dataclass(frozen=True)
class Answer:
    """An answer about a product or the shop, in words that stand in `evidence`. found is False when the listing does not say.

    field: name of the fact of the record that it states, "" for a sentence and for anything else.
    """

    text: str
    evidence: tuple[str, ...] = ()
    found: bool = True
    field: str = ""


@dataclass(frozen=True)
class Source:
    """Where an answer's words stand. kind: policy, review, review_counts or listing. url: the page, when the shop gave one; file: the
    text it was read from."""

    kind: str
    id: str
    title: str
    quote: str
    url: str | None = None
    file: str | None = None


@dataclass(frozen=True)
class Row:
    """One product of a comparison; values in the order of the comparison's fields."""

    product_id: str
    values: tuple[str, ...]
    title: str = ""


@dataclass(frozen=True)
class Comparison:
    """The fields in which products differ, and a row for each. What a record does not state is said as not stated."""

    fields: tuple[str, ...]
    rows: tuple[Row, ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "fields": list(self.fields),
            "rows": [
                {"product_id": row.product_id, "title": row.title, "values": list(row.values)} for row in self.rows
            ],
        }


@dataclass(frozen=True)
class Question:
    text: str
    field: str
    options: tuple[str, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """What an action did. hits: products to show. cart: the lines after the action, None when it did not touch them.

    focus: the product that the turn was about. answer: what an action says that does not show. total: how many products match and state
    every wish. kind_found: False when the shop has nothing of the kind asked for. listed: ids of products that the answer numbers.
    retrieve_ms, rerank_ms: time spent in search. sources: texts of the shop that the answer quotes.
    reasons: by product id, what the action itself has to say for a hit. propensity: by product id, of those whose place was drawn.
    question: asked with the answer or with the products.
    constraints, taste: as they stand after the action, None when it did not change them. checkout_url: where the shop takes over the
    cart. asked: an act that is asked about and not done. reading: how an unsure search was read, said before what it found. note: said
    first of all. suggested: what the shopper might say next, before what is suggested anyway.
    matching: ids of the products that match, of very many an even part. fault: code of the error that the answer tells of, if any.
    handed: the cart that the shop has taken over. handoff: the conversation as it was passed on.
    beyond: what says the wishes that nothing within the price limit says. above, rest: ids that stay on the table before the hits, which
    are numbered on from them, and after. asked_of: ids of the products that a question was about.
    """

    hits: tuple[Hit, ...] = ()
    total: int = 0
    relaxed: tuple[Relaxed, ...] = ()
    cart: tuple[CartLine, ...] | None = None
    focus: str | None = None
    answer: Answer | None = None
    kind_found: bool = True
    listed: tuple[str, ...] = ()
    retrieve_ms: float = 0.0
    rerank_ms: float = 0.0
    sources: tuple[Source, ...] = ()
    comparison: Comparison | None = None
    reasons: Reasons = field(default_factory=dict)
    propensity: Mapping[str, float] = field(default_factory=dict)
    question: Question | None = None
    constraints: Constraints | None = None
    taste: Taste | None = None
    checkout_url: str | None = None
    asked: Parse | None = None
    reading: str = ""
    note: str = ""
    suggested: tuple[str, ...] = ()
    order: OrderTalk | None = None
    matching: tuple[str, ...] = ()
    fault: str | None = None
    handed: HandedCart | None = None
    handoff: Handoff | None = None
    beyond: Product | None = None
    above: tuple[str, ...] = ()
    rest: tuple[str, ...] = ()
    asked_of: tuple[str, ...] = ()


def plain(value: object) -> object:
    """A value as JSON has it: amounts as numbers, tuples as lists."""
    if isinstance(value, Decimal):
        return as_number(value)
    return list(value) if isinstance(value, tuple) else value
