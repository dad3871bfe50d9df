"""Requests made from listings: the kind in a shopper's words, some of its properties, and what people say around them."""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from ..audience import audiences
from ..catalog import listing_fields
from ..kinds.of_listings import kind_of, shopper_words, stems_of
from ..product import Product
from ..words import STOPWORDS, YES_NO, content_stems

_OPENERS = (
    "", "", "", "", "i need a ", "looking for a ", "do you have a ", "i'm after a ", "can you find me a ", "want a ", "show me a ",
    "we need a ", "is there a ", "searching for a ", "please find a ",
)  # fmt: skip
_ASIDES = (
    "for my mum", "for my dad", "as a present", "for my girlfriend", "for a birthday", "for the office", "for my daughter's room",
    "good quality", "nothing fancy", "please", "asap", "if you have it",
    "for my new flat", "for my brother", "that will last", "for me and my wife",
)  # fmt: skip
_BUDGETS = (
    "under {}", "below ${}", "max {} dollars", "not over {}", "up to ${}",
    "less than {} bucks", "{} at most", "around {}", "can't spend more than {}", "{} tops",
)  # fmt: skip
_FOR_WHOM = {
    "men": ("for a man", "for my husband", "men's", "for him"),
    "women": ("for a woman", "for my wife", "women's", "for her"),
    "kids": ("for a child", "for kids"),
}
_MEASURE = re.compile(
    r"\b\d+(?:[.,]\d+)?\s?(?:gb|tb|mb|m|cm|mm|inch|w|mah|sheets?|ports?|pcs|ml|kg|ft|outlets?|pages?)\b", re.I
)
_WORD = re.compile(r"[A-Za-z][A-Za-z'-]{2,}")
TERSE = 0.2  # share of requests of one to three words, as people type them into a search box
_EMPTY = STOPWORDS | set(
    "into against while making every ensuring offering offer offers features featuring feature elevate perfect ideal alike than "
    "more most whether like just will also both its bring brings creating create adds add blend blends over use used using based type "
    "original".split()
)
_COLOUR_FACT = re.compile(r"(?:color|colour)s?$")


@dataclass(frozen=True)
class Listing:
    """A product with what requests are made of. kind: None when unknown."""

    product: Product
    kind: str | None

    @cached_property
    def stems(self) -> frozenset[str]:
        """Of everything that the listing says."""
        return frozenset(stem for field in listing_fields(self.product) for stem in content_stems(field))


@dataclass(frozen=True)
class PseudoRequest:
    """A request whose answer is known. wishes: stems that a listing must have, a tuple for each wish; refused: stems it must not have.

    kind: None when only a maker is named, which then is the one wish.
    """

    text: str
    kind: str | None
    wishes: tuple[tuple[str, ...], ...]
    refused: tuple[str, ...] = ()


class RequestWriter:
    """Writes requests for the listings of one catalogue; the same seed writes the same."""

    def __init__(self, listings: Sequence[Listing], seed: int) -> None:
        self._rng = random.Random(seed)
        self._listings = listings
        self._frequency = Counter(stem for listing in listings for stem in listing.stems)
        self._words = shopper_words()

    def write(self, source: Listing, siblings: Sequence[Listing]) -> PseudoRequest:
        """A request that the source meets. siblings: others of its kind, from which a refused property is taken."""
        rng, kind = self._rng, source.kind
        assert kind is not None
        if rng.random() < TERSE:
            return self._terse(source, kind)
        possible = self._wishes(source)
        wishes = rng.sample(possible, min(len(possible), rng.choices((0, 1, 2, 3), (15, 30, 35, 20))[0]))
        refused = self._refused(source, siblings) if rng.random() < 0.12 else None
        text = self._sentence(self._name(kind), wishes, refused, source.product)
        return PseudoRequest(
            self._typo(text) if rng.random() < 0.08 else text,
            kind,
            tuple(stems for wish in wishes if (stems := content_stems(wish))),
            content_stems(refused) if refused else (),
        )

    def _terse(self, source: Listing, kind: str) -> PseudoRequest:
        """The kind alone, the maker alone, or both."""
        maker, draw = (source.product.brand or "").lower(), self._rng.random()
        wishes = (content_stems(maker),) if content_stems(maker) else ()
        if not wishes or draw < 0.6:
            return PseudoRequest(self._name(kind), kind, ())
        return (
            PseudoRequest(maker, None, wishes)
            if draw < 0.8
            else PseudoRequest(f"{maker} {self._name(kind)}", kind, wishes)
        )

    def _name(self, kind: str) -> str:
        said = self._words.said.get(kind, ())
        listed = kind.split("|")[0].partition("@")[0]
        return self._rng.choice(said) if said and self._rng.random() < 0.75 else listed

    def _wishes(self, source: Listing) -> list[str]:
        """Properties as the listing words them: words and measures of the title, colours, yes-facts, words of the description."""
        product, kind = source.product, set(stems_of(source.kind or ""))
        titles = [*_MEASURE.findall(product.title), *_WORD.findall(product.title)]
        facts = [
            value
            for name, values in product.attributes.items()
            for value in (values if _COLOUR_FACT.search(name) else [name] if values[:1] == ("yes",) else ())
            if len(value) < 25 and value.casefold() not in YES_NO
        ]
        found = dict.fromkeys(wish.lower() for wish in (*titles, *facts, *self._phrases(product.description)))
        maker = set(stems_of(product.brand or ""))
        wishes = [wish for wish in found if self._tells(wish) and not (kind | maker) & set(stems_of(wish))]
        if product.brand and self._rng.random() < 0.25:
            wishes.append(product.brand.lower())
        return wishes

    def _phrases(self, description: str) -> Iterator[str]:
        """Up to three runs of one or two content words of the description."""
        found = _WORD.findall(description.replace(".", " the ").replace(",", " the "))
        starts = [i for i, word in enumerate(found) if word.lower() not in _EMPTY]
        for start in self._rng.sample(starts, min(3, len(starts))):
            pair = found[start : start + 2]
            yield " ".join(pair if pair[-1].lower() not in _EMPTY and self._rng.random() < 0.5 else pair[:1])

    def _tells(self, wish: str) -> bool:
        """Whether some, and not most, listings have the wish."""
        stems = content_stems(wish)
        return (
            bool(stems)
            and wish not in _EMPTY
            and all(3 <= self._frequency[stem] <= len(self._listings) / 5 for stem in stems)
        )

    def _refused(self, source: Listing, siblings: Sequence[Listing]) -> str | None:
        for sibling in self._rng.sample(siblings, min(4, len(siblings))):
            for wish in self._wishes(sibling):
                if not set(content_stems(wish)) & source.stems:
                    return wish
        return None

    def _sentence(self, name: str, wishes: Sequence[str], refused: str | None, product: Product) -> str:
        rng = self._rng
        said = [rng.choice(self._words.wishes.get(wish, (wish,))) if rng.random() < 0.6 else wish for wish in wishes]
        before = [wish for wish in said if len(wish.split()) == 1 and rng.random() < 0.6]
        after = [wish for wish in said if wish not in before]
        clauses = [" ".join([*before, name])]
        clauses += [self._clause(wish) for wish in after]
        if refused:
            clauses.append(rng.choice(("not ", "no ", "but not ", "anything but ", "without ")) + refused)
        for whom in audiences(product):
            if rng.random() < 0.3:
                clauses.append(rng.choice(_FOR_WHOM.get(whom, ("",))))
        if rng.random() < 0.25:
            clauses.append(rng.choice(_ASIDES))
        if rng.random() < 0.35:
            clauses.append(
                rng.choice(_BUDGETS).format(rng.choice((15, 20, 25, 40, 50, 80, 100, 150, 200, 300, 500, 900)))
            )
        opener = "" if name.startswith(("something", "somewhere")) and not before else rng.choice(_OPENERS)
        return (opener + rng.choice((" ", ", ")).join(clause for clause in clauses if clause)).strip()

    def _clause(self, wish: str) -> str:
        if wish.startswith(("for ", "that ", "in ", "with ", "without ")):
            return wish
        return self._rng.choice(("with {}", "{}", "in {}", "must be {}", "{} if possible", "that has {}")).format(wish)

    def _typo(self, text: str) -> str:
        """Two letters of a longer word changed over, or one left out."""
        places = [match.start() for match in re.finditer(r"\b[a-z]{5,}", text)]
        if not places:
            return text
        at = self._rng.choice(places) + self._rng.choice((1, 2))
        if self._rng.random() < 0.5:
            return text[:at] + text[at + 1] + text[at] + text[at + 2 :]
        return text[:at] + text[at + 1 :]


def listings_of(products: Sequence[Product]) -> list[Listing]:
    return [Listing(product, kind_of(product)) for product in products]
