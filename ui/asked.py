"""What may come in over the HTTP border, checked."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, model_validator

from assistant.actions.cart import MOST
from assistant.events.form import Region
from assistant.exact import Asked, Press, PressAct, Quantity
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
    """A wish to keep for later conversations, by `field` (`exclude`, `size`, `features`) and `value` as in the last reply's `wishes`."""

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


class MeansRequest(BaseModel):
    """What a button means by its `message`, of products by id, so that no model has to read it."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"act": "cart_add", "product_ids": ["tote"]}]}
    )

    act: PressAct
    product_ids: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=2_000)]], Field(min_length=1, max_length=4)
    ]

    def read(self, message: str) -> Press:
        return Press(message, self.act, tuple(self.product_ids))


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
    means: MeansRequest | None = None
    session_id: Annotated[str | None, Field(pattern=SESSION_ID)] = None
    stream: bool = False
    turn: Annotated[int | None, Field(ge=1, le=1_000_000)] = None
    context: PageContext | None = None
    region: Region | None = None
    learn: Annotated[
        bool, Field(description="the visitor of X-Visitor agreed that what the turn tells of them is kept as events")
    ] = False

    @property
    def asked(self) -> Asked:
        """The message, the wish to take back or to keep, or the quantity; BadInput unless it is one of them."""
        given = [one for one in (self.message, self.drop, self.keep, self.cart) if one is not None]
        if len(given) != 1:
            raise BadInput("A turn is one of `message`, `drop`, `keep` and `cart`.", fix="send one of them")
        if self.means:
            if self.message is None:
                raise BadInput(
                    "`means` belongs to a `message`.", fix="send the words that the button says as `message`"
                )
            return self.means.read(self.message)
        return given[0] if isinstance(given[0], str) else given[0].read()


class StaffAnswerRequest(BaseModel):
    """What a person of the shop answers, into the conversation of this `session` or passed on under this `reference`."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"reference": "H-5F0A93D1", "text": "It is back on Friday."}]}
    )

    reference: Annotated[str | None, Field(min_length=1, max_length=64)] = None
    session: Annotated[str | None, Field(pattern=SESSION_ID)] = None
    text: str

    @model_validator(mode="after")
    def _of_one_conversation(self) -> Self:
        if (self.reference is None) == (self.session is None):
            raise ValueError("an answer has either a `reference` or a `session`")
        return self


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
