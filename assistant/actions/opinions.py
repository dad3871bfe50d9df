"""What buyers say about a product: counted by code, quoted in their own words and marked as theirs. A review changes no fact.

Where the listing states what was asked, its fact comes first; where only buyers speak of it, they answer; where neither does, that is said.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from retrieval.product import Product
from retrieval.reviews.feed import quotable
from retrieval.reviews.store import Reviews, Sentence, of_buyers
from retrieval.reviews.tone import TONES, Tone, together

from ..model import Answer, DialogueState, Outcome, Parse, Source
from ..names import listed
from ..parts import Parts
from .ask import MOST_ASKED
from .policy import ask_product_or_policy, nested
from .reasons import told_why
from .table import meant

SPEAKS_OF_IT = 0.35  # cosine from which a sentence speaks of what was asked; benchmarks/review_questions.py measures it
SAME_ASPECT = 0.15  # the least cosine of a sentence whose aspect is the one asked about
ONLY_THE_SHOP_KNOWS = frozenset({"price", "availability", "brand"})
TOLD: dict[Tone, int] = {"positive": 2, "negative": 2, "neutral": 1}  # in this order, with so many quotations at most
ASPECTS_TOLD = 3  # on each side
TWO_BUYERS = 2  # the fewest who make an aspect worth telling, and who are heard where the listing has the answer


@dataclass(frozen=True)
class Buyer:
    """What one buyer says of the matter. tone: of those sentences together; aspect: what was asked about, "" for none of the known."""

    said: tuple[Sentence, ...]
    tone: Tone
    aspect: str = ""

    @property
    def stars(self) -> float:
        """Of the review, 1..5."""
        return self.said[0].stars

    @property
    def quote(self) -> Sentence | None:
        """The sentence that says it most clearly, of those that may be repeated: before "Nice lamp" one that speaks of its light."""
        fit = [one for one in self.said if quotable(one.text)]
        place = TONES.index(self.tone)
        return max(
            fit, key=lambda one: (one.aspect == self.aspect, one.heard.shares[place] + one.nearness), default=None
        )


def ask_product_and_buyers(parse: Parse, state: DialogueState, parts: Parts) -> Outcome:
    """The listing's or the policies' answer, and what buyers say of the same thing; why it is shown, where that is asked."""
    if parse.asks_why and (why := told_why(parse, state, parts)):
        return why
    reviews, asked = parts.reviews, parse.slots.asked_about or parse.message
    if reviews is None or not asked:
        return ask_product_or_policy(parse, state, parts)
    products = meant(parse, state, parts)[:MOST_ASKED]
    if products and reviews.aspects.in_general(asked):
        return _joined([_overview(product, reviews) for product in products], products[0])
    if not len(reviews):
        return ask_product_or_policy(parse, state, parts)
    outcome = ask_product_or_policy(parse, state, parts)
    answer = outcome.answer
    if not products or answer is None or outcome.sources or answer.field in ONLY_THE_SHOP_KNOWS:
        return outcome
    least = TWO_BUYERS if answer.found else 1
    heard = [(product, _buyers(product, asked, reviews)) for product in products]
    known = answer.found and len(products) == 1  # which product it is has just been said
    told = [_told(product, asked, buyers, named=not known) for product, buyers in heard if len(buyers) >= least]
    if answer.found:
        return _joined([outcome, *told], products[0])
    if told:
        return _joined([*told, _unlisted(products, asked)], products[0])
    return _joined([outcome, *(_silent(product, reviews) for product in products)], products[0], found=False)


def _buyers(product: Product, asked: str, reviews: Reviews) -> list[Buyer]:
    """Those who speak of what was asked, the nearest first."""
    aspect = reviews.aspects.asked_about(asked)
    return [buyer_of(said, aspect) for said in of_buyers(about(product, asked, reviews))]


def about(product: Product, asked: str, reviews: Reviews) -> list[Sentence]:
    """The sentences that speak of what was asked, the nearest first."""
    aspect = reviews.aspects.asked_about(asked)
    return [
        one
        for one in reviews.about(product, asked)
        if one.nearness >= SPEAKS_OF_IT or (aspect and one.aspect == aspect and one.nearness >= SAME_ASPECT)
    ]


def buyer_of(said: Sequence[Sentence], aspect: str = "") -> Buyer:
    """One buyer's sentences with the tone that they have together."""
    return Buyer(tuple(said), together(one.heard for one in said), aspect)


def _told(product: Product, asked: str, buyers: Sequence[Buyer], *, named: bool) -> Outcome:
    """ "Copper Kettle: of 5 buyers who speak of “noise”, 4 are pleased: “…” (5 stars); 1 is not pleased: “…” (2 stars)." """
    sides: list[tuple[Tone, list[Buyer]]] = [(tone, [one for one in buyers if one.tone == tone]) for tone in TOLD]
    quotes = {tone: _quotes(some, TOLD[tone]) for tone, some in sides}
    parts = [f"{_counted(len(some), len(buyers), tone)}{_after_colon(quotes[tone])}" for tone, some in sides if some]
    lead = _who_speaks(len(buyers), f"“{nested(asked)}”", agreed=len(parts) == 1)
    text = f"{lead}{'; '.join(parts)}."
    text = f"{product.title}: {text}" if named else text[0].upper() + text[1:]
    pleased, displeased, neither = (len(some) for _, some in sides)
    counts = f"{len(buyers)} buyers: {pleased} pleased, {displeased} not pleased, {neither} neither"
    return _outcome(product, text, [quote for some in quotes.values() for quote in some], counts, asked)


def _who_speaks(count: int, spoken: str, *, agreed: bool) -> str:
    """What comes before how pleased they are. agreed: whether all of them are alike."""
    if count == 1:
        return f"one buyer speaks of {spoken} and "
    if agreed:
        return f"{'both' if count == 2 else f'all {count}'} buyers who speak of {spoken} "
    return f"of {count} buyers who speak of {spoken}, "


def _counted(count: int, of: int, tone: Tone) -> str:
    number = "" if count == of else f"{count} "
    if tone == "neutral":
        return f"{number}{'says' if count == 1 else 'say'} neither good nor bad of it"
    return f"{number}{'is' if count == 1 else 'are'} {'pleased' if tone == 'positive' else 'not pleased'}"


def _overview(product: Product, reviews: Reviews) -> Outcome:
    """The record's rating, the stars of the reviews here, and what is praised and complained of most, with a quotation each."""
    stars = reviews.stars(product)
    rated = ""
    if product.rating is not None:
        count = f" from {product.review_count} reviews" if product.review_count else ""
        rated = f" is rated {product.rating:g} of 5{count}."
    if not stars:
        return Outcome(
            focus=product.id,
            answer=Answer(_unreviewed(product, rated), (product.title, rated)),
        )
    high, low = sum(one >= 4 for one in stars), sum(one <= 2 for one in stars)
    summed = f"Of {len(stars)} {'review' if len(stars) == 1 else 'reviews'} here, {high} give 4 or 5 stars, {low} give 1 or 2."
    said = reviews.of(product)
    sides = [_side(said, tone) for tone in ("positive", "negative")]
    told = [f"{words}{_after_colon(quotes)}." for words, quotes in sides if words]
    text = " ".join([f"{product.title}{rated or ':'}", summed, *told])
    counts = " ".join([rated, summed, *(words for words, _ in sides if words)])
    return _outcome(product, text, [quote for _, quotes in sides for quote in quotes], counts)


def _unreviewed(product: Product, rated: str) -> str:
    if not rated:
        return f"There is no buyer's review of {product.title} here."
    return f"{product.title}{rated} There is no buyer's review of it here."


def _side(said: Sequence[Sentence], tone: Tone) -> tuple[str, list[Sentence]]:
    """The aspects of which most who speak of them are pleased, or are not, with a quotation of the first; or one such sentence."""
    aspects = [one for one in aspects_of(said) if one.mostly == tone][:ASPECTS_TOLD]
    if aspects:
        named = [f"{one.name} ({one.count(tone)} of {len(one.buyers)} who speak of it)" for one in aspects]
        alike = [buyer for buyer in aspects[0].buyers if buyer.tone == tone]
        quotes = _quotes(sorted(alike, key=lambda buyer: buyer.stars, reverse=tone == "positive"), 1)
        return f"{'Buyers praise' if tone == 'positive' else 'They complain about'} {listed(named)}", quotes
    place = TONES.index(tone)
    clearest = sorted((one for one in said if one.heard.tone == tone), key=lambda one: -one.heard.shares[place])
    quotes = _quotes([Buyer((one,), tone) for one in clearest], 1)
    return ("One is pleased" if tone == "positive" else "One is not pleased") if quotes else "", quotes


@dataclass(frozen=True)
class Aspect:
    """What buyers say of one aspect."""

    name: str
    buyers: tuple[Buyer, ...]

    def count(self, tone: Tone) -> int:
        return sum(one.tone == tone for one in self.buyers)

    @property
    def mostly(self) -> Tone:
        """The tone of more than half, else neutral."""
        return next((tone for tone in TONES if 2 * self.count(tone) > len(self.buyers)), "neutral")


def aspects_of(said: Iterable[Sentence]) -> list[Aspect]:
    """The aspects that at least TWO_BUYERS speak of, those of most buyers first."""
    named: dict[str, list[Sentence]] = {}
    for one in said:
        if one.aspect:
            named.setdefault(one.aspect, []).append(one)
    found = [Aspect(name, tuple(map(buyer_of, of_buyers(some)))) for name, some in named.items()]
    return sorted((one for one in found if len(one.buyers) >= TWO_BUYERS), key=lambda one: (-len(one.buyers), one.name))


def _quotes(buyers: Sequence[Buyer], most: int) -> list[Sentence]:
    """The first sentences that may be repeated, none twice."""
    found: dict[str, Sentence] = {}
    for quote in (buyer.quote for buyer in buyers):
        if quote is not None:
            found.setdefault(quote.text, quote)
    return list(found.values())[:most]


def _after_colon(quotes: Sequence[Sentence]) -> str:
    """Each with its review's stars, which are the safer sign of how it is meant (docs/reviews.md)."""
    said = (f"“{nested(one.text)}” ({one.stars:g} {'star' if one.stars == 1 else 'stars'})" for one in quotes)
    return f": {', '.join(said)}" if quotes else ""


def _outcome(product: Product, text: str, quotes: Sequence[Sentence], counts: str, asked: str = "") -> Outcome:
    """The text with its sources: what was counted, as kind review_counts, then each quotation."""
    sources = [Source("review_counts", product.id, f"Counted over the reviews of {product.title}", counts)]
    for quote in quotes:
        title = f"A buyer of {product.title}, {quote.stars:g} of 5 stars"
        sources.append(Source("review", quote.review, title, quote.text))
    own = [words for one in sources for words in (one.title, one.quote, nested(one.quote))]
    answer = Answer(text, (product.title, asked, nested(asked), *own))
    return Outcome(focus=product.id, answer=answer, sources=tuple(sources))


def _unlisted(products: Sequence[Product], asked: str) -> Outcome:
    whose = "The listing itself does not say." if len(products) == 1 else "The listings themselves do not say."
    return Outcome(answer=Answer(whose, (asked,)))


def _silent(product: Product, reviews: Reviews) -> Outcome:
    text = "None of its reviews here speaks of it either." if reviews.stars(product) else ""
    return Outcome(answer=Answer(text))


def _joined(outcomes: Sequence[Outcome], first: Product, *, found: bool = True) -> Outcome:
    """One outcome that says all of it, in order, and what the first asks at the end."""
    answers = [one.answer for one in outcomes if one.answer is not None and one.answer.text]
    question = outcomes[0].question.text if outcomes[0].question else ""
    said = [one.text.removesuffix(question).rstrip() for one in answers] + ([question] if question else [])
    answer = Answer(
        " ".join(said),
        tuple(words for one in answers for words in one.evidence),
        found and any(one.found for one in answers),
    )
    sources = tuple(source for one in outcomes for source in one.sources)
    return replace(outcomes[0], focus=first.id, answer=answer, sources=sources)
