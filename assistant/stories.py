"""What a scripted dialogue says: its turns, and what is expected of the reply to each. Read from outside, so checked by pydantic."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    TypeAdapter,
    WithJsonSchema,
    model_validator,
)

from .model import Intent

_NUMBER = r"-?\d+(?:\.\d+)?"
_BOUND = re.compile(rf"(?P<sign><=|>=|==|<|>)?\s*(?P<number>{_NUMBER})|(?P<low>{_NUMBER})\s*\.\.\s*(?P<high>{_NUMBER})")
_HOW_BOUND = 'a number, a comparison such as "<= 40", or a range such as "20..40"'


def holds(bound: str, value: Decimal | float | int | None) -> bool:
    """Whether a value is as the bound says; a value that is not stated never is."""
    match = _BOUND.fullmatch(bound)
    if match is None or value is None:
        return False
    number = Decimal(str(value))
    if match["low"]:
        return Decimal(match["low"]) <= number <= Decimal(match["high"])
    limit = Decimal(match["number"])
    return {
        "<=": number <= limit,
        ">=": number >= limit,
        "<": number < limit,
        ">": number > limit,
        "==": number == limit,
    }[match["sign"] or "=="]


def _bound_text(value: object) -> object:
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _bound(text: str) -> str:
    text = text.strip()
    if not _BOUND.fullmatch(text):
        raise ValueError(f"expected {_HOW_BOUND}")
    return text


def _listed(value: object) -> object:
    return value if isinstance(value, list) else [value]


Bound = Annotated[
    str,
    BeforeValidator(_bound_text),
    AfterValidator(_bound),
    WithJsonSchema({"type": ["number", "string"], "description": _HOW_BOUND, "examples": ["<= 40", "20..40", 3]}),
]
Texts = Annotated[
    list[Annotated[str, Field(min_length=1)]],
    BeforeValidator(_listed),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
]
Intents = Annotated[
    list[Intent],
    BeforeValidator(_listed),
    WithJsonSchema(
        {"anyOf": [(one := TypeAdapter(Intent).json_schema()), {"type": "array", "items": one, "minItems": 1}]}
    ),
]
YesOrNames = Annotated[
    bool | list[str],
    WithJsonSchema({"anyOf": [{"type": "boolean"}, {"type": "array", "items": {"type": "string"}}]}),
]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Predicate(_Part):
    """What one product is like. All that is said must hold; of several values in a list, one."""

    price: Bound | None = Field(None, description="The price in the shop's currency.")
    rating: Bound | None = Field(None, description="The rating, 0 to 5.")
    stock: Bound | None = Field(None, description="How many are in stock.")
    in_stock: bool | None = Field(None, description="In stock or sold out; what is not stated is neither.")
    category: Texts | None = Field(None, description="Words of one of the product's categories.")
    brand: Texts | None = Field(None, description="The brand.")
    attributes: dict[str, Texts] | None = Field(None, description="Words of a stated attribute: {color: black}.")
    text: Texts | None = Field(None, description="Words in the title, the description, a category or an attribute.")
    without: Texts | None = Field(None, description="Words that stand nowhere in the product.")
    id: Texts | None = Field(None, description="The product's id.")

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError(f"expected at least one of: {', '.join(type(self).model_fields)}")
        return self


class Share(_Part):
    """A share of the products shown: at least `min` of them are as `of` says."""

    of: Predicate
    min: float = Field(gt=0, le=1, description="From 0 to 1: 0.6 is three of five.")


class Products(_Part):
    """The products shown with the reply. A claim about all of them needs a `min`, else it would hold of none."""

    min: int | None = Field(None, ge=0, description="At least so many.")
    max: int | None = Field(None, ge=0, description="At most so many; 0: none is shown.")
    every: Predicate | None = Field(None, description="All are so.")
    some: Predicate | None = Field(None, description="At least one is so.")
    none: Predicate | None = Field(None, description="Not one is so.")
    first: Predicate | None = Field(None, description="The first is so.")
    share: Share | None = None
    ids: list[str] | None = Field(None, description="These are shown, in any place.")
    new: bool | None = Field(None, description="None of them was shown before in this story.")
    sorted: str | None = Field(None, pattern="^(price_asc|price_desc|rating)$", description="The order they stand in.")

    @model_validator(mode="after")
    def _needs_a_floor(self) -> Self:
        about_all = [name for name in ("every", "none", "share", "new", "sorted") if getattr(self, name)]
        if about_all and not self.min:
            raise ValueError(f"`{about_all[0]}` holds of an empty list too: expected `min: 1` or more beside it")
        if self.max and self.min is None:
            raise ValueError("`max` holds of an empty list too: expected `min` beside it (`min: 0` when none is fine)")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError(f"expected min <= max, got {self.min} > {self.max}")
        return self


class Line(_Part):
    """A line of the cart."""

    id: str | None = None
    text: str | None = Field(None, description="Words of the product's title.")
    quantity: int | None = Field(None, ge=1)


class Cart(_Part):
    """The cart after the turn."""

    count: Bound | None = Field(None, description="How many items.")
    total: Bound | None = Field(None, description="What they cost together.")
    contains: list[Line] | None = Field(None, description="Lines that are there.")


class Said(_Part):
    """The text of the reply. Case and white space do not count."""

    says: Texts | None = Field(None, description="All of these stand in it.")
    says_one_of: Texts | None = Field(None, description="At least one of these stands in it.")
    never_says: Texts | None = Field(None, description="None of these stands in it.")


class Turn(_Part):
    """A message of the shopper, and what is expected of the reply. What is not said is not looked at, save `grounded`."""

    shopper: str = Field(min_length=1, description="The message.")
    page: str | None = Field(None, description="Id of the product whose page the shopper is on.")
    intent: Intents | None = Field(None, description="The intent, or one of several.")
    acts: list[Intent] | None = Field(None, description="All acts of the message, in the order in which they are done.")
    constraints: dict[str, Any] | None = Field(
        None, description="What the shopper wants after the turn; null or []: not wanted."
    )
    products: Products | None = None
    every_product: Predicate | None = Field(None, description="Short for products: {min: 1, every: …}.")
    cart: Cart | None = None
    question: YesOrNames | None = Field(None, description="true: one is asked; false: none; or one about these fields.")
    relaxed: YesOrNames | None = Field(None, description="true: a wish was given up and said; false: none; or these.")
    comparison: bool | None = None
    sources: YesOrNames | None = Field(None, description="true: texts of the shop are quoted; or these ids.")
    handoff: bool | None = None
    reply: Said | None = None
    grounded: bool = Field(True, description="Every number, quotation and name in the text has a source.")

    @model_validator(mode="after")
    def _knows_its_constraints(self) -> Self:
        unknown = set(self.constraints or {}) - set(CONSTRAINTS)
        if unknown:
            raise ValueError(f"constraints: no {sorted(unknown)[0]!r}; expected one of: {', '.join(CONSTRAINTS)}")
        return self


CONSTRAINTS = (
    "product", "category", "brand", "color", "size", "material", "gender", "features", "exclude", "price_min", "price_max",
    "quantity", "in_stock",
)  # fmt: skip


class Story(_Part):
    """A dialogue in the order in which it is said."""

    story: str = Field(min_length=1, description="The claim, in a few words; it names the story in reports.")
    expected_to_fail: str | None = Field(
        None, min_length=1, description="Why the assistant gets it wrong today. The story then fails when it passes."
    )
    turns: list[Turn] = Field(min_length=1)


STORIES: TypeAdapter[list[Story]] = TypeAdapter(Annotated[list[Story], Field(min_length=1)])


def schema() -> dict[str, Any]:
    """The JSON schema of a file of stories, for editors."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Stories of a shopping assistant",
        **STORIES.json_schema(),
    }
