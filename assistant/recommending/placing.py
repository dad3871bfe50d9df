"""Who stands where for another reason than being best: places that are paid for, and a bound on what one brand may take. docs/placing.md.

Both move only what a list could show anyway, and only past what is hardly better. The first place is never paid for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Protocol, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from retrieval.evidence import judge
from retrieval.product import Product
from retrieval.query import Hit, Query, Ranking

from ..explain import explain


class Placed(Protocol):
    """A product in a ranking. relevance: 0..1, comparable within it."""

    @property
    def product(self) -> Product: ...
    @property
    def relevance(self) -> float: ...


T = TypeVar("T", bound=Placed)
May = Callable[[T, T], bool]  # whether the first may stand before the second, which the ranking has before it


class Sponsored(BaseModel):
    """What the shop is paid to show."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    products: frozenset[str] = Field(default=frozenset(), description="ids of products, or of groups of variants")
    floor: float = Field(default=0.9, gt=0, le=1, description="least share of the relevance of each product passed")
    places: int = Field(default=1, ge=0, description="of one list, so many of the best of them may be lifted")


class Brands(BaseModel):
    """What one brand, or one seller, may take of a list."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    share: float = Field(default=1.0, gt=0, le=1, description="of the places; 1: no bound")
    by: str = Field(default="brand", min_length=1, description="brand, or an attribute such as seller name")
    margin: float = Field(
        default=0.95, gt=0, le=1, description="of the relevance of what gives way in a search, at least"
    )


class Placing(BaseModel):
    """The shop's own rules; a TOML file has these keys. Without one nothing is moved and nothing is sponsored."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sponsored: Sponsored = Sponsored()
    brands: Brands = Brands()

    @property
    def moves(self) -> bool:
        """Whether any list can be another than it would be without."""
        return self.brands.share < 1 or bool(self.sponsored.products and self.sponsored.places)

    def unpaid(self) -> Placing:
        """The same with nothing lifted; what is sponsored stays so."""
        return self.model_copy(update={"sponsored": self.sponsored.model_copy(update={"places": 0})})

    def sponsors(self, product: Product) -> bool:
        """Whether the shop is paid for it, wherever and for whatever reason it stands."""
        return product.id in self.sponsored.products or product.group_id in self.sponsored.products

    def maker(self, product: Product) -> str:
        """Whose share of a list it counts to, in small letters; empty for nobody's."""
        by = self.brands.by
        named = product.brand if by == "brand" else next(iter(product.attributes.get(by, ())), None)
        return (named or "").casefold()

    def suggested(self, ranking: Sequence[T], limit: int) -> list[T]:
        """The first `limit` as they are suggested. Nobody asked for one of them, so a brand over its share gives way to any other."""
        return self._placed(ranking, limit, 0.0, lambda one, other: True)

    def found(self, hits: Sequence[Hit], limit: int, query: Query, ranking: Ranking) -> tuple[Hit, ...]:
        """The first `limit` hits of a search as they are shown, ranks from 1. None moves where an order was asked for or a wish given up.

        Nothing passes what meets a wish that it does not meet itself, and nothing that breaks one passes anything.
        """
        if not self.moves or query.sort or ranking.relaxed or not ranking.kind_found:
            return _numbered(hits[:limit])
        wishes = query.constraints.wishes
        met = {hit.product.id: {one for one in wishes if judge(hit.product, *one).status == "met"} for hit in hits}
        told = zip(hits, explain(hits, query.constraints), strict=True)
        breaking = {
            hit.product.id
            for hit, card in told
            if not hit.fits or not hit.of_kind or any(caveat.kind == "unmet" for caveat in card.caveats)
        }

        def may(one: Hit, other: Hit) -> bool:
            return one.product.id not in breaking and met[other.product.id] <= met[one.product.id]

        return _numbered(self._placed(hits, limit, self.brands.margin, may))

    def _placed(self, ranking: Sequence[T], limit: int, margin: float, may: May[T]) -> list[T]:
        return self._lifted(self._spread(ranking, limit, margin, may), limit, may)

    def _spread(self, ranking: Sequence[T], limit: int, margin: float, may: May[T]) -> list[T]:
        """The ranking with its first `limit` chosen anew: each time the next one whose brand has room, where it comes near enough."""
        left, chosen, taken = list(ranking), list[T](), Counter[str]()
        while left and len(chosen) < limit and self.brands.share < 1:
            first = left[0]
            at = next(
                (
                    at
                    for at, one in enumerate(left)
                    if self._has_room(one, taken, limit)
                    and (at == 0 or (one.relevance >= margin * first.relevance and may(one, first)))
                ),
                0,
            )
            chosen.append(left.pop(at))
            taken[self.maker(chosen[-1].product)] += 1
        return chosen + left

    def _lifted(self, ranking: Sequence[T], limit: int, may: May[T]) -> list[T]:
        """The first `limit`, with the best of what is sponsored as high as its relevance lets it stand, below the first."""
        order, lowest = list(ranking), 1
        paid = [one for one in ranking if self.sponsors(one.product) and not one.product.sold_out]
        for one in paid[: self.sponsored.places]:
            at = order.index(one)
            taken = Counter(self.maker(other.product) for other in order[: limit - 1])
            if at >= limit and not self._has_room(one, taken, limit):
                continue
            for place in range(lowest, min(at, limit)):
                if all(self._near(one, passed) and may(one, passed) for passed in order[place:at]):
                    order.insert(place, order.pop(at))
                    lowest = place + 1
                    break
        return order[:limit]

    def _near(self, one: Placed, passed: Placed) -> bool:
        return one.relevance >= self.sponsored.floor * passed.relevance

    def _has_room(self, one: Placed, taken: Counter[str], limit: int) -> bool:
        """Whether one more of its maker is within the share of so many places, of which each may have one; who has no name has room."""
        maker, most = self.maker(one.product), max(1, int(self.brands.share * limit + 1e-9))
        return not maker or taken[maker] < most


def _numbered(hits: Sequence[Hit]) -> tuple[Hit, ...]:
    return tuple(replace(hit, rank=rank) for rank, hit in enumerate(hits, start=1))
