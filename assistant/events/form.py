"""An event as others write it, over HTTP or in a file, checked; and as it is kept."""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import Annotated, Any, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from retrieval.errors import BadInput

from ..lasting import from_words
from .log import OF_WORDS, Event, EventType

CLOCKS_APART = timedelta(minutes=1)  # so much may the caller's clock be ahead
FIRST_YEAR = 2000
REGION = r"[A-Za-z0-9_.:-]{1,32}"


def _in_utc(at: datetime) -> datetime:
    """A time without a zone is UTC."""
    if at.year < FIRST_YEAR or at.year > 9000:
        raise ValueError(f"lies before {FIRST_YEAR} or too far ahead")
    return at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)


def _printable(text: str | None) -> str | None:
    if text and "\0" in text:
        raise ValueError("holds a character NUL")
    return text


def _region(text: str) -> str:
    if not re.fullmatch(REGION, text):
        raise ValueError(
            "a region is a short code that the shop chooses, such as US-CA: 1 to 32 letters, digits and _.:-"
        )
    if _is_address(text):
        raise ValueError("an address of a machine is no region: send a code that the shop chooses, such as US-CA")
    return text


def _is_address(text: str) -> bool:
    try:
        return bool(ip_address(text))
    except ValueError:
        return False


Region = Annotated[
    str,
    AfterValidator(_region),
    Field(
        description="where the visitor is, as the shop names it: a country, a state, a branch; no address",
        json_schema_extra={"pattern": f"^{REGION}$"},
    ),
]


def checked_region(region: str | None) -> str | None:
    """The region as it was given; BadInput says what is wrong with it."""
    try:
        return None if region is None else _region(region)
    except ValueError as error:
        raise BadInput(f"region: {error}.", fix="send the shop's own code, or leave it out") from error


def _id(cell: Any) -> str:
    """Numbers may be ids, and a table of numbers with gaps holds 81 as 81.0."""
    return str(int(cell) if isinstance(cell, float) and cell.is_integer() else cell)


class EventForm(BaseModel):
    """One event. `id` makes it safe to send again: of one visitor it is kept once. `at` is now where it is left out."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"type": "cart", "product_id": "brass-lamp", "id": "e_81", "session_id": "s_9f2c"}]
        },
    )

    type: EventType
    product_id: Annotated[
        str | None,
        Field(min_length=1, max_length=256, description="needed but for search, question and prefer"),
        AfterValidator(_printable),
    ] = None
    query: Annotated[
        str | None,
        Field(
            min_length=1,
            max_length=500,
            description="the words of a search or question, or that the product was found by",
        ),
        AfterValidator(_printable),
    ] = None
    id: Annotated[str | None, Field(pattern=r"^[A-Za-z0-9_.:-]{1,64}$")] = None
    at: Annotated[datetime | None, Field(description="when it happened, not later than now")] = None
    session_id: Annotated[str | None, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")] = None
    position: Annotated[int | None, Field(ge=1, le=10_000, description="in the list shown, from 1")] = None
    propensity: Annotated[float | None, Field(gt=0, le=1, description="how probable it was to be shown there")] = None
    sponsored: Annotated[bool, Field(description="whether the shop was paid to show it; of `shown` only")] = False
    region: Region | None = None

    @model_validator(mode="after")
    def _about_something(self) -> Self:
        if self.type in OF_WORDS and self.query is None:
            raise ValueError(f"a {self.type} needs its words as `query`")
        if self.type == "prefer" and from_words(self.query or "") is None:
            raise ValueError("a prefer needs its `query` as “exclude: leather” or “size: 42”")
        if self.type not in OF_WORDS and self.product_id is None:
            raise ValueError(f"a {self.type} needs a `product_id`")
        if self.sponsored and self.type != "shown":
            raise ValueError(f"a {self.type} is not `sponsored`: only a shown is")
        if self.at is not None:
            self.at = _in_utc(self.at)
        return self

    def event(self, visitor: str | None, now: datetime) -> Event:
        """What is kept of it; without a visitor no words, no session and no region, which lead to a person. BadInput when it lies ahead."""
        at = self.at or now
        if at > now + CLOCKS_APART:
            raise BadInput(
                f"An event is of {at.isoformat()}, and now is {now.isoformat()}.", fix="send what has happened"
            )
        known = visitor is not None
        return Event(
            self.id or f"e_{secrets.token_hex(16)}",
            self.type,
            min(at, now),
            visitor,
            self.product_id,
            self.query if known else None,
            self.session_id if known else None,
            self.position,
            self.propensity,
            self.sponsored,
            self.region if known else None,
        )


class EventRow(EventForm):
    """A row of a file: with its time, and whose it is. Columns that mean nothing here are passed over."""

    model_config = ConfigDict(extra="ignore")

    at: datetime
    visitor: Annotated[str | None, Field(min_length=1, max_length=256)] = None

    @classmethod
    def read(cls, cells: Mapping[str, Any]) -> Self:
        """The row of these cells, empty ones left out; numbers may be ids. ValidationError says what is wrong with it."""
        given = {name: cell for name, cell in cells.items() if cell is not None and cell != ""}
        ids = {name: _id(given[name]) for name in ("id", "product_id", "session_id", "visitor") if name in given}
        return cls.model_validate({**given, **ids})

    def named(self, event: Event) -> Event:
        """The event with an id made of all that it holds where the row has none, so that the same row is the same event."""
        if self.id is not None:
            return event
        held = {**asdict(event), "id": None, "at": self.at.isoformat()}
        if not event.sponsored:
            del held["sponsored"]  # rows that came before there was such a column keep their ids
        if event.region is None:
            del held["region"]
        digest = hashlib.sha256(json.dumps(held, sort_keys=True).encode()).hexdigest()[:32]
        return replace(event, id=f"r_{digest}")
