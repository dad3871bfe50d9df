"""Why a product is shown, once more and in words: the reasons and the caveats of its card."""

from __future__ import annotations

from retrieval.product import Product
from retrieval.query import Constraints, Hit

from ..explain import explain
from ..model import Answer, Card, DialogueState, Outcome, Parse, Reason
from ..names import listed, short_names
from ..parts import Parts
from ..quotes import not_repeated
from .table import meant

TOLD = 3  # products of which the reasons are told
NEAREST = "it came nearest to your words"
_COMES_FIRST = {
    "price_asc": "the cheapest comes first",
    "price_desc": "the dearest comes first",
    "rating": "the best rated comes first",
}


def told_why(parse: Parse, state: DialogueState, parts: Parts) -> Outcome | None:
    """Why the products that the message means are shown; None where it means none, or nothing is looked for that could be a reason."""
    products = meant(parse, state, parts)[:TOLD]
    if not products or state.constraints == Constraints():
        return None
    names = short_names(products)
    cards = [_card(product, _need_of(product, state), parts) for product in products]
    said = [_why(card, names[card.product.id], paid=parts.placing.sponsors(card.product)) for card in cards]
    if state.sort and len(state.shown) > 1:
        said.append(f"As you asked, {_COMES_FIRST[state.sort]}.")
    evidence = tuple(one.text for card in cards for one in (*card.reasons, *card.caveats))
    return Outcome(focus=products[0].id, answer=Answer(" ".join(said), (*names.values(), *evidence)))


def _need_of(product: Product, state: DialogueState) -> Constraints:
    """The need that the product was last shown for: of two lists on the table the first's is an earlier one."""
    shown_for = (need.constraints for need in state.earlier if product.id in need.found)
    return state.constraints if product.id in state.found else next(shown_for, state.constraints)


def _card(product: Product, need: Constraints, parts: Parts) -> Card:
    """The product as found for the need: whether it is of the kind is looked up again."""
    of_kind = need.kind is None or product.id in parts.searcher.matching(Constraints(product=need.product))
    (card,) = explain([Hit(product, 1.0, 1, of_kind=of_kind)], need)
    return card


def _why(card: Card, name: str, *, paid: bool) -> str:
    """ "Tote Bag is shown for this: its name says “Bag” and $40 is under your $50 limit. But the listing doesn't say “zip”." """
    own = {one.text: one for one in card.reasons if one.kind != "nearest"}
    reasons = [_in_words(own[text]) for text in not_repeated(list(own))] or [NEAREST]
    against = f" But {listed([one.text for one in card.caveats])}." if card.caveats else ""
    sponsored = " It is sponsored." if paid else ""
    return f"{name} is shown for this: {listed(reasons)}.{against}{sponsored}"


def _in_words(reason: Reason) -> str:
    """The reason as part of a sentence, words in quotation marks with where they stand."""
    if reason.text.startswith("“"):
        return f"its {'name' if reason.field == 'title' else 'listing'} says {reason.text}"
    shelved = reason.field == "category" and reason.text.startswith("in ")
    return f"it is listed {reason.text}" if shelved else reason.text.replace(": ", " ")
