"""Who speaks, as far as what they did tells: what to suggest to them, and what is known of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from retrieval.query import Hit

from .events.crowd import Together
from .events.of_turns import of_conversation
from .experiments.trial import Trial
from .model import Card, DialogueState, Reasons, ShopCart
from .recommending.leaning import lean_reasons, leaning
from .recommending.profile import Known
from .recommending.recommender import Recommender
from .wishes import Wish


@dataclass(frozen=True)
class Visit:
    """From whom a message comes, and from where, as the caller of `Assistant.stream` tells it."""

    visitor: str | None
    email: str | None
    learn: bool
    site: str | None
    page: str | None
    shop_cart: ShopCart | None
    region: str | None

    @property
    def agreed(self) -> str | None:
        """The visitor, where they agreed that what the turn tells of them is kept."""
        return self.visitor if self.learn else None


@dataclass(frozen=True)
class Shopper:
    """A visitor in one turn. visitor: hashed; None for nobody known, of whom only the conversation itself tells.

    trial: what experiments make of his suggestions; None where they count him out. learns: whether the visitor agreed that more is kept.
    earlier: ids of the visitor's other conversations. forget: erases one wish that was kept, or, given None, all that is known and these.
    region: where he is, as the shop names it.
    """

    recommender: Recommender
    visitor: str | None
    now: datetime
    trial: Trial | None
    learns: bool
    earlier: Callable[[], Sequence[str]]
    forget: Callable[[Wish | None], object]
    region: str | None = None

    def suggest(self, state: DialogueState, limit: int, *, but: Collection[str] = ()) -> tuple[Card, ...]:
        """What to suggest without a need, best first, in view of the conversation so far too; nothing that is in the cart. but: ids of what
        else is left out."""
        here = of_conversation(state, self.visitor or "", self.now)
        chosen = {*but, *(line.product_id for line in state.cart)}
        suggesting = self.trial or self.recommender
        return suggesting.recommend(self.visitor, limit, self.now, here, without=chosen, region=self.region)

    def bought_along(self, product_id: str) -> Sequence[Together]:
        """What enough shoppers bought within a day of the product, the most first."""
        return self.recommender.bought_along(product_id, self.now)

    def leaning(self, hits: Sequence[Hit]) -> tuple[tuple[Hit, ...], Reasons]:
        """What was found, what the visitor's earlier acts speak for a little earlier, and why, by product id."""
        leans = self.recommender.leans(self.visitor, hits, self.now) if self.visitor else {}
        moved = leaning(hits, leans)
        return moved, lean_reasons(hits, moved, leans)

    @cached_property
    def passed_over(self) -> frozenset[str]:
        """Ids of products that the visitor is known to dislike."""
        return self.recommender.disliked(self.visitor, self.now) if self.visitor else frozenset()

    @cached_property
    def kept(self) -> tuple[Wish, ...]:
        """Wishes that the visitor asked to keep for every search, in the order said."""
        return self.recommender.kept(self.visitor, self.now) if self.visitor else ()

    def facts(self) -> tuple[Known, ...]:
        """What the visitor is known to have done with products and looked for, the latest first."""
        known = self.recommender.known(self.visitor, self.now) if self.visitor else ()
        return tuple(one for one in known if one.how != "question")

    def known(self) -> tuple[str, ...]:
        """The same in a few words each."""
        return tuple(one.text for one in self.facts())
