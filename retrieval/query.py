"""What goes into a search and what comes out."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Literal

from .kinds.of_listings import names_kind
from .product import Product

Sort = Literal["price_asc", "price_desc", "rating"]
SOFT = ("color", "material", "size", "features")  # the soft constraints, in the order in which they are explained
OR = " or "  # between makers, or properties, of which one is enough
_NO_OTHER = frozenset(
    "above below better bigger equivalent fewer higher larger less lower more not similar smaller so".split()
)
EITHER = ("color", "material", "size")  # of those said one is enough: "wool or down"


Side = Literal["below", "above"]
_SIDES: dict[tuple[str, Side], str] = {("weight", "below"): "lighter than", ("weight", "above"): "heavier than"}


@dataclass(frozen=True)
class Limit:
    """A bound on what a record states in numbers: `field` by its name there, on this side of `value`, which is as a record has it."""

    field: str
    side: Side
    value: str

    @property
    def bound(self) -> str:
        """ "lighter than 1.5 kg", "below 40 cm"."""
        return f"{_SIDES.get((self.field, self.side), self.side)} {self.value}"

    @property
    def text(self) -> str:
        """ "lighter than 1.5 kg", "height below 40 cm"."""
        return f"{self._named}{self.bound}"

    def told_of(self, stated: str) -> str:
        """How a product that states this stands to it: "900 g, lighter than 1.5 kg", "height 35 cm, below 40 cm"."""
        return f"{self._named}{stated}, {self.bound}"

    @property
    def _named(self) -> str:
        """The field, where the words for the side do not tell it."""
        return "" if (self.field, self.side) in _SIDES else f"{self.field} "


def either(wish: str) -> tuple[str, ...]:
    """The properties of which one is enough: two of "electric or acoustic", one of "4 or more ports", "for a boy or girl" and "black"."""
    each = tuple(wish.split(OR))
    goes_on = any(one.split()[0] in _NO_OTHER or one[0].isdigit() for one in each if one.strip())
    return (wish,) if goes_on or wish.startswith("for ") or not all(map(str.strip, each)) else each


@dataclass(frozen=True)
class Constraints:
    """What a shopper wants. Hard: price bounds, exclude, limits, gender, brand, category, in_stock. Soft: color, size, material, features.

    Prices in the shop's currency, both bounds inclusive. brand: a maker, or several with "or" between. exclude: words or phrases that no
    shown product may contain. limits: bounds on what records state; a product that does not state it is out.
    """

    product: str | None = None
    category: str | None = None
    brand: str | None = None
    color: tuple[str, ...] = ()
    size: tuple[str, ...] = ()
    material: tuple[str, ...] = ()
    gender: str | None = None
    features: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    price_min: Decimal | None = None
    price_max: Decimal | None = None
    quantity: int | None = None
    in_stock: bool = False
    limits: tuple[Limit, ...] = ()

    @property
    def kind(self) -> str | None:
        """The kind of thing asked for; None where the need names none, as "a wedding gift" does."""
        return self.product if self.product is not None and names_kind(self.product) else None

    @property
    def makers(self) -> tuple[str, ...]:
        """Those of whom either may have made it: two of "sony or bose"."""
        return tuple(self.brand.split(OR)) if self.brand else ()

    @property
    def of_any_kind(self) -> bool:
        """Whether the need says what the thing is for, and not what it is: a gift."""
        return self.product is not None and self.kind is None

    @property
    def wishes(self) -> tuple[tuple[str, str], ...]:
        """The soft constraints as (field, words), in the order of SOFT."""
        return tuple((name, words) for name in SOFT for words in getattr(self, name))

    @property
    def alternatives(self) -> tuple[tuple[tuple[str, str], ...], ...]:
        """The wishes in groups of which one is enough: all colours, all materials, all sizes, and each feature, of "electric or acoustic"
        either."""
        groups = [tuple((name, words) for words in getattr(self, name)) for name in EITHER]
        features = (tuple(("features", one) for one in either(wish)) for wish in self.features)
        return tuple(group for group in (*groups, *features) if group)


@dataclass(frozen=True)
class Query:
    """The need in words, for the retrievers and the reranker, with the constraints that code enforces.

    said: the shopper's own words, from which candidates are proposed too: a need read wrongly then still finds what was meant.
    """

    text: str
    constraints: Constraints = field(default_factory=Constraints)
    sort: Sort | None = None
    skip: frozenset[str] = frozenset()  # ids that must not come back: already shown
    said: str = ""

    def without(self, *names: str) -> Query:
        """The same query with these constraints taken back to their empty value."""
        empty = Constraints()
        return replace(self, constraints=replace(self.constraints, **{name: getattr(empty, name) for name in names}))


@dataclass(frozen=True)
class Candidate:
    """A product that one retriever proposes; `score` orders that retriever's list only."""

    product_id: str
    score: float


@dataclass(frozen=True)
class Quote:
    """Words of a listing, as they stand in one of its fields."""

    field: str
    text: str


@dataclass(frozen=True)
class Hit:
    """A product that search keeps. relevance: 0..1. rank: 1 is best. fits: False for one that is merely near what was asked for.

    of_kind: False for one that was found by meaning among others that are of the kind asked for by name, and stands in no category of
    that name.
    carried_by: for one that was found by meaning, the words of its listing that spoke most for it.
    """

    product: Product
    relevance: float
    rank: int
    fits: bool = True
    of_kind: bool = True
    carried_by: Quote | None = None


@dataclass(frozen=True)
class Relaxed:
    """A constraint that was given up because nothing met it, and how that is said."""

    field: str
    text: str


@dataclass(frozen=True)
class Ranking:
    """Hits best first. total: how many products meet the hard constraints and are of the kind asked for, not how many are listed.

    kind_found: False when the catalogue has nothing of the kind asked for by name, so that the hits are only the nearest.
    matching: ids of those that count in `total`. stating: how many of these have every other wish in their words too.
    """

    hits: tuple[Hit, ...]
    total: int
    relaxed: tuple[Relaxed, ...] = ()
    kind_found: bool = True
    matching: frozenset[str] = frozenset()
    stating: int = 0
