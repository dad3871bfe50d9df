"""What tells compared products apart: price, rating, what was asked for, and which one that speaks for; from their records alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from retrieval.evidence import judge, met_less_denied
from retrieval.kinds.of_listings import also_said
from retrieval.product import Product, money
from retrieval.query import either
from retrieval.superlative import by
from retrieval.words import content_stems

from ..explain import broken
from ..model import DialogueState
from ..names import listed
from .quality import Said


def verdict(products: Sequence[Product], names: Mapping[str, str], state: DialogueState) -> Iterator[Said]:
    """Price, rating, what was asked for, then which one that speaks for; each left out where it does not tell them apart."""
    state = _told_apart(products, state)
    yield from prices(products, names)
    yield from _ratings(products, names)
    yield from _wishes(products, names, state)
    yield from (Said(f"{names[one.id]} is sold out.") for one in products if one.in_stock is False)
    yield from _best(products, names, state)


def prices(products: Sequence[Product], names: Mapping[str, str]) -> Iterator[Said]:
    """Which is the cheapest and which the dearest, and of which no price is stated."""
    priced = [product for product in by("price_asc", products) if product.price is not None]
    unpriced = [names[product.id] for product in products if product.price is None]
    if len(priced) > 1:
        low, high = priced[0], priced[-1]
        assert low.price is not None
        assert high.price is not None
        apart = money(high.price - low.price, low.currency)
        if low.price == high.price:
            yield Said(f"They cost the same, {money(low.price, low.currency)}.", (money(low.price, low.currency),))
        elif len(products) == 2:
            yield Said(f"{names[low.id]} is {apart} cheaper.", (apart,))
        else:
            cheapest, dearest = money(low.price, low.currency), money(high.price, high.currency)
            text = f"{names[low.id]} is the cheapest at {cheapest}, {names[high.id]} the dearest at {dearest}."
            yield Said(text, (cheapest, dearest))
    if unpriced:
        yield Said(f"No price is stated for {' and '.join(unpriced)}.")


def _ratings(products: Sequence[Product], names: Mapping[str, str]) -> Iterator[Said]:
    rated = [product for product in by("rating", products) if product.rating is not None]
    if not rated:
        return
    unrated = [names[product.id] for product in products if product.rating is None]
    silent = f" No rating is stated for {' and '.join(unrated)}." if unrated else ""
    said = [f"{product.rating:g}" for product in rated]
    if len(rated) > 1 and rated[0].rating == rated[-1].rating:
        yield Said(f"They are rated alike, {said[0]} of 5.{silent}", (said[0], "5"))
    elif len(rated) > 1:
        yield Said(f"{names[rated[0].id]} is rated {said[0]} against {' and '.join(said[1:])}.{silent}", tuple(said))
    else:
        yield Said(f"{names[rated[0].id]} is rated {said[0]} of 5.{silent}", (said[0], "5"))


def _told_apart(products: Sequence[Product], state: DialogueState) -> DialogueState:
    """The state without the wished features that all of these have by being what they are: of pans, that they are for cooking, which one
    listing may say and another not."""
    own = [set(content_stems(" ".join((also_said(one), *one.category)))) for one in products]
    told = (
        wish
        for wish in state.constraints.features
        if not all(any(set(content_stems(one)) <= said for one in either(wish)) for said in own)
    )
    return replace(state, constraints=replace(state.constraints, features=tuple(told)))


def _wishes(products: Sequence[Product], names: Mapping[str, str], state: DialogueState) -> Iterator[Said]:
    """For each wish that some meet and some do not: who does, and what the others state. Of a colour, a material or a size it is said that
    they are so; of what their text has words for, these words."""
    for field, wish in state.constraints.wishes:
        found = {product.id: judge(product, field, wish) for product in products}
        met = [key for key, one in found.items() if one.status == "met"]
        if not met or len(met) == len(products):
            continue
        evidence = [wish]
        if field == "features":
            said = [f"You asked for “{wish}”"]
            if by_name := [names[key] for key in met if found[key].source == "title"]:
                said.append(f"{listed(by_name)} {'says' if len(by_name) == 1 else 'say'} so by name")
            for key in (key for key in met if found[key].source != "title"):
                quoted = f"is {found[key].words}" if found[key].source == "category" else f"says “{found[key].words}”"
                said.append(f"{names[key]} {quoted}")
                evidence.append(str(found[key].words))
        else:
            whose = listed([names[key] for key in met])
            said = [f"{whose} {'is' if len(met) == 1 else 'are'} {_as_said(field, wish)} as you asked"]
        for key in (key for key, one in found.items() if one.status == "unmet"):
            said.append(f"{names[key]} says “{found[key].words}”")
            evidence.append(str(found[key].words))
        if unstated := [names[key] for key, one in found.items() if one.status == "unstated"]:
            said.append(f"for {listed(unstated)} it is not stated")
        yield Said(f"{'; '.join(said)}.", tuple(evidence))
    for product in products:
        if breaches := [line.text for line in broken(product, state.constraints) if line.field != "availability"]:
            yield Said(f"{names[product.id]}: {', '.join(breaches)}.", tuple(breaches))


def _as_said(field: str, wish: str) -> str:
    """As one says of a thing that it is so: "black", "size m"."""
    return f"size {wish}" if field == "size" else wish


def _best(products: Sequence[Product], names: Mapping[str, str], state: DialogueState) -> Iterator[Said]:
    """The one that meets the most of what was asked for, when one alone does; else the one both cheapest and best rated."""
    merits = {product.id: merit(product, state) for product in products}
    first, *others = sorted(products, key=lambda product: merits[product.id], reverse=True)
    if state.constraints.wishes and merits[first.id] > merits[others[0].id]:
        yield Said(f"For what you asked, I would take {names[first.id]}.", of=first.id)
        return
    cheapest, best_rated = by("price_asc", products)[0], by("rating", products)[0]
    alone = sum(product.rating == best_rated.rating for product in products) == 1
    if best_rated.rating is not None and alone and cheapest.id == best_rated.id and cheapest.price is not None:
        yield Said(f"{names[cheapest.id]} is both the cheapest and the best rated.", of=cheapest.id)


def merit(product: Product, state: DialogueState) -> tuple[int, int]:
    """(in stock or unknown, wishes met less wishes and bounds broken), for the order of larger first."""
    constraints = state.constraints
    wishes = met_less_denied(product, constraints.alternatives)
    bounds = [line for line in broken(product, constraints) if line.field != "availability"]
    return int(product.in_stock is not False), wishes - len(bounds)
