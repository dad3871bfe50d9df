"""Which products are of the kind that a shopper names ("desk lamp", "telly", "something for the kitchen")."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from itertools import chain

from ..catalog import Catalog
from ..lexical import Lexical
from ..product import Product
from ..words import content_stems, content_words, stem
from .of_listings import (
    also_said,
    head_noun,
    is_a,
    is_named,
    is_wide,
    kind_at_end,
    kind_ends_with,
    kind_of,
    named_after,
    names_kind,
    names_thing,
    says_more_than_kind,
    shopper_words,
    stems_of,
    together,
    wider_kind,
)

PET_SHELVES = ("pet", "dog")  # words of the categories in which things for animals stand
MUCH, FEWEST = 0.2, 3  # share of a category, and number of its products, from which a kind is what the category is for


def kind_levels(
    catalog: Catalog, lexical: Lexical, phrase: str | None, pets: frozenset[str] | None = None
) -> list[frozenset[str]]:
    """Ids of the kind, the strictest reading first, none empty; an empty list for no phrase, for one that names no kind ("wedding
    gift"), and for a kind that the shop does not have.

    First by what the things are: those of a kind that the phrase names in a listing's or a shopper's words; of "gaming laptop" the
    laptops with "gaming" in title or category before the others, and of "dining table" those with "dining". What stands in a category of
    just that name is of the kind too, where its title says nothing else. Then by words: every word in title or category, the head there,
    and the thing itself called so.

    pets: ids of what is sold for animals where none is named, which comes last; by default as the phrase alone says.
    """
    levels = _levels(catalog, lexical, phrase)
    pets = for_animals(lexical, phrase or "") if pets is None else pets
    return [left for ids in levels if (left := ids - pets)] + (levels if pets else [])


def _levels(catalog: Catalog, lexical: Lexical, phrase: str | None) -> list[frozenset[str]]:
    said = content_words(phrase or "")
    if not said or not names_kind(phrase or ""):
        return []
    entries, exact = kind_at_end(phrase or "")
    named = catalog.of_kinds(entries) if entries else frozenset[str]()
    wide = is_wide(phrase or "")
    known = bool(entries) and not wide
    whole = _called(catalog, lexical, said, known=known)
    head = _called(catalog, lexical, said[-1:], known=known) if len(said) > 1 else whole
    if len(said) > 1 and together(said[-1]):  # no set is a chess set for being a set
        head = frozenset()
    shelf = _on_shelf(catalog, lexical, said, entries)
    if exact:  # of "desk" no desk lamp, however few desks there are; where no sleeping bag is sold, a handbag is not the next best
        other = _of_other_kinds(catalog, whole | head, entries)
        whole, head = whole - other, head - other if named else frozenset()
        called = whole if wide else frozenset()  # not every kind of toy is known by name
        more = says_more_than_kind(phrase or "")
        so_called = named & lexical.matching(" ".join(said), columns="title category") if more else frozenset()
        levels = [so_called, named | shelf | called, whole, head]
        if not any(levels):
            names = {phrase or "", *(one.partition("@")[0] for entry in entries for one in entry.split("|"))}
            levels = [frozenset().union(*(_saying_so(catalog, lexical, name) for name in sorted(names)))]
    else:
        levels = [shelf or (whole & named), named, whole, head]
    return [ids for ids in levels if ids]


def _saying_so(catalog: Catalog, lexical: Lexical, phrase: str) -> frozenset[str]:
    """Ids of what is titled with the whole phrase, and of the wider kind that the phrase ends with what says the rest in its own words: of
    "pearl necklace" the necklaces of pearls."""
    titles = catalog.called(lexical.matching(phrase, columns="title"))
    titled = frozenset(
        one for one, title, _, _ in titles if len(content_stems(phrase)) > 1 and is_titled(title, phrase)
    )
    before, wider = wider_kind(phrase)
    if not before:
        return titled
    return titled | (catalog.of_kinds(wider) & lexical.matching(before, columns="title description"))


def for_animals(lexical: Lexical, need: str) -> frozenset[str]:
    """Ids of what stands in a category for animals and speaks of one, where the need names none: a beanie for dogs is no answer to "a
    hat", while a stress ball may stand there by mistake.

    Empty where the need names an animal.
    """
    if names_animal(need):
        return frozenset()
    there = frozenset().union(*(lexical.matching(one, columns="category") for one in PET_SHELVES))
    return there & _speaking(lexical, chain.from_iterable(shopper_words().animals))


def of_other_animals(lexical: Lexical, need: str) -> frozenset[str]:
    """Ids of what speaks of other animals alone than the need names: of beds "for my kitten" those for dogs. Empty where the need names
    none, or says no more than "pet"."""
    said, animals = _stems_said(need), shopper_words().animals[1:]
    named = [names for names in animals if _says_one(said, names)]
    if not named:
        return frozenset()
    others = _speaking(lexical, chain.from_iterable(names for names in animals if names not in named))
    return others - _speaking(lexical, chain.from_iterable(named))


def _speaking(lexical: Lexical, names: Iterable[str]) -> frozenset[str]:
    return frozenset(lexical.matching(" ".join(names), columns="title description", every=False))


def names_animal(need: str) -> bool:
    """Whether an animal is named: a "dog bowl", "for my cat", and not what is done to one: "fishing" is for people."""
    return _says_one(_stems_said(need), chain.from_iterable(shopper_words().animals))


def _stems_said(need: str) -> str:
    return f" {' '.join(stems_of(' '.join(word for word in content_words(need) if not word.endswith('ing'))))} "


def _says_one(said: str, names: Iterable[str]) -> bool:
    return any(f" {' '.join(stems_of(one))} " in said for one in names)


def known_otherwise(products: Iterable[Product], phrase: str | None) -> frozenset[str]:
    """Ids of those products that are known to be another thing: of a known kind, outside the shop's own category of just that name.

    Empty where no product stands in such a category, for a phrase that names no kind, and for one that is known in words: what means
    the same may be called otherwise then.
    """
    wanted, candidates = content_stems(phrase or ""), list(products)
    outside = [one for one in candidates if not one.category or content_stems(one.category[-1]) != wanted]
    if len(outside) == len(candidates) or kind_at_end(phrase or "")[0] or not names_kind(phrase or ""):
        return frozenset()
    return frozenset(one.id for one in outside if kind_of(one) is not None)


def in_another_department(
    catalog: Catalog, products: Iterable[Product], phrase: str | None, kind: frozenset[str]
) -> frozenset[str]:
    """Ids of those products that are known to be another thing and stand in no widest category in which the kind stands.

    An ink bottle is no mug, however burgundy; a lantern, which stands among the lamps, may do for one. kind: ids of what is of the kind.
    Empty for a phrase that is not known in words as a whole, and for a kind without categories.
    """
    entries, exact = kind_at_end(phrase or "")
    departments = catalog.departments(kind) if exact else frozenset()
    return frozenset(
        one.id
        for one in products
        if departments and one.category and one.category[0] not in departments and not is_named(kind_of(one), entries)
    )


def on_another_shelf(products: Collection[Product], phrase: str | None, kind: frozenset[str]) -> frozenset[str]:
    """Ids of those products that stand in a category called like their own kind, where others stand in one called just like the phrase.

    A waterproof jacket among the jackets is no waterproof watch; a lantern among things for Halloween may do for a light. kind: ids of
    what is of the kind and is never named. Empty for a phrase that is not known in words as a whole.
    """
    entries, exact = kind_at_end(phrase or "")
    wanted = content_stems(phrase or "")
    if not exact or not any(one.category and content_stems(one.category[-1]) == wanted for one in products):
        return frozenset()
    told = ((one, kind_of(one)) for one in products if one.category and one.id not in kind)
    return frozenset(
        one.id for one, own in told if is_named(own, kind_at_end(one.category[-1])[0]) and not is_named(own, entries)
    )


def of_the_other_word(products: Iterable[Product], phrase: str | None) -> frozenset[str]:
    """Ids of those products that have of a name for one thing only the other thing in it: of a coffee table the coffee.

    What a listing says of itself in title and categories, and what shoppers call it, counts. Empty for a phrase of one word, and for
    one whose other words name no thing ("winter coat").
    """
    *others, head = content_stems(phrase or "") or ("",)
    things = {one for one in others if names_thing(one)}
    return frozenset(one.id for one in products if things and things & (said := _own_stems(one)) and head not in said)


def _own_stems(product: Product) -> set[str]:
    return set(stems_of(" ".join((product.title, *product.category, also_said(product)))))


def shelf_ids(catalog: Catalog, lexical: Lexical, name: str) -> frozenset[str]:
    """Ids of all products whose narrowest category is called just so."""
    wanted, found = content_stems(name), lexical.matching(name, columns="category")
    return frozenset(one for one, _, shelf in catalog.shelves(found) if content_stems(shelf) == wanted)


def _called(catalog: Catalog, lexical: Lexical, said: tuple[str, ...], *, known: bool) -> frozenset[str]:
    """Ids of what has all these words in title or category and is called by the last of them: a dress shirt is no dress. Of a "shaving
    set" the word before the set says what it is.

    known: whether that word is one for a known kind, so that what is of no known kind may be of it too.
    """
    wanted = head_noun(" ".join(said)) if together(said[-1]) else stem(said[-1])
    found = lexical.matching(" ".join(said), columns="title category")
    return frozenset(
        product_id
        for product_id, title, categories, kind in catalog.called(found)
        if (known and kind is None and not (categories and named_after(title, wanted)))
        or (kind and kind_ends_with(kind, wanted))
        or head_noun(title) == wanted
        or _shelved_as(categories, wanted)
    )


def _shelved_as(categories: Sequence[str], wanted: str) -> bool:
    """Whether the narrowest category that has the word is called by it: "toys, science kits" are toys, "shoes, shoe care" no shoes."""
    naming = next((name for name in reversed(categories) if wanted in content_stems(name)), "")
    return head_noun(naming) == wanted


def stands_among(categories: Sequence[str], phrase: str) -> bool:
    """Whether the narrowest category is one of several for what the phrase names: a parka under "winter jackets" is a jacket."""
    wanted = content_stems(phrase)
    shelf = categories[-1] if categories else ""
    return bool(wanted) and set(wanted) < set(content_stems(shelf)) and head_noun(shelf) == wanted[-1]


def is_titled(title: str, phrase: str) -> bool:
    """Whether the title has every word of the phrase and is called by its last one: a "Chef's Knife Set" for "chef knives"."""
    wanted = content_stems(phrase)
    return bool(wanted) and set(wanted) <= set(content_stems(title)) and head_noun(title) == wanted[-1]


def _of_other_kinds(catalog: Catalog, ids: frozenset[str], entries: frozenset[str]) -> frozenset[str]:
    kinds = catalog.shelves(ids)
    return frozenset(one for one, kind, _ in kinds if kind is not None and not is_named(kind, entries))


def _may_be_other(kind: str | None, entries: frozenset[str], shelf: str, said: tuple[str, ...]) -> bool:
    """Whether a title alone may make what stands on the shelf another kind: of a known kind not where the shelf is called by the things
    themselves. "Kayaking" is what one does with a kayak, and with its paddles."""
    for_doing = shelf.lower().endswith("ing") and not said[-1].lower().endswith("ing")
    return kind is None or (for_doing and not is_named(kind, entries))


def _on_shelf(catalog: Catalog, lexical: Lexical, said: tuple[str, ...], entries: frozenset[str]) -> frozenset[str]:
    """Ids of what stands in a narrowest category called just so, without what its title makes another kind, as a case among
    headphones, a pad among rugs or paddles among kayaks; a kind that makes up much of the category is what the shop means by it: parkas
    among the winter jackets."""
    wanted = content_stems(" ".join(said))
    shelved = catalog.called(lexical.matching(" ".join(said), columns="category"))
    found = [
        (product_id, kind)
        for product_id, title, categories, kind in shelved
        if categories
        and content_stems(categories[-1]) == wanted
        and not (entries and _may_be_other(kind, entries, categories[-1], said) and named_after(title, wanted[-1]))
    ]
    counts = Counter(kind for _, kind in found)
    meant = {kind for kind, count in counts.items() if count >= max(MUCH * len(found), FEWEST)}
    return frozenset(
        product_id
        for product_id, kind in found
        if not entries or kind is None or kind in meant or any(is_a(entry, kind) for entry in entries)
    )
