"""What one turn works with. Made in build.py, handed down, never reached for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from retrieval.catalog import Catalog
from retrieval.dense import Embedder
from retrieval.policies.passages import Policies
from retrieval.query import Hit
from retrieval.reviews.store import Reviews
from retrieval.search import Searcher
from retrieval.spelling import Speller

from .lasting import may_begin, still_holding
from .model import DialogueState, Exchange, ShopCart, Slots, Taste
from .orders.desk import OrderDesk
from .outbound.checkout import CheckoutHook
from .outbound.handoff import HandoffDesk
from .parse import Parser
from .recommending.placing import Placing
from .unanswered import Unanswered
from .wishes import Wish

if TYPE_CHECKING:  # both look at what actions find, and actions work with parts
    from .shopper import Shopper
    from .writing.writer import Writer


@runtime_checkable
class Remote(Protocol):
    """A parser or writer that asks a large model. trouble: what its last failure was; None when the model answers."""

    trouble: str | None

    def close(self) -> None:
        """Let go of the connections."""


@dataclass(frozen=True)
class Parts:
    """The parser, the search and the catalogue, with what a reply may show. currency: the shop's (ISO 4217).

    policies: the shop's texts, reviews: what buyers say, None where there can be none. unanswered: where questions go that the
    policies do not answer.
    orders: None for a shop without an order system. session_id, history, email: whose turn this is, what was said before it, and the
    shopper's address where it was verified.
    confirm_below, show_reading_below: confidences, 0..1, below which an act is asked back and a search says how it was read.
    confirm_above: how many items one message may add unasked, however surely it was read.
    checkout_url: the address that takes over the cart, with {items} in it; checkout_hook: or the server that does.
    questions: whether a wide need is answered with a question too. sums: whether it is said what the cart comes to after an act on it.
    writer: who words replies; None for composed sentences. speller: who reads mistyped words; None takes words as they are.
    placing: what is sponsored, and what one brand may take of a list.
    handoff: the way to the shop's staff, with its rules. shopper: who speaks, as far as events tell; None where there are none.
    before: ids of what other acts of the message have shown already, from which an answer's numbers go on.
    shop_cart: the shop's own, as the page around the chat tells it; None where it tells nothing of one.
    """

    parser: Parser
    searcher: Searcher
    catalog: Catalog
    embedder: Embedder
    products_shown: int = 5
    questions: bool = True
    sums: bool = True
    currency: str = "USD"
    policies: Policies | None = None
    reviews: Reviews | None = None
    unanswered: Unanswered | None = None
    orders: OrderDesk | None = None
    session_id: str = ""
    history: tuple[Exchange, ...] = ()
    email: str | None = None
    confirm_below: float = 0.0
    show_reading_below: float = 0.0
    confirm_above: int = 12
    checkout_url: str | None = None
    checkout_hook: CheckoutHook | None = None
    writer: Writer | None = None
    speller: Speller | None = None
    handoff: HandoffDesk | None = None
    shopper: Shopper | None = None
    shop_cart: ShopCart | None = None
    placing: Placing = field(default_factory=Placing)
    before: tuple[str, ...] = ()

    def numbered(self, hits: Iterable[Hit]) -> tuple[Hit, ...]:
        """The hits that this message has not shown yet, each at its place among all that it shows."""
        fresh = [hit for hit in hits if hit.product.id not in self.before]
        return tuple(replace(hit, rank=rank) for rank, hit in enumerate(fresh, start=len(self.before) + 1))

    def unwanted(self, taste: Taste) -> frozenset[str]:
        """Ids of products not to be shown unasked: disliked in this conversation, or in an earlier one and not liked since."""
        before = self.shopper.passed_over if self.shopper else frozenset()
        return frozenset(taste.disliked) | (before - frozenset(taste.liked))

    def refused(self, state: DialogueState, slots: Slots) -> tuple[str, ...]:
        """Words that rule out what nobody asked for by name: refused in the need, of oneself, or in an earlier conversation for good.

        slots: of the message; what it speaks of itself is refused by the need only.
        """
        lasting = [wish for wish in self.holding(state) if wish.field == "exclude" and wish.value]
        free = (wish.value or "" for wish in lasting if may_begin(wish, slots, state.let_go))
        return tuple(dict.fromkeys((*state.constraints.exclude, *free)))

    def holding(self, state: DialogueState) -> tuple[Wish, ...]:
        """Wishes that hold of the shopper whatever is looked for: kept in an earlier conversation, or said so in this one."""
        return still_holding((*(self.shopper.kept if self.shopper else ()), *state.own))

    @property
    def trouble(self) -> str | None:
        """What works only in second best fashion now, such as a language model that does not answer; None when all is well."""
        return " ".join(one.trouble for one in self._remote() if one.trouble) or None

    def close(self) -> None:
        """Let go of what leads out of this process: to large models, to the shop's server and its staff."""
        for remote in self._remote():
            remote.close()
        for way in (self.checkout_hook, self.handoff):
            if way is not None:
                way.close()

    def _remote(self) -> Iterator[Remote]:
        asked: tuple[object, ...] = (self.parser, self.writer)
        return (one for one in asked if isinstance(one, Remote))
