"""What a message calls by name where it adds something: another thing beside what it points at ("I take it and the tree"), or another
thing than what was read in it ("add two steaks", of vegetables)."""

from __future__ import annotations

import re
from collections.abc import Sequence

from retrieval.kinds.of_listings import is_named, kind_at_end, kind_of, names_thing, things_named
from retrieval.product import Product
from retrieval.query import Constraints
from retrieval.words import content_stems, stem

from ..mentions import points_back, says_the, without_the_cart
from ..model import DialogueState, Parse
from ..names import listed, short_names
from ..parts import Parts
from ..state import LOOKS_AT_THE_CART, same_kind
from .table import KNOWN, called

_NOT_THE_THING = re.compile(
    r"\b(?:for|with|in|on|to|as|from|because|since|so|but)\b", re.IGNORECASE
)  # what comes after it
_JOINED = re.compile(rf"\band {KNOWN} ((?:[\w'-]+ ?){{1,3}})|\b{KNOWN} ((?:[\w'-]+ ){{1,3}})(?=and\b)", re.IGNORECASE)
_NEW = re.compile(r"\band (?:(?:an?|some|one|two|three|four|\d+) )?((?:[\w'-]+ ?){1,3})", re.IGNORECASE)


def named_too(
    products: Sequence[Product], parse: Parse, state: DialogueState, parts: Parts
) -> list[tuple[str, list[Product]]]:
    """(name, those last shown for it, of which the titles say it where some do) of each earlier need that the message joins to these
    products by "and", while none of them was shown for it."""
    if _says_more(parse) or parse.products:
        return []
    said = [content_stems(before or after) for before, after in _JOINED.findall(parse.message)]
    added, found = {one.id for one in products}, list[tuple[str, list[Product]]]()
    for need in state.earlier:
        name = need.constraints.product or ""
        head = set(content_stems(name)[-1:])
        shown = parts.catalog.get_many(need.found) if any(head & set(one) for one in said) else []
        shown = [one for one in shown if head & set(content_stems(one.title))] or shown
        if shown and added.isdisjoint(one.id for one in shown):
            found.append((name, shown))
    return found


def not_shown_yet(products: Sequence[Product], parse: Parse, state: DialogueState) -> str:
    """That nothing was put in of what the message joins to these products by "and", a known thing that nothing was shown of; "" of none."""
    if _says_more(parse) or parse.products:
        return ""
    said = [*(before or after for before, after in _JOINED.findall(parse.message)), *_NEW.findall(parse.message)]
    known = filter(None, map(_thing_in, said))
    needs = [need.constraints.product or "" for need in state.earlier]
    own = set(content_stems(" ".join([state.constraints.product or "", *needs, *map(_text, products)])))
    left = [words for words in known if not own & set(content_stems(words))]
    return f"I have not shown “{left[0]}” yet, so I added none." if left else ""


def _thing_in(words: str) -> str:
    """The first known thing that the words name, else the one word that they are where things are called by it: "case", of which there
    are many; "" of none, as of "pay by card"."""
    named, alone = things_named(words)[:1], words.strip()
    return named[0][0] if named else alone if names_thing(stem(alone)) else ""


def another_thing(products: Sequence[Product], parse: Parse, state: DialogueState, parts: Parts) -> str:
    """The first thing that the message names as what is to be added, of those that the shop has if it has one, where the products read in
    it are none of what it names and it points at nothing; "" where they may be: by their kind or words, or as what is looked for.
    """
    pointed = parse.products or parse.slots.product or parse.slots.ref == ("all",) or points_back(parse.message)
    if pointed or _says_more(parse):
        return ""
    named = things_named(_NOT_THE_THING.split(without_the_cart(parse.message), maxsplit=1)[0])
    own = set(content_stems(" ".join([state.constraints.product or "", *map(_text, products)])))
    if any(own & set(content_stems(words)) for words, _ in named):
        return ""
    if any(is_named(kind_of(one), kinds) for one in products for _, kinds in named):
        return ""
    sold = [words for words, _ in named if parts.searcher.matching(Constraints(product=words))]
    return next(iter(sold or [words for words, _ in named]), "")


def is_another_thing(products: Sequence[Product], parse: Parse, state: DialogueState) -> bool:
    """Whether what was read as the thing last spoken of is called otherwise by the message, by a name that is not what is looked for, and
    without a word that points: "add a tackle box" after a question on a rod, not "add the sneakers"."""
    name = parse.slots.product or ""
    points = points_back(parse.message) or says_the(parse.message, name)
    if not name or parse.slots.ref != ("last",) or parse.products or points:
        return False
    known, _ = kind_at_end(name)
    own = same_kind(state.constraints.product, name)
    return not own and not any(called(one, name) or is_named(kind_of(one), known) for one in products)


def _says_more(parse: Parse) -> bool:
    """Whether the message has a further act that may be of what it names: going to the checkout is of nothing."""
    return sum(one not in LOOKS_AT_THE_CART for one in parse.acts) > 1


def _text(product: Product) -> str:
    return " ".join((product.title, product.brand or "", *product.category))


def shown_before(name: str, state: DialogueState, parts: Parts) -> list[Product]:
    """What was last shown for an earlier need of that name; of it what is called so or of that kind, where some is."""
    ids = [one for need in state.earlier if same_kind(need.constraints.product, name) for one in need.found]
    found, (kinds, known) = parts.catalog.get_many(ids), kind_at_end(name)
    return [one for one in found if called(one, name) or (known and is_named(kind_of(one), kinds))] or found


def the_one_called(parse: Parse, state: DialogueState, parts: Parts) -> list[Product]:
    """What the message calls by its name, "the necklace", where of what was last shown for the earlier need of that name one is called
    so; [] else."""
    name = parse.slots.product or ""
    found = shown_before(name, state, parts) if name and says_the(parse.message, name) else []
    return found if len(found) == 1 else []


def which_too(name: str, products: Sequence[Product], first: int = 1) -> str:
    """The question which of them is meant, counted from `first`."""
    named = listed([f"{place}. {one}" for place, one in enumerate(short_names(products).values(), start=first)], "or")
    return f"Which of these did you mean by “{name}”: {named}?"
