"""What simulated shoppers want: drawn from a catalogue's own records, or real requests read from a file. Pure.

A goal drawn from the catalogue hides a product and wishes for what its record says: the kind of thing, one or two properties, often
a price above its own, sometimes the refusal of what others of its kind have. Wanted is every product that meets all of it, the
hidden one among them. The words are compared by stem where they stand in a listing; how the assistant reads words is not used here.
"""

from __future__ import annotations

import random
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from functools import cached_property, lru_cache
from typing import Literal

from retrieval.errors import BadInput
from retrieval.product import Product
from retrieval.words import words

from ..scripted.expectations import all_texts
from .phrases import COLORS, LOOKS, MATERIALS

Role = Literal["kind", "price", "refused", "audience", "look", "with", "for"]
CALLED_SO = 3  # titles that must end so before it counts as a name that shoppers use for a kind of thing
FEWEST, MOST = 2, 40  # products of a kind that a wish may leave: more tell nothing apart
AUDIENCES: Mapping[str, tuple[str, ...]] = {
    "women": ("women", "unisex"), "men": ("men", "unisex"), "kids": ("kids", "boys", "girls"), "boys": ("boys", "kids"),
    "girls": ("girls", "kids"),
}  # fmt: skip
_VESSELS = frozenset("set kit pack collection assortment duo trio bundle pair quad ensemble bag box".split())
_TITLE_ENDS = re.compile(r"\s*(?:[,(:|–]|\s-\s|\b(?:with|for|in|of|from|and|by)\b|&|\+).*")
_PHRASES: tuple[tuple[Role, re.Pattern[str]], ...] = (
    ("for", re.compile(r"\b(?:perfect|ideal|great|suitable|designed) for (?:the |your |an? )?([a-z][a-z' -]+)")),
    ("with", re.compile(r"\b(?:with|featuring|features|boasts|has) (?:its |their |an? )?([a-z][a-z' -]+)")),
)
_PHRASE_ENDS = re.compile(
    r"\s(?:and|or|that|which|for|in|on|to|with|from|of|at|as|while|it|its|is|are|the|this|against)\b.*"
)
_PLAIN_WORD = re.compile(r"[a-z][a-z'-]{2,}")
_PHRASE_WORDS = range(2, 4)
_OF_NO_MEANING = frozenset(
    "any every all both your you those who one our we adding creating making this these sleek touch ambiance blend style charm "
    "elegance design aesthetic sophistication look feel allure comfort craftsmanship".split()
)


@dataclass(frozen=True)
class Point:
    """One thing that a shopper wants. words: as it is said; for a price the amount, for a refusal what is refused."""

    role: Role
    words: str

    @property
    def amount(self) -> Decimal:
        """The limit of a `price`."""
        return Decimal(self.words)


class Listing:
    """A product as simulated shoppers look at it: its words by stem, so that a phrase is found fast in many listings."""

    def __init__(self, product: Product) -> None:
        self.product = product
        self._names = " | ".join(stemmed(text) for text in (product.title, *product.category))
        self._texts = " | ".join(stemmed(text) for text in all_texts(product))

    def meets(self, point: Point) -> bool:
        if point.role == "price":
            return self.product.price is not None and self.product.price <= point.amount
        if point.role == "audience":
            said = self.product.attributes.get("gender", ())
            return not said or bool({*said} & {*AUDIENCES[point.words]})
        if point.role == "kind":
            return stemmed(point.words) in self._names
        return (stemmed(point.words) in self._texts) is (point.role != "refused")


@lru_cache(maxsize=10_000)
def stemmed(text: str) -> str:
    """The text's words by stem, each between spaces, so that whole phrases can be looked for."""
    return f" {' '.join(word.stem for word in words(text))} "


@dataclass(frozen=True)
class Goal:
    """What a shopper wants. request: the opening in a real shopper's words, "" when it is made up from the points.

    points: what is wanted, the kind of thing first; empty for a request of which nothing else is known. hidden: the product that the
    shopper has in mind and answers questions from. wanted: the products that end the search; empty when nobody has judged any. equal: the
    ids of all that meet the points.
    """

    name: str
    points: tuple[Point, ...] = ()
    hidden: Product | None = None
    wanted: tuple[Product, ...] = ()
    request: str = ""
    equal: frozenset[str] = frozenset()

    @cached_property
    def ids(self) -> frozenset[str]:
        return frozenset(product.id for product in self.wanted)


def draw_goals(products: Iterable[Product], count: int, seed: int) -> list[Goal]:
    """So many goals from a catalogue, the same for the same seed; BadInput where its titles tell no kinds of things apart."""
    listings = [Listing(product) for product in sorted(products, key=lambda product: product.id)]
    kinds = _kinds(listings)
    if not kinds:
        raise BadInput(
            f"No {CALLED_SO} products of this store are called alike, so no goals can be drawn from it.",
            fix="give real requests with --goals",
        )
    rng = random.Random(f"goals {seed}")
    names = rng.choices(sorted(kinds), [len(kinds[name]) for name in sorted(kinds)], k=count)
    return [_goal(number, name, rng.choice(kinds[name]), listings, rng) for number, name in enumerate(names, 1)]


def goals_for(hidden: Sequence[Product], products: Iterable[Product], seed: int) -> list[Goal | None]:
    """A goal for each of these products of the catalogue, the same for the same seed; None for one whose title names no kind of thing."""
    listings = [Listing(product) for product in sorted(products, key=lambda product: product.id)]
    kinds = _kinds(listings)
    called: dict[str, list[str]] = defaultdict(list)
    for name in sorted(kinds):
        for listing in kinds[name]:
            called[listing.product.id].append(name)
    rng = random.Random(f"goals {seed}")
    return [
        _goal(number, rng.choice(called[one.id]), Listing(one), listings, rng) if called[one.id] else None
        for number, one in enumerate(hidden, 1)
    ]


def _kinds(listings: Sequence[Listing]) -> dict[str, list[Listing]]:
    """What things are called by the ends of their titles, with the listings that end so.

    The half of a longer name ("flops") is none. Of poetry ("Timeless Elegance") is left out what neither a category names nor a fifth of
    the descriptions speak of as a thing; all stay where a catalogue has no categories and no sentences.
    """
    named: dict[str, list[Listing]] = {}
    for listing in listings:
        for name in dict.fromkeys(_names(listing.product)):
            named.setdefault(name, []).append(listing)
    halves = {
        name.split()[-1]
        for name, those in named.items()
        if len(those) * 10 >= 9 * len(named.get(name.split()[-1], ())) and " " in name
    }
    often = {name: those for name, those in named.items() if len(those) >= CALLED_SO and name not in halves}
    return {name: those for name, those in often.items() if _is_a_thing(name, those)} or often


def _is_a_thing(name: str, listings: Sequence[Listing]) -> bool:
    spoken = re.compile(rf"\b(?:this|these|an?) (?:[\w'-]+,? ){{0,4}}{re.escape(name)}\b")
    said = sum(
        stemmed(name) in stemmed(" | ".join(listing.product.category))
        or bool(spoken.search(listing.product.description.replace(listing.product.title, "").lower()))
        for listing in listings
    )
    return said * 5 >= len(listings)


def _names(product: Product) -> Iterator[str]:
    """The last word of the title and the last two, without what follows "with", "for" or a comma: lamp, desk lamp."""
    said = [word for word in _TITLE_ENDS.sub("", product.title.lower()).split() if _PLAIN_WORD.fullmatch(word)]
    while said and said[-1] in LOOKS:
        said.pop()
    if said and said[-1] not in _VESSELS:
        yield said[-1]
    if len(said) > 1 and said[-2] not in LOOKS:
        yield " ".join(said[-2:])


def _goal(number: int, kind: str, hidden: Listing, listings: Sequence[Listing], rng: random.Random) -> Goal:
    points = [Point("kind", kind)]
    called = [listing for listing in listings if listing.meets(points[0])]
    left = called
    for wish in _in_some_order(_wishes(hidden.product), rng):
        if wish.words in COLORS and any(point.words in COLORS for point in points):
            continue  # a second colour, said later, takes the place of the first
        narrowed = [listing for listing in left if listing.meets(wish)]
        if (
            len(points) <= rng.choice((1, 2))
            and FEWEST <= len(narrowed) <= max(MOST, len(left) // 2)
            and len(narrowed) < len(left)
        ):
            points, left = [*points, wish], narrowed
    extra = [_audience(hidden.product, rng), _limit(hidden.product, rng), _refusal(hidden, called, rng)]
    points += [point for point in extra if point is not None]
    equal = [listing.product for listing in called if all(listing.meets(point) for point in points)]
    wanted = tuple(
        product for product in equal if product.id == hidden.product.id or _variants(product, hidden.product)
    )
    said = ", ".join(_in_short(point) for point in points)
    return Goal(f"{number}: {said}", tuple(points), hidden.product, wanted, equal=frozenset(one.id for one in equal))


def _variants(one: Product, other: Product) -> bool:
    return one.group_id is not None and one.group_id == other.group_id


def _in_some_order(wishes: list[Point], rng: random.Random) -> list[Point]:
    """Looks are what people mostly ask for; what a thing has or is for comes first one time in four."""
    rng.shuffle(wishes)
    return sorted(wishes, key=lambda wish: wish.role == "look", reverse=rng.random() < 0.75)


def _in_short(point: Point) -> str:
    return {"price": "at most ", "refused": "no ", "for": "for ", "with": "with ", "audience": "for "}.get(
        point.role, ""
    ) + point.words


def _wishes(product: Product) -> list[Point]:
    """What the record says that people ask for: looks and materials, stated attributes, what it has and what it is for."""
    text = f"{product.title}. {product.description}".lower()
    titled = COLORS & {
        *re.findall(r"[a-z]+", product.title.lower())
    }  # else the colour of a buckle would be that of the belt
    looks = LOOKS - (COLORS - titled) if titled else LOOKS
    found = [Point("look", word) for word in dict.fromkeys(re.findall(r"[a-z]+(?:-free)?", text)) if word in looks]
    for values in product.attributes.values():
        found += [Point("look", value.lower()) for value in values if value.lower() in LOOKS]
    for role, pattern in _PHRASES:
        for match in pattern.finditer(product.description.lower()):
            phrase = _PHRASE_ENDS.sub("", match[1]).split(" - ")[0].strip(" -'")
            said = phrase.split()
            if len(said) in _PHRASE_WORDS and not _OF_NO_MEANING & {*said}:
                found.append(Point(role, phrase))
    return list(dict.fromkeys(found))


def _audience(product: Product, rng: random.Random) -> Point | None:
    said = [value for value in product.attributes.get("gender", ()) if value in AUDIENCES]
    return Point("audience", said[0]) if said and rng.random() < 0.6 else None


def _limit(product: Product, rng: random.Random) -> Point | None:
    """A round amount of 5 to 60 % above the price."""
    if product.price is None or product.price <= 0 or rng.random() < 0.3:
        return None
    amount = product.price * Decimal(str(round(rng.uniform(1.05, 1.6), 2)))
    step = Decimal(
        next(step for limit, step in ((20, 1), (100, 5), (500, 10), (2_000, 50), (10**9, 500)) if amount <= limit)
    )
    return Point("price", str((amount / step).to_integral_value(ROUND_CEILING) * step))


def _refusal(hidden: Listing, called: Sequence[Listing], rng: random.Random) -> Point | None:
    """A colour or material that others of the kind have and the hidden product's listing does not mention."""
    if rng.random() >= 0.2:
        return None
    others = Counter(
        wish for listing in called for wish in _wishes(listing.product) if wish.words in COLORS | MATERIALS
    )
    refusals = sorted(wish.words for wish, times in others.items() if times > 1)
    free = [words for words in refusals if hidden.meets(Point("refused", words))]
    return Point("refused", rng.choice(free)) if free else None


def read_goals(
    text: str, name: str, products: Mapping[str, Product], *, count: int, seed: int
) -> tuple[list[Goal], int]:
    """(at most so many goals from real requests, drawn by the seed; how many requests name no product of this store).

    text: one request a line; or a table with tabs whose first line names `request`, `product_id` and `grade` (0 to 3). Of a graded
    request those products are wanted that are graded 3, and where none is those graded 2. Each request is asked once.
    """
    head = text.partition("\n")[0].strip().split("\t")
    graded = {"request", "product_id", "grade"} <= {*head}
    if "\t" in text.partition("\n")[0] and not graded:
        raise BadInput(
            f"{name}:1: expected the columns request, product_id and grade, got {', '.join(head)}",
            fix="name the columns in the first line",
        )
    goals, left_out = _graded(text, name, products) if graded else (_plain(text), 0)
    if not goals:
        raise BadInput(
            f"{name}: no request that this store has a product for",
            fix="give requests, one a line, or their grades for this store's products",
        )
    rng = random.Random(f"goals {seed}")
    drawn = rng.sample(goals, min(count, len(goals)))
    return [_with_hidden(number, goal, rng) for number, goal in enumerate(drawn, 1)], left_out


def _plain(text: str) -> list[Goal]:
    return [Goal(line, request=line) for line in dict.fromkeys(line.strip() for line in text.splitlines()) if line]


def _graded(text: str, name: str, products: Mapping[str, Product]) -> tuple[list[Goal], int]:
    lines = text.splitlines()
    columns = lines[0].strip().split("\t")
    grades: dict[str, dict[str, int]] = {}
    for number, line in enumerate(lines[1:], start=2):
        if line.strip():
            row = dict(zip(columns, line.split("\t"), strict=False))
            if not str(row.get("grade", "")).strip().isdigit():
                raise BadInput(
                    f"{name}:{number}: expected a grade from 0 to 3, got {row.get('grade')!r}", fix="mend the line"
                )
            grades.setdefault(row["request"].strip(), {})[row["product_id"]] = int(row["grade"])
    goals = []
    for request, judged in grades.items():
        best = 3 if 3 in judged.values() else 2
        wanted = [products[one] for one, grade in judged.items() if grade == best and one in products]
        goals += [Goal(request, wanted=tuple(wanted), request=request)] if wanted else []
    return goals, len(grades) - len(goals)


def _with_hidden(number: int, goal: Goal, rng: random.Random) -> Goal:
    """The request with one of the wanted products in mind, and what its record says that the shopper may come to add."""
    hidden = rng.choice(goal.wanted) if goal.wanted else None
    wishes = _in_some_order(_wishes(hidden), rng) if hidden else []
    return Goal(f"{number}: {goal.request}", tuple(wishes[:2]), hidden, goal.wanted, goal.request)


def options_true_of(product: Product, options: Collection[str]) -> list[str]:
    """Those of a question's options that the product's record names."""
    listing = Listing(product)
    return [option for option in options if listing.meets(Point("look", option))]
