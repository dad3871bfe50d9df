"""Which products go with a product, learnt from the catalogue: from kinds whose listings name each other, and from makers."""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from ..audience import suits
from ..catalog import Catalog
from ..family import family_of
from ..lexical import phrase
from ..product import Product
from ..words import content_stems, only_denied, quote, stem
from .of_listings import is_named, kind_of, kinds_named, stems_of

How = Literal["fits", "named_for", "mentions", "series", "maker"]

WORTH: Mapping[How, float] = {"fits": 1.5, "named_for": 1.5, "mentions": 1.2, "series": 0.8, "maker": 0.4}
LIFT = (
    3.0  # so many times as often as other listings must a kind's listings name the other kind: chance words fall away
)
MOST = 300  # listings looked at for one sort of bond
# Words of a listing that say it has the thing itself: a backpack with a laptop sleeve inside is no company for a laptop sleeve.
_ITS_OWN = frozenset(
    map(stem, "inside built integrated interior inner removable detachable compartment pocket".split())
)
KIND = "coalesce(kind, json_extract(record, '$.category[#-1]'), '')"


@dataclass(frozen=True)
class Bond:
    """Why a product goes with another. words: of the listing that says so, or what both names have in common.

    fits: a fact named by what one of them is, stated by both ("bulb E26"). named_for: the product's title names the other's kind.
    mentions: its description does. series: the same maker and first word of the title. maker: the same maker and department.
    """

    product: Product
    how: How
    words: str

    @property
    def weight(self) -> float:
        return WORTH[self.how]


def belonging(catalog: Catalog, target: Product) -> list[Bond]:
    """The strongest bond of each product that goes with the target, strongest first; none of its kind or family, none sold out,
    none for another audience."""
    tied = _tied_kinds(catalog, target)
    bonds = []
    for one in _candidates(catalog, target, tied):
        if may_go(one, target) and (bond := _bond(one, target, tied)):
            bonds.append(bond)
    return sorted(bonds, key=lambda bond: (-bond.weight, bond.product.id))


def may_go(one: Product, target: Product) -> bool:
    """Whether it can be had, suits whom the target suits, and is another sort of thing: a floor lamp is a lamp as a desk lamp is."""
    if one.in_stock is False or same_kind(one, target) or family_of(one) == family_of(target):
        return False
    if _heads_alike(one, target) or _fitting(one, target) == "":
        return False
    return suits(one, target)


def same_kind(one: Product, other: Product) -> bool:
    """By what the listings call the things; of those that are not known by name by category, else by the title's last word."""
    mine, theirs = kind_of(one), kind_of(other)
    shelved = bool(one.category) and one.category == other.category
    if mine and theirs:
        return is_named(mine, frozenset([theirs])) or is_named(theirs, frozenset([mine])) or shelved
    return shelved or (
        not (one.category and other.category) and content_stems(one.title)[-1:] == content_stems(other.title)[-1:]
    )


def kind_names(product: Product) -> list[str]:
    """What a thing of this kind is called in listings: the phrases of its kind, else its narrowest category."""
    kind = kind_of(product)
    if kind:
        return _phrases(kind)
    return [product.category[-1]] if product.category else []


def _bond(one: Product, target: Product, tied: Mapping[str, bool]) -> Bond | None:
    """The strongest. Words tie two departments only where both kinds name each other: dogs and jackets have a collar each."""
    together = bool(one.category) and one.category[:1] == target.category[:1]
    if together and (fitting := _fitting(one, target)):
        return Bond(one, "fits", fitting)
    if tied.get(_kind(one), False) or (together and _kind(one) in tied):
        if words := _naming(one.title.partition(",")[0], kind_names(target), around=1):
            return Bond(one, "named_for", words)
        words = _naming(one.description, kind_names(target), around=4)
        if words and not _of_itself(words):
            return Bond(one, "mentions", words)
    if one.brand and one.brand == target.brand:
        first = one.title.split()[:1]
        if first and first == target.title.split()[:1]:
            return Bond(one, "series", first[0])
        if together:
            return Bond(one, "maker", one.brand)
    return None


def _of_itself(words: str) -> bool:
    """Whether the words say what the listing's own thing is ("This sleek handbag") or has."""
    return words.casefold().startswith("this ") or not _ITS_OWN.isdisjoint(stems_of(words))


def _fitting(one: Product, target: Product) -> str | None:
    """The fact that one is named by and both agree on: "bulb E26" of a bulb and a lamp; "" where they do not agree, None without such."""
    for part, whole in ((one, target), (target, one)):
        names = {stems_of(name) for name in (*kind_names(part), *part.category[-1:])}
        for name, values in part.attributes.items():
            if stems_of(name) in names:
                stated = {stem for value in whole.attributes.get(name, ()) for stem in content_stems(value)}
                agreed = (value for value in values if stated & set(content_stems(value)))
                return next((f"{name} {value}" for value in agreed), "")
    return None


def _naming(text: str, names: Iterable[str], *, around: int) -> str | None:
    """The text's words around the first of the names that it says other than to deny it; "recordings" name no recorder."""
    for name in names:
        literal = re.compile(rf"\b{re.escape(name.removesuffix('s'))}(?:e?s)?\b", re.IGNORECASE)
        if literal.search(text) and not only_denied(text, name):
            return quote(text, stems_of(name), around=around)
    return None


def _heads_alike(one: Product, other: Product) -> bool:
    """Whether the names end alike: a handbag is a bag."""
    return any(a.endswith(b) or b.endswith(a) for a in _heads(one) for b in _heads(other))


def _heads(product: Product) -> set[str]:
    """Stems of the last words of what it is called."""
    return {stems[-1] for name in kind_names(product) if (stems := stems_of(name))}


def _kind(product: Product) -> str:
    """The kind as the catalogue can count it (KIND)."""
    return kind_of(product) or (product.category[-1] if product.category else "")


def _tied_kinds(catalog: Catalog, target: Product) -> dict[str, bool]:
    """Kinds whose listings name the target's kind far more often than others do, or the other way round; True where both hold."""
    own, names = _kind(target), kind_names(target)
    if not names:
        return {}
    sizes = _sizes(catalog)
    naming = _sizes(catalog, _naming_ids(catalog, names))
    naming_us = {kind for kind, count in naming.items() if _often(count, sizes[kind], naming, own, sizes)}
    alike = catalog.get_many(_best(catalog, KIND, [own]))
    said = Counter(
        kind for group in _by_family(alike) for kind in {kind for one in group for kind in kinds_named(one.description)}
    )
    named_by_us = {
        kind
        for kind, count in said.items()
        if kind in sizes
        and count > 1
        and _often(count, sizes[own], _sizes(catalog, _naming_ids(catalog, _phrases(kind))), kind, sizes)
    }
    return {kind: kind in naming_us and kind in named_by_us for kind in (naming_us | named_by_us) - {own, ""}}


def _by_family(products: Iterable[Product]) -> Iterable[list[Product]]:
    groups: dict[tuple[str, ...], list[Product]] = defaultdict(list)
    for one in products:
        groups[family_of(one)].append(one)
    return groups.values()


def _often(count: int, of: int, naming: Mapping[str, int], named: str, sizes: Mapping[str, int]) -> bool:
    """Whether so many of a kind's listings name the other kind is more than chance, and more than one odd one out of several."""
    chance = sum(number for kind, number in naming.items() if kind != named) / sum(sizes.values())
    return count > min(1, of - 1) and count / of >= LIFT * chance


def _sizes(catalog: Catalog, ids: Iterable[str] | None = None) -> dict[str, int]:
    """How many families of each kind are among the ids, or in the whole catalogue."""
    where = "" if ids is None else " WHERE id IN (SELECT value FROM json_each(?))"
    rows = catalog.connection.execute(
        f"SELECT {KIND} AS sort, count(DISTINCT coalesce(family, id)) FROM products{where} GROUP BY sort",
        [] if ids is None else [json.dumps(list(ids))],
    )
    return dict(rows.fetchall())


def _naming_ids(catalog: Catalog, names: Iterable[str], columns: str = "title description") -> frozenset[str]:
    """Ids of the listings with one of these names, its words one after the other."""
    match = " OR ".join(found for name in names if (found := phrase(name)))
    rows = catalog.connection.execute(
        "SELECT id FROM listing JOIN products ON row = listing.rowid WHERE listing MATCH ?",
        [f"{{{columns}}} : ({match})"],
    )
    return frozenset(row[0] for row in rows)


def _candidates(catalog: Catalog, target: Product, tied: Iterable[str]) -> list[Product]:
    """What may have a bond: things of the tied kinds, of what the target's facts are named by, and of the same maker."""
    made = _naming_ids(catalog, [target.brand], "brand") if target.brand else frozenset[str]()
    facts = _naming_ids(catalog, target.attributes, "title category") if target.attributes else frozenset[str]()
    ids = (*_best(catalog, KIND, list(tied)), *_best(catalog, "id", list(made)), *_best(catalog, "id", list(facts)))
    return catalog.get_many(dict.fromkeys(ids))


def _best(catalog: Catalog, column: str, values: list[str]) -> list[str]:
    """Ids of at most MOST products with one of these values, the best rated first."""
    rows = catalog.connection.execute(
        f"SELECT id FROM products WHERE {column} IN (SELECT value FROM json_each(?)) ORDER BY rating IS NULL, rating DESC, id LIMIT ?",
        [json.dumps(values), MOST],
    )
    return [row[0] for row in rows]


def _phrases(kind: str) -> list[str]:
    return [part.partition("@")[0] for part in kind.split("|")]
