"""Stories played against an assistant: each in a session of its own, up to the first turn that is not as expected."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import permutations
from typing import Any

from retrieval.errors import NotFound, ShopError
from retrieval.product import Product, money

from ..assistant import Assistant
from ..check import Claim, unsupported
from ..contract import Reply, constraints_json
from ..normalize import amounts
from ..parse import clean
from ..stories import Turn
from .expectations import Mismatch, all_texts, mismatches
from .files import Scripted

# "3 of 12": the second figure counts the whole match set, which a reply has no list of.
_COUNTED = re.compile(r"\b(\d+) of (\d+)(?= for\b|:)")

# "Put the Aria Desk Lamp in your cart": the first word of a sentence has a capital and belongs to no name.
_OPENING = re.compile(r"^[A-Z]\w+ (?:the|an?) (?=[A-Z])")


@dataclass(frozen=True)
class Played:
    """A turn as it went. latency_ms: None for one that got no reply, which is no fast turn. wrong: empty when all is as expected."""

    number: int
    shopper: str
    reply: str
    latency_ms: float | None
    wrong: tuple[Mismatch, ...] = ()


@dataclass(frozen=True)
class Result:
    """How a story went, once. `turns` ends with the first that is not as expected."""

    scripted: Scripted
    turns: tuple[Played, ...]

    @property
    def as_expected(self) -> bool:
        return not any(turn.wrong for turn in self.turns)

    @property
    def passed(self) -> bool:
        """A story that is known to fail passes by failing: once it is right, its mark has to go."""
        return self.as_expected is (self.scripted.story.expected_to_fail is None)

    def to_json(self) -> dict[str, Any]:
        last, story = self.turns[-1], self.scripted.story
        wrong = [{"what": one.what, "expected": one.expected, "got": one.got} for one in last.wrong]
        return {
            "story": story.story,
            "file": str(self.scripted.file),
            "line": self.scripted.line,
            "passed": self.passed,
            "expected_to_fail": story.expected_to_fail,
            "turns": len(story.turns),
            "played": len(self.turns),
            "failed": None if self.as_expected else {"turn": last.number, "shopper": last.shopper, "wrong": wrong},
            "latency_ms": [turn.latency_ms and round(turn.latency_ms, 1) for turn in self.turns],
        }


def play(scripted: Scripted, assistant: Assistant) -> Result:
    """The story, told to the assistant in a new session that is forgotten afterwards."""
    session_id = assistant.new_session()
    heard, turns = _Heard(assistant), []
    try:
        for number, turn in enumerate(scripted.story.turns, start=1):
            turns.append(_play_turn(number, turn, heard, session_id))
            if turns[-1].wrong:
                break
    finally:
        with suppress(NotFound):  # the first turn was refused, so there is nothing to forget
            assistant.forget(session_id)
    return Result(scripted, tuple(turns))


@dataclass
class _Heard:
    """What has been said and shown so far in a story: what later replies may speak of."""

    assistant: Assistant
    messages: list[str] = field(default_factory=list)
    shown: dict[str, Product] = field(default_factory=dict)


def _play_turn(number: int, turn: Turn, heard: _Heard, session_id: str) -> Played:
    heard.messages.append(turn.shopper)
    try:
        reply = heard.assistant.reply(turn.shopper, session_id, page=turn.page)
        seen = {turn.page: heard.assistant.product(turn.page)} if turn.page else {}
    except ShopError as error:
        return Played(number, turn.shopper, "", None, (Mismatch("reply", "an answer", str(error)),))
    wrong = mismatches(turn, reply, heard.shown.keys())
    heard.shown |= seen | {card.product.id: card.product for card in reply.cards}
    if turn.grounded:
        wrong += ungrounded(reply, heard.messages, _families(heard))
    return Played(number, turn.shopper, reply.reply, reply.latency_ms.total, tuple(wrong))


def _families(heard: _Heard) -> list[Product]:
    """The products shown so far, each with its variants: an answer may list the sizes that a shoe comes in."""
    return [variant for product in heard.shown.values() for variant in heard.assistant.variants(product)]


def ungrounded(reply: Reply, messages: list[str], products: list[Product]) -> list[Mismatch]:
    """The numbers, quotations and names of the reply's text that neither the reply, the products nor the messages hold."""
    text = _COUNTED.sub(lambda match: match[1], reply.reply)
    listings = [words for product in products for words in _listing(product)]
    counted = [str(one.value) for message in messages for one in amounts(clean(message))]  # "two of them" says 2
    sources = [*messages, *counted, *_reply_sources(reply), *listings, *_differences(reply, products)]
    claims = [claim for claim in unsupported(text, sources) if not _is_an_opening(claim, sources)]
    return [
        Mismatch("grounded", "a source for all that is said", f"{claim.kind} “{claim.text}” has none")
        for claim in claims
    ]


def _is_an_opening(claim: Claim, sources: list[str]) -> bool:
    """Whether a name has no source only for the word that its sentence begins with."""
    name = _OPENING.sub("", claim.text)
    return claim.kind == "name" and name != claim.text and not unsupported(name, sources)


def _reply_sources(reply: Reply) -> Iterator[str]:
    shown = [str(number) for number in range(max(len(reply.cards), len(reply.cart.lines)) + 1)]
    yield " ".join(shown)
    yield from (str(value) for value in constraints_json(reply.constraints).values())
    yield from (relaxed.text for relaxed in reply.relaxed)
    yield from (words for source in reply.sources for words in (source.title, source.quote))
    yield from (value for row in (reply.comparison.rows if reply.comparison else ()) for value in row.values)
    for card in reply.cards:
        yield from _listing(card.product)
        yield from (line.text for line in (*card.reasons, *card.caveats))
    yield f"{reply.cart.count} {money(reply.cart.total, reply.cart.currency)}"
    for product, quantity in reply.cart.lines:
        yield str(quantity)
        yield from _listing(product)


def _differences(reply: Reply, products: list[Product]) -> Iterator[str]:
    """How much dearer one compared product is than another: "$37 cheaper" is arithmetic, not a claim of its own."""
    compared = {row.product_id for row in (reply.comparison.rows if reply.comparison else ())}
    priced = [product for product in products if product.id in compared and product.price is not None]
    for one, other in permutations(priced, 2):
        if one.price is not None and other.price is not None and one.price > other.price:
            yield money(one.price - other.price, one.currency)


def _listing(product: Product) -> Iterator[str]:
    yield from all_texts(product)
    yield from (str(number) for number in (product.rating, product.review_count, product.stock) if number is not None)
    yield "5"  # a rating is out of five
    yield from (money(price, product.currency) for price in (product.price, product.list_price) if price is not None)
