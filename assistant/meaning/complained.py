"""What was read as a wish and is what the shopper thinks of products on the table: "too heavy", "not that brand"."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from retrieval.evidence import judge
from retrieval.product import Product
from retrieval.words import STOPWORDS, contains

from ..actions.amends import LENGTHS, NAMED, WEIGHT
from ..mentions import says_several, says_them
from ..merging import ALSO_CALLED
from ..model import DialogueState, Parse, Slots
from ..parts import Parts
from ..places import places_in
from ..sayings.complaints import LEAST, SURELY, complaint_of
from ..sayings.phrases import phrase_of
from ..sayings.sentiment import about_price


def priced(parse: Parse, state: DialogueState) -> Parse:
    """A message that only refuses what is said of a price, of products on the table, is what the shopper thinks of these."""
    refused = Slots(exclude=parse.slots.exclude)
    only = parse.intent == "refine" and parse.slots == refused != Slots() and parse.then is None
    if not (only and (state.shown or state.focus) and all(map(about_price, refused.exclude))):
        return parse
    return replace(parse, intent="feedback", slots=Slots(), acts=("feedback",))


def complained(parse: Parse, state: DialogueState, parts: Parts) -> Parse:
    """A message that only holds something against products on the table ("too heavy", "not that brand"), and was read as a refusal of
    these words or as a question about them, as what the shopper thinks of these."""
    rest = replace(parse.slots, exclude=(), features=(), ref=(), sort=None, drop=())
    if parse.intent not in ("refine", "other", "feedback") or rest != Slots() or parse.then is not None:
        return parse
    least = SURELY if parse.intent == "other" else LEAST
    refused = parse.slots.exclude
    refuses_no_word = refused != () and all(
        says_no_value(one) or says_them(one) for one in refused
    )  # "not those", "not these ugly ones", "not the colour"
    complaint = None if refuses_no_word else complaint_of(parse.message, parts.embedder, least=least)
    points = says_several(parse.message) or places_in(parse.message)
    nothing_else = parse.intent == "other" or parse.slots == Slots()
    if complaint == "plain" and not (nothing_else and points and phrase_of(parse.message, parts.embedder) is None):
        return parse  # "nah" is no word on all that was shown, "none of these" is
    complained = refuses_no_word or complaint is not None
    if not state.shown or not complained:
        return parse
    if parse.slots.exclude and _of_the_table(parse.slots.exclude, parts.catalog.get_many(state.shown)):
        return replace(parse, intent="refine", acts=("refine",))  # "i don't like mesh" is no word on all that was shown
    ref = parse.slots.ref or places_in(parse.message)  # which the reader leaves out of a refusal
    return replace(parse, intent="feedback", slots=Slots(ref=ref), acts=("feedback",))


def says_no_value(words: str) -> bool:
    """Whether the words only point ("those") or name what products have, and nothing that one of them is: "colour", "height"."""
    left = set(words.split()) - STOPWORDS
    return left <= {*ALSO_CALLED, *LENGTHS, *NAMED, "size", "sizes", "materials", "brands", WEIGHT}


def _of_the_table(words: Iterable[str], shown: Sequence[Product]) -> bool:
    """Whether of each of the words a product shown is stated to be: a colour, a material, the brand."""
    return all(any(_is_of(product, word) for product in shown) for word in words)


def _is_of(product: Product, word: str) -> bool:
    if product.brand and contains(product.brand, word):
        return True
    return any(judge(product, name, word).status == "met" for name in ("color", "material"))
