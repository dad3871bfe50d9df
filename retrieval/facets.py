"""How the facts of products split them: counts of each facet's values over a set of products, and what asking for one would tell. Pure."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from .audience import audiences
from .family import family_of
from .kinds.of_listings import kind_of, stems_of
from .product import Product, money
from .words import YES_NO, contains, content_stems

ALWAYS = ("department", "category", "kind", "gender", "price")  # chosen by whatever titles say
OPTIONS = 4  # a question offers at most so many values
APART = Decimal("1.5")  # so many times the lower must the upper cut be, else prices do not tell things apart

Family = Sequence[Product]  # variants of one thing


@dataclass(frozen=True)
class Facet:
    """A field with the values that products state, each with how many families have it, the most frequent first.

    stated: families that state any value. total: all families. options: the values that a question offers, at most OPTIONS, none of
    which is another one said longer ("hiking boots" beside "boots"). gain: bits that their answer tells, see `gain`.
    """

    name: str
    counts: tuple[tuple[str, int], ...]
    stated: int
    total: int
    options: tuple[str, ...]
    gain: float


def facets(products: Iterable[Product], said: str = "") -> list[Facet]:
    """Every facet of which two values or more are stated, the one that tells most first; variants of one family count as one thing.

    said: the kind asked for; a value that only says it again does not count. Nor does a value that no title has (a warranty's, a
    care label's): what people choose by, shops write into titles. Kind, audience and price are chosen by always.
    """
    families = families_of(products)
    titles = {stem for family in families for one in family for stem in content_stems(one.title)}
    known = set(content_stems(said))
    values: dict[str, list[frozenset[str]]] = defaultdict(lambda: [frozenset()] * len(families))
    for place, family in enumerate(families):
        for name, stated in _values_of(family, titles, known).items():
            values[name][place] = stated
    if "kind" in values:
        values["kind"] = _called(values["kind"], families)
    found = [_facet(name, each) for name, each in values.items()]
    bands, prices = _price_bands(families)
    if bands:
        found.append(_facet("price", prices, bands))
    return sorted((one for one in found if len(one.options) > 1), key=lambda facet: (-facet.gain, facet.name))


def gain(answers: Sequence[frozenset[str]], options: Sequence[str]) -> float:
    """Bits that an answer tells of which thing is wanted: H(T) - sum over answers a of P(a) H(T | a). Quinlan, "Induction of decision
    trees", Machine Learning 1986.

    answers: for each of n things the values that it has, empty when unstated. T: the thing wanted, each as likely, so H(T) = log2 n.
    An answer leaves the things that have the value and those that state none; P(a) is the value's share. "None of these" is an answer
    as well, for what has other values. 0.0 for one thing or none, and where nothing is stated.
    """
    unstated = sum(not said for said in answers)
    having = [sum(option in said for said in answers) for option in options]
    having.append(sum(bool(said) and not said & set(options) for said in answers))
    asked = sum(having)
    if not asked:
        return 0.0
    left = sum(count / asked * math.log2(count + unstated) for count in having if count)
    return max(math.log2(len(answers)) - left, 0.0)


def families_of(products: Iterable[Product]) -> list[Family]:
    """The products by family, in the order in which the families come."""
    groups: dict[tuple[str, ...], list[Product]] = defaultdict(list)
    for product in products:
        groups[family_of(product)].append(product)
    return list(groups.values())


def _facet(name: str, values: Sequence[frozenset[str]], offered: Sequence[str] = ()) -> Facet:
    counted = Counter(value for said in values for value in said)
    counts = tuple(sorted(counted.items(), key=lambda pair: (-pair[1], pair[0])))
    options = tuple(offered) or _options(counts)
    return Facet(name, counts, sum(map(bool, values)), len(values), options, gain(values, options))


def _options(counts: Sequence[tuple[str, int]]) -> tuple[str, ...]:
    options: list[str] = []
    for value, _ in counts:
        if not any(contains(value, one) for one in options):
            options = [one for one in options if not contains(one, value)] + [value]
        if len(options) == OPTIONS:
            break
    return tuple(options)


def _values_of(family: Family, titles: set[str], known: set[str]) -> Mapping[str, frozenset[str]]:
    """By facet, what the variants state together: a lamp in black and in white has both colours."""
    values: dict[str, set[str]] = defaultdict(set)
    for name, value in (fact for product in family for fact in _facts(product)):
        stems = set(content_stems(value))
        if name == "kind":
            new = not any(set(stems_of(phrase)) <= known for phrase in _phrases(value))
        else:
            new = not stems <= known and (name in ALWAYS or stems <= titles)
        if new:
            values[name].add(value)
    return {name: frozenset(stated) for name, stated in values.items()}


def _facts(product: Product) -> Iterator[tuple[str, str]]:
    if product.category:
        yield "department", product.category[0]
        yield "category", product.category[-1]
    if kind := kind_of(product):
        yield "kind", kind
    for audience in audiences(product):
        yield from (("gender", one) for one in (("men", "women") if audience == "unisex" else (audience,)))
    for name, values in product.attributes.items():
        if name != "gender":
            yield from ((name, value.casefold()) for value in values if _is_word(name, value))


def _is_word(name: str, value: str) -> bool:
    """Whether the value can be chosen by without knowing measures; sizes are known."""
    if value.casefold() in YES_NO:
        return False
    return name == "size" or not any(sign.isdigit() for sign in value)


def _called(kinds: Sequence[frozenset[str]], families: Sequence[Family]) -> list[frozenset[str]]:
    """The kinds by the name that most of their titles have."""
    names: dict[str, Counter[str]] = defaultdict(Counter)
    for said, family in zip(kinds, families, strict=True):
        for kind in said:
            names[kind].update(name for name in _phrases(kind) if contains(family[0].title, name))
    best = {kind: min(counted, key=lambda name: (-counted[name], name)) for kind, counted in names.items() if counted}
    return [frozenset(best[kind] for kind in said if kind in best) for said in kinds]


def _phrases(kind: str) -> list[str]:
    return [part.partition("@")[0] for part in kind.split("|")]


def _price_bands(families: Sequence[Family]) -> tuple[list[str], list[frozenset[str]]]:
    """(bands, for each family those in which it has a price): three about equal parts, cut at round amounts; no bands where prices
    lie close together."""
    prices = sorted(
        min(each) for family in families if (each := [one.price for one in family if one.price is not None])
    )
    cuts = [_round(prices[len(prices) * part // 3]) for part in (1, 2)] if prices else []
    if not cuts or cuts[1] < APART * cuts[0]:
        return [], []
    low, high = (money(cut, families[0][0].currency) for cut in cuts)
    bands = [f"under {low}", f"{low} to {high}", f"over {high}"]
    return bands, [
        frozenset(bands[sum(one.price > cut for cut in cuts)] for one in family if one.price is not None)
        for family in families
    ]


def _round(price: Decimal) -> Decimal:
    """The nearest amount with one digit, or with a five behind it: 34.99 -> 35, 129 -> 150, 0.8 -> 1."""
    step = Decimal(10) ** price.adjusted() / 2 if price else Decimal(1)
    return max((price / step).to_integral_value() * step, Decimal(1))
