"""The contract's objects as they cross the HTTP border, for /docs and for rendering."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field


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
    need: Annotated[
        str | None, Field(description="what it is shown for, where the message asked for several things; else null")
    ] = None


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
    limits: list[str] = []


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
    by: Annotated[str, Field(description="webhook, email, chatwoot, inbox")]
    why: Annotated[str, Field(description="asked, failed_turns, cart_over, intent")]
    hours: str | None = None


class ContactLink(_Shape):
    """Where the shopper writes to the shop's staff or calls them."""

    text: str
    url: Annotated[str, Field(description="https, mailto, tel or sms")]


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
    also: Annotated[list[str], Field(description="the other needs whose lists are on the table, in words")] = []
    relaxed: list[RelaxedWish]
    question: FollowUp | None
    comparison: Comparison | None
    cart: Cart
    suggestions: list[str]
    sources: list[Source]
    handoff: Handoff | None
    contact_link: ContactLink | None = None
    shop_cart_count: Annotated[
        int | None, Field(description="things in the shop's own cart, where the page told of it")
    ] = None
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


class TakenAnswer(StaffAnswer):
    """The answer as it stands in the conversation."""

    session_id: str


class ChatwootBody(_Shape):
    taken: Annotated[bool, Field(description="whether it was an agent's answer, which stands in the conversation now")]


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
    """A product that was ranked. scores: by step: `cosine`, `bm25` as a share of the best, `wishes` met (-1 to 1), `kind`, `sold_out` and
    `children` (0 or 1), `mix` of these, `network` where the cross-encoder read it, `relevance`, by which it is ranked."""

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
    """What is known of a visitor, the latest first. regions: where the shop said that the visitor was, when it was kept."""

    facts: list[KnownFact]
    regions: list[str] = []


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
    indexed_description: Annotated[
        str, Field(description="what search reads where an accepted description stands in its place; else left out")
    ] = ""


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
