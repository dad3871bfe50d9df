"""A conversation passed on to the shop's staff: what they are told, by which way, and the shop's own rules for it.

Only what a way confirmed counts as passed on. What it did not confirm is kept, to be sent again by the shop (docs/handoff.md).
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Protocol

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.exc import SQLAlchemyError

from ..model import Intent
from .attachments import Attachments
from .enclosures import Enclosure, enclosed
from .handover import By, Handoff
from .letters import Letter, Letters
from .topics import Topics
from .webhook import NotDelivered

log = logging.getLogger(__name__)


# What shoppers say of products in the words of complaints.
ORDINARY_SENTENCES = (
    "Does it have small parts that a child could swallow?",
    "Is it good for sensitive skin?",
    "I am looking for a cream without allergens.",
    "Is it safe to touch when it is hot?",
    "I need something for back pain.",
    "I don't like these, show me something else.",
    "I want to return it and get my money back.",
)


class Route(Protocol):
    """A way to the staff."""

    by: By

    def deliver(self, letter: Letter, files: Sequence[Enclosure] = ()) -> str:
        """The reference under which they have it. files: those of the letter. NotDelivered when nothing confirmed that."""

    def close(self) -> None:
        """Let go of connections."""


class HandoffRules(BaseModel):
    """What the shop says of its staff and when a conversation goes to them; a TOML file has these keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    contact: str = Field(default="", max_length=300, description="how else to reach them: an address, a number")
    hours: str = Field(default="", max_length=300)
    link: str = Field(
        default="",
        max_length=1_000,
        pattern=r"^((https://|mailto:|tel:|sms:)([^\s{}]|\{reference\}|\{need\})+)?$",
        description="https, mailto, tel or sms; {reference} and {need} are filled in",
    )
    link_text: str = Field(default="Write to the shop's staff", min_length=1, max_length=60)
    failed_turns: int = Field(default=2, ge=0, description="in a row; 0: never")
    ask_first: bool = Field(default=True, description="after failed turns: offer it, instead of passing on at once")
    cart_over: Decimal | None = Field(default=None, ge=0, description="in the shop's currency")
    intents: tuple[Intent, ...] = ()
    topics: dict[str, tuple[str, ...]] = Field(default={}, description="name: sentences that such messages are like")
    ordinary: tuple[str, ...] = Field(default=ORDINARY_SENTENCES, description="sentences like which they are not")
    topic_from: float = Field(default=0.45, ge=0, le=1, description="cosine from which a message is like one")


@dataclass(frozen=True)
class HandoffDesk:
    """route: None where there is no way to a person. letters: what was not delivered, and the inbox. attachments: what shoppers add.

    server: the address of this one from outside, for links to them.
    """

    rules: HandoffRules
    route: Route | None
    letters: Letters
    attachments: Attachments = field(default_factory=Attachments)
    server: str | None = None

    @cached_property
    def topics(self) -> Topics:
        return Topics(self.rules.topics, self.rules.ordinary, self.rules.topic_from)

    def pass_on(self, letter: Letter) -> Handoff:
        """The handoff once it is delivered. NotDelivered when it is not; the letter is then kept to be sent again."""
        if self.route is None:
            raise NotDelivered("There is no way to a person.", fix="set one as in docs/handoff.md")
        try:
            reference = self.route.deliver(
                letter, enclosed(letter.session, letter.files, self.attachments, self.server)
            )
        except NotDelivered as error:
            try:
                self.letters.keep(letter, error.detail)
            except SQLAlchemyError:
                log.exception("the undelivered handoff %s was not kept either", letter.reference)
            raise
        return Handoff(reference, self.route.by, letter.why, self.rules.hours or None)

    def close(self) -> None:
        if self.route is not None:
            self.route.close()
        self.letters.close()
        self.attachments.close()
