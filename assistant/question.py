"""The one question that a wide need is answered with, beside the products: the facet whose answer tells most. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from retrieval.audience import adult_in
from retrieval.evidence import judge
from retrieval.facets import Facet, facets
from retrieval.kinds.named import is_titled
from retrieval.kinds.of_listings import head_noun, is_named, is_wide, kind_at_end, names_thing
from retrieval.product import Product
from retrieval.query import SOFT, Constraints, Hit
from retrieval.words import content_stems

from .model import DialogueState, Question
from .sayings.sentiment import about_price

ENOUGH = 3  # products shown that meet every wish: then there is nothing to ask
MANY = 8  # fewer things that match are looked through sooner than asked about
STATED = 0.6  # share of the things that must state a facet
TELLING = 0.7  # bits that an answer must tell: one that halves what matches tells 1
HALF = 0.5  # of its bits count where the answer only orders (colour), and of prices, which can always be cut evenly
KINDS = ("department", "category", "kind")  # facets that say what kind of thing it is


def question_for(products: Iterable[Product], shown: Sequence[Hit], state: DialogueState) -> Question | None:
    """The question that splits the products best, None when none is worth asking.

    products: all that match the need. shown: those shown with the question. None as well when the shown ones fit well (`fits_well`),
    and once the shopper passed over a question of this need: then its facet still splits what matches.
    """
    if fits_well(shown, state.constraints):
        return None
    constraints, products = state.constraints, _of_their_departments(products, shown)
    found = [one for one in facets(products, constraints.product or "") if _is_open(one, constraints)]
    found = [one for one in found if not _told_by_the_name(one, products, constraints.product or "")]
    if not found or found[0].total < MANY or any(one.name in state.questioned[-1:] for one in found):
        return None
    left = [one for one in found if not _settled(one, (*state.questioned, *state.dropped))]
    return _asked(max(left, key=lambda facet: _worth(facet, constraints))) if left else None


def _of_their_departments(products: Iterable[Product], shown: Sequence[Hit]) -> list[Product]:
    """Those that stand in a department in which something shown does: of cocktail glasses no eyewear is asked about."""
    departments = {hit.product.category[0] for hit in shown if hit.product.category}
    return [one for one in products if not departments or one.category[:1] == () or one.category[0] in departments]


def fits_well(shown: Sequence[Hit], constraints: Constraints) -> bool:
    """Whether the need names a kind and something more, and ENOUGH of the products shown meet every wish in it.

    Something more: a colour, material, size or feature, a brand, an audience, a price bound. The hard ones hold for all that is shown.
    """
    bounds = (constraints.price_min, constraints.price_max, constraints.brand, constraints.gender)
    if constraints.product is None or (not constraints.wishes and all(bound is None for bound in bounds)):
        return False
    fitting = [hit for hit in shown if all(_does(hit.product, group) for group in constraints.alternatives)]
    return len(fitting) >= ENOUGH


def _does(product: Product, group: Sequence[tuple[str, str]]) -> bool:
    """Whether it meets one of the wishes; a size that the listing does not give is nothing that an answer could bring."""
    found = [judge(product, field, wish) for field, wish in group]
    return any(one.status == "met" or (one.field == "size" and one.status == "unstated") for one in found)


def _is_open(facet: Facet, constraints: Constraints) -> bool:
    """Whether an answer would tell something that the need does not say yet."""
    if facet.gain < TELLING or facet.stated < STATED * facet.total:
        return False
    if facet.name == "department":
        return constraints.kind is None
    if facet.name == "category" and not _names_kinds_of(constraints.product or "", facet.options):
        return False
    if facet.name == "gender" and any(map(adult_in, constraints.features)):
        return False  # "for my mum" says it
    if facet.name == "price":
        return constraints.price_min is None and constraints.price_max is None
    if facet.name in (*SOFT, "gender") and getattr(constraints, facet.name):
        return False
    wishes = (*(wish for _, wish in constraints.wishes), *constraints.exclude)
    wished = {stem for wish in wishes for stem in content_stems(wish)}
    return not any(wished & set(content_stems(value)) for value in facet.options)


def _told_by_the_name(facet: Facet, products: Iterable[Product], name: str) -> bool:
    """Whether all that is called by the name stands in one of the categories: of handbags and backpacks a clutch is a handbag."""
    place = {"department": 0, "category": -1}.get(facet.name)
    if place is None:
        return False
    shelves = [one.category[place] for one in products if one.category and is_titled(one.title, name)]
    return len(shelves) >= ENOUGH and len(set(shelves)) == 1


def _names_kinds_of(name: str, categories: Sequence[str]) -> bool:
    """Whether at least half of the categories are called by things, and, where it is known what is called by this name, by kinds of that:
    mugs stand under "christmas" and "camping", which are no kinds of mug, and desks under tables and chairs."""
    kinds, known = kind_at_end(name)
    if known and not is_wide(name):
        named = [any(is_named(one, kinds) for one in kind_at_end(category)[0]) for category in categories]
    else:
        named = [names_thing(head_noun(category)) for category in categories]
    return 2 * sum(named) >= len(categories)


def _worth(facet: Facet, constraints: Constraints) -> float:
    if facet.name == "price" and any(map(about_price, constraints.exclude)):
        return math.inf  # "nothing too pricey": what that is, the shopper knows alone
    return facet.gain if facet.name in (*KINDS, "gender") else HALF * facet.gain


def _settled(facet: Facet, names: Sequence[str]) -> bool:
    """Whether the facet, or one of its values, was asked about or taken back; all that say the kind count as one."""
    if facet.name in KINDS:
        return any(one in (*KINDS, "product") for one in names)
    return facet.name in names or any(option in names for option in facet.options)


def _asked(facet: Facet) -> Question:
    """Amounts stand in the options alone: with other bounds in the shop's last line the small parser reads "under $45" as a lower one."""
    if facet.name == "price":
        return Question("What is your budget?", facet.name, facet.options)
    *others, last = facet.options
    opening = {"gender": "For", **dict.fromkeys(KINDS, "Which kind:")}.get(facet.name, f"Which {facet.name}:")
    return Question(f"{opening} {', '.join(others)} or {last}?", facet.name, facet.options)
