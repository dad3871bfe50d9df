"""The shapes that cross the HTTP border: what may come in, checked; and the contract's objects, for /docs and for rendering."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, HttpUrl

from assistant.actions.cart import MOST
from assistant.exact import Asked, Quantity
from assistant.model import ShopCart, ShopLine
from assistant.wishes import Drop, Keep
from retrieval.errors import BadInput
from retrieval.feeds.values import plain_text

SESSION_ID = r"^[A-Za-z0-9_-]{1,64}$"
# What a turn may be, and its type in JSON.
ASKED = {"message": "string", "drop": "object", "keep": "object", "cart": "object"}
MESSAGE = "i need a warm desk lamp under 40"


class _NamedWish(BaseModel):
    model_config = ConfigDict(extra="forbid")

    field: Annotated[str, Field(max_length=40)]
    value: Annotated[str | None, Field(max_length=2_000)] = None


class DropRequest(_NamedWish):
    """A wish to take back, by the `field` and `value` that it has in the last reply's `wishes`."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"field": "price", "value": None}]})

    def read(self) -> Drop:
        return Drop(self.field, self.value)


class KeepRequest(_NamedWish):
    """A wish to keep for later conversations, by the `field` (`exclude` or `size`) and `value` that it has in the last reply's `wishes`."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"field": "exclude", "value": "leather"}]})

    def read(self) -> Keep:
        return Keep(self.field, self.value)


class CartRequest(BaseModel):
    """How many of a product of the last reply's `cart` there shall be; 0 takes it out."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"product_id": "tote", "quantity": 2}]})

    product_id: Annotated[str, Field(min_length=1, max_length=2_000)]
    quantity: Annotated[int, Field(ge=0, le=MOST)]

    def read(self) -> Quantity:
        return Quantity(self.product_id, self.quantity)


Amount = Annotated[Decimal, Field(ge=0, max_digits=12, decimal_places=4, allow_inf_nan=False)]


class ShopLineBody(BaseModel):
    model_config = ConfigDict(extra="ignore")  # a page has more to say of it than is needed here

    title: Annotated[str, Field(min_length=1, max_length=200)]
    quantity: Annotated[int, Field(ge=1, le=MOST)]
    subtotal: Amount | None = None


class ShopCartBody(BaseModel):
    """The shop's own cart, as its page shows it. url: where it is paid."""

    model_config = ConfigDict(extra="ignore")

    items: Annotated[list[ShopLineBody], Field(max_length=100)]
    total: Amount | None = None
    currency: Annotated[str | None, Field(pattern=r"^[A-Z]{3}$")] = None
    url: Annotated[HttpUrl | None, Field(max_length=2_000)] = None

    def read(self) -> ShopCart:
        lines = tuple(ShopLine(plain_text(one.title), one.quantity, one.subtotal) for one in self.items)
        return ShopCart(lines, self.total, self.currency, str(self.url) if self.url else None)


class PageContext(BaseModel):
    """Where the shopper is: on the page of a product, by its id in the catalogue, which "this one" then means. Another id is ignored, and
    the reply's `warnings` say so. cart: the shop's own, which "my cart" then means."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"product_id": "tote"}]})

    product_id: str | None = None
    cart: ShopCartBody | None = None


class ChatRequest(BaseModel):
    """One message, one wish to take back or to keep, or one quantity in the cart. Without `session_id` a new
    conversation starts; its id stands in the answer.

    `turn` belongs to a message that is sent again because its answer did not come: which turn of the conversation it was to be.
    Where that turn was taken with this message, its answer is given and nothing is done twice.
    """

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"message": MESSAGE}, {"message": MESSAGE, "stream": True}],
            "oneOf": [
                {
                    "required": [one],
                    "properties": {name: {"type": kind if name == one else "null"} for name in ASKED},
                }
                for one, kind in ASKED.items()
            ],
        },
    )

    message: str | None = None
    drop: DropRequest | None = None
    keep: KeepRequest | None = None
    cart: CartRequest | None = None
    session_id: Annotated[str | None, Field(pattern=SESSION_ID)] = None
    stream: bool = False
    turn: Annotated[int | None, Field(ge=1, le=1_000_000)] = None
    context: PageContext | None = None
    learn: Annotated[
        bool, Field(description="the visitor of X-Visitor agreed that what the turn tells of them is kept as events")
    ] = False

    @property
    def asked(self) -> Asked:
        """The message, the wish to take back or to keep, or the quantity; BadInput unless it is one of them."""
        given = [one for one in (self.message, self.drop, self.keep, self.cart) if one is not None]
        if len(given) != 1:
            raise BadInput("A turn is one of `message`, `drop`, `keep` and `cart`.", fix="send one of them")
        return given[0] if isinstance(given[0], str) else given[0].read()


class Feedback(BaseModel):
    """What the shopper thought of one turn's answer. Sent again for the same turn it takes the place of the one before."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"session_id": "s_9f2c", "turn": 1, "thumb": "down", "comment": "too dear"}]},
    )

    session_id: Annotated[str, Field(pattern=SESSION_ID)]
    turn: Annotated[int, Field(ge=1, le=1_000_000)]
    thumb: Literal["up", "down"]
    comment: Annotated[str | None, Field(max_length=1_000)] = None


class _Shape(BaseModel):
    """What leaves. It may grow: readers ignore what they do not know."""

    model_config = ConfigDict(frozen=True)


class Evidence(_Shape):
    """Why a product is shown, or what does not fit; `field` is the product field that it was read from."""

    kind: str
    text: str
    field: str


class ProductCard(_Shape):
    id: str
    title: str
    price: float | None
    list_price: float | None
    currency: str
    brand: str | None
    category: list[str]
    image_url: str | None
    url: str | None
    in_stock: Annotated[bool | None, Field(description="null: the feed does not say")]
    rating: float | None
    review_count: int | None
    rank: int
    score: Annotated[float, Field(description="0..1, comparable between products of one reply")]
    reasons: list[Evidence]
    caveats: list[Evidence]
    sponsored: Annotated[
        bool, Field(description="whether the shop is paid to show it; to be said wherever it is shown")
    ]


class Wishes(_Shape):
    """The dialogue's constraints after the turn: what is wanted now."""

    product: str | None = None
    category: str | None = None
    brand: str | None = None
    color: list[str] = []
    size: list[str] = []
    material: list[str] = []
    gender: str | None = None
    features: list[str] = []
    exclude: list[str] = []
    price_min: float | None = None
    price_max: float | None = None
    quantity: int | None = None
    in_stock: bool = False


class Wish(_Shape):
    """One wish as a chip shows it; sent back as `drop`, its `field` and `value` take it back, as `keep` a lasting one is kept."""

    field: str
    value: str | None
    text: str
    lasting: bool = False


class RelaxedWish(_Shape):
    field: str
    text: str


class FollowUp(_Shape):
    text: str
    field: str
    options: list[str]


class ComparisonRow(_Shape):
    product_id: str
    title: str = ""
    values: list[str]


class Comparison(_Shape):
    fields: list[str]
    rows: list[ComparisonRow]


class CartItem(_Shape):
    product_id: str
    title: str
    quantity: int
    unit_price: float | None
    subtotal: float


class Cart(_Shape):
    items: list[CartItem] = []
    count: int = 0
    total: float = 0
    currency: str = "USD"


class Source(_Shape):
    kind: str
    id: str
    title: str
    quote: str


class Handoff(_Shape):
    """The conversation as it was passed on to the shop's staff; null unless it really was."""

    reference: str
    by: Annotated[str, Field(description="webhook, email, inbox")]
    why: Annotated[str, Field(description="asked, failed_turns, cart_over, intent")]
    hours: str | None = None


class Reply(_Shape):
    """One turn's answer. Lists are never null; `question`, `comparison` and `handoff` are null when absent."""

    session_id: str
    turn: int
    intent: str
    acts: list[str]
    reply: str
    products: list[ProductCard]
    constraints: Wishes
    wishes: list[Wish] = []
    relaxed: list[RelaxedWish]
    question: FollowUp | None
    comparison: Comparison | None
    cart: Cart
    suggestions: list[str]
    sources: list[Source]
    handoff: Handoff | None
    checkout_url: str | None = None
    fault: Annotated[str | None, Field(description="the code of an error that the reply tells of")] = None
    checkout_reference: str | None = None
    warnings: Annotated[
        list[str], Field(description="for whoever wrote the call, such as of a page's product that is unknown")
    ] = []
    latency_ms: dict[str, float]


class KeptTurn(_Shape):
    message: str
    reply: Reply


class KeptThumb(_Shape):
    turn: int
    thumb: str
    comment: str | None


class StaffAnswer(_Shape):
    """What a person of the shop wrote, as plain text."""

    number: Annotated[int, Field(description="from 1, in order")]
    turn: Annotated[int, Field(description="the last turn before it")]
    text: str
    at: Annotated[str, Field(description="when, UTC", json_schema_extra={"format": "date-time"})]


class AttachmentBody(_Shape):
    """A file that the shopper attached for the shop's staff."""

    number: Annotated[int, Field(description="from 1, in order")]
    name: str
    type: Annotated[str, Field(description="told by its content: image/jpeg, image/png, image/webp, application/pdf")]
    size: Annotated[int, Field(description="bytes, as it is kept")]
    at: Annotated[str, Field(description="when, UTC", json_schema_extra={"format": "date-time"})]


MayAttach = Annotated[int, Field(description="how many files more the shopper may attach; 0 where the site lets none")]


class AnswersBody(_Shape):
    """Answers of the shop's staff, the oldest first."""

    session_id: str
    answers: list[StaffAnswer]
    may_attach: MayAttach = 0


class Candidate(_Shape):
    """A product that was ranked. scores: by step: `cosine`, `bm25` as a share of the best, `wishes` met (-1 to 1), `kind` and `sold_out`
    (0 or 1), `mix` of these, `network` where the cross-encoder read it, `relevance`, by which it is ranked."""

    id: str
    title: str
    scores: dict[str, float]


class ScoresBody(_Shape):
    """The best candidates, best first."""

    candidates: list[Candidate]


class SessionBody(_Shape):
    """All that is kept of a conversation."""

    session_id: str
    turns: list[KeptTurn]
    constraints: Wishes
    cart: Cart
    thumbs: list[KeptThumb]
    answers: list[StaffAnswer] = []
    attachments: list[AttachmentBody] = []
    may_attach: MayAttach = 0


class SearchBody(_Shape):
    query: str
    products: list[ProductCard]
    total: Annotated[int, Field(description="how many match, not how many are listed")]
    relaxed: list[RelaxedWish]


class EventsBody(_Shape):
    """What became of the events that were sent."""

    accepted: Annotated[int, Field(description="kept now")]
    repeated: Annotated[int, Field(description="of the visitor and with an id that was kept before; not kept again")]
    unknown_products: Annotated[list[str], Field(description="in events that are kept, but not in the catalogue")]


class KnownFact(_Shape):
    """What was done with one product, or looked for or asked in some words."""

    text: str
    how: Annotated[str, Field(description="the type of event that says most")]
    at: Annotated[str, Field(description="when last, UTC", json_schema_extra={"format": "date-time"})]
    times: int
    product_id: str | None
    query: str | None


class ProfileBody(_Shape):
    """What is known of a visitor, the latest first."""

    facts: list[KnownFact]


class Suggestion(ProductCard):
    propensity: Annotated[
        float, Field(description="how probable it was at its place, given those above: for its event `shown`")
    ]


class RecommendBody(_Shape):
    products: list[Suggestion]


class ProductBody(_Shape):
    """The record as the catalogue has it."""

    id: str
    title: str
    description: str
    brand: str | None
    category: list[str]
    price: float | None
    list_price: float | None
    currency: str
    in_stock: bool | None
    stock: int | None
    rating: float | None
    review_count: int | None
    attributes: dict[str, list[str]]
    options: dict[str, str]
    group_id: str | None
    image_url: str | None
    url: str | None
    stand_ins: Annotated[
        dict[str, list[str]],
        Field(description="words of the feed that stand where a value is missing; left out when there are none"),
    ] = {}


class Receiver(_Shape):
    """A host other than the server's own that receives something of shoppers."""

    host: str
    receives: str


class PrivacyBody(_Shape):
    """For how many days conversations and events are kept, and who else receives something, by the server's settings."""

    keep_days: int
    keep_events_days: int
    processors: list[Receiver]


class ProblemBody(_Shape):
    """RFC 9457: what is wrong and what to do about it."""

    type: str
    title: str
    status: int
    detail: str
    fix: str
    retry_after: Annotated[int | None, Field(description="seconds after which asking again may help")] = None
    request_id: str | None = None
    challenge: Annotated[
        dict[str, Any] | None,
        Field(description="of `proof-needed`: a puzzle of ALTCHA; its solution is sent as X-Proof with the same call"),
    ] = None
