"""Facts that a listing says in words and its record does not state: read with the words in which the shop's other listings state them."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from ..evidence import COLORS, of_the_thing, speaks_of
from ..family import family_of
from ..kinds.of_listings import head_noun, kind_of
from ..product import Product
from ..words import YES_NO, Word, negated, words
from .suggestion import Suggestion

LONGEST = 4  # words of a value
OFTEN, FEWEST = 0.2, 3  # share of a shelf, and number of its listings, from which a fact is what listings there state
TOLD = 2  # families that state a value, from which it is a word of the shop and no slip
BEFORE_NOUN = 3  # words, as in "beige leather daypack"
AROUND = 3  # words on each side of a quotation
SURE = 0.95

_PAUSE = re.compile("[.,;:!?()–—]")

Stems = tuple[str, ...]
Way = tuple[str, str, bool]  # name, field and before_noun of what is read


@dataclass(frozen=True)
class Read:
    """A fact by its name, its value as the listing writes it, and the field and words that it stands in.

    before_noun: whether what the thing is called stands just behind it, so that it is not said of a part or of another thing.
    """

    name: str
    value: str
    stems: Stems
    field: str
    words: str
    before_noun: bool

    @property
    def way(self) -> Way:
        return self.name, self.field, self.before_noun


class FactReader:
    """Reads the values that listings of the same shelf (narrowest category, else kind) state, and colours by the common words for them.

    color: by which name the shop states colours; None where no listing does.
    """

    def __init__(self, products: Sequence[Product]) -> None:
        self._usual = _usual(products)
        self._names = _names(products)
        colors = Counter(name for one in products for name in one.attributes if speaks_of(name, "color"))
        self.color = min(colors, key=lambda name: (-colors[name], name), default=None)

    def read(self, product: Product) -> Iterator[Read]:
        """Every value that title and description have, the longest of those that begin at one word; without those that are denied, and
        those of what the description sets beside the thing."""
        usual, head = self._usual.get(_shelf(product), frozenset()), head_noun(product.title)
        yield from self._in(product.title, "title", usual, head)
        for text in of_the_thing(product.description):
            yield from self._in(text, "description", usual, head)

    def colors(self, product: Product) -> list[Read]:
        """What the listing says of colours, of the thing or of its parts, whether the record states them or not."""
        return [read for read in self.read(product) if read.name == (self.color or "color")]

    def _in(self, text: str, field: str, usual: frozenset[str], head: str) -> Iterator[Read]:
        said, at = list(words(text)), 0
        while at < len(said):
            names, length = self._named(said[at : at + LONGEST], usual)
            end = at + length
            stems = tuple(word.stem for word in said[at:end])
            if names and not negated(text, stems):
                value = text[said[at].start : said[end - 1].end].lower()
                quoted = text[said[max(at - AROUND, 0)].start : said[min(end + AROUND, len(said)) - 1].end]
                behind = _PAUSE.split(text[said[end - 1].end :], maxsplit=1)[0]
                before_noun = head in [word.stem for word in words(behind)][:BEFORE_NOUN]
                yield from (Read(name, value, stems, field, quoted, before_noun) for name in sorted(names))
            at = end

    def _named(self, said: Sequence[Word], usual: frozenset[str]) -> tuple[frozenset[str], int]:
        """By which names the longest value that these words begin with is stated, and of how many words it is; none, 1 for no value."""
        stems = tuple(word.stem for word in said)
        for length in range(len(stems), 0, -1):
            names = self._names.get(stems[:length], frozenset()) & usual
            if set(stems[:length]) <= COLORS and (self.color is None or self.color in usual):  # "rose gold" is one
                names |= {self.color or "color"}
            if names:
                return names, length
        return frozenset(), 1


class Trust:
    """How often what is read in a way is what the record states, where it states that name; variants that say the same count once."""

    def __init__(self, products: Sequence[Product], reader: FactReader) -> None:
        checked: dict[tuple[Way, object], bool] = {}
        for product in products:
            for read in reader.read(product):
                if read.name in product.attributes:
                    checked[read.way, (family_of(product), read.stems)] = _states(product, read)
        self.checked = Counter(way for way, _ in checked)
        self.right = Counter(way for (way, _), right in checked.items() if right)

    def sure(self, way: Way) -> float:
        """(right + 1) / (checked + 2), Laplace's rule of succession: a few that were checked make nothing sure."""
        return (self.right[way] + 1) / (self.checked[way] + 2)


def facts_missing(products: Sequence[Product]) -> Iterator[Suggestion]:
    """The values of each name that a record lacks, read in a way in which SURE of those that can be checked are right.

    Where no listing of the shop states colours none can be checked: then those just before what the thing is called are proposed, as
    unmeasured.
    """
    reader = FactReader(products)
    trust = Trust(products, reader)
    for product in products:
        found: dict[str, list[tuple[Read, float | None]]] = defaultdict(list)
        for read in reader.read(product):
            sure = None if read.name == "color" and reader.color is None else trust.sure(read.way)
            if (read.before_noun if sure is None else sure >= SURE) and not _has(product, read.name):
                found[read.name].append((read, sure))
        for name, reads in found.items():
            values = list(dict.fromkeys(read.value for read, _ in reads))
            grounds = tuple(dict.fromkeys(f"{read.field}: “{read.words}”" for read, _ in reads))
            least = min((sure for _, sure in reads if sure is not None), default=None)
            yield Suggestion(product.id, product.title, "attribute", {"attributes": {name: values}}, grounds, least)


def _shelf(product: Product) -> str | None:
    return product.category[-1] if product.category else kind_of(product)


def _usual(products: Sequence[Product]) -> Mapping[str | None, frozenset[str]]:
    """By shelf, the names of the facts that its listings state often."""
    sizes: Counter[str | None] = Counter()
    stated: dict[str | None, Counter[str]] = defaultdict(Counter)
    for product in products:
        shelf = _shelf(product)
        sizes[shelf] += 1
        stated[shelf].update(product.attributes.keys())
    return {
        shelf: frozenset(name for name, count in counts.items() if count >= max(OFTEN * sizes[shelf], FEWEST))
        for shelf, counts in stated.items()
    }


def _names(products: Sequence[Product]) -> Mapping[Stems, frozenset[str]]:
    """By the stems of a value in words, the names by which several families state it."""
    families: dict[tuple[str, Stems], set[object]] = defaultdict(set)
    for product in products:
        for name, values in product.attributes.items():
            for value in values:
                if any(map(str.isalpha, value)) and value.casefold() not in YES_NO:
                    families[name, _stems(value)].add(family_of(product))
    names: dict[Stems, set[str]] = defaultdict(set)
    for (name, stems), stating in families.items():
        if len(stating) >= TOLD and stems:
            names[stems].add(name)
    return {stems: frozenset(found) for stems, found in names.items()}


def _states(product: Product, read: Read) -> bool:
    return any(set(read.stems) <= set(_stems(value)) for value in product.attributes[read.name])


def _has(product: Product, name: str) -> bool:
    """Whether the record states the fact, be it by another name for a colour, size or material."""
    stated = {*product.attributes, *product.options}
    alike = [field for field in ("color", "size", "material") if speaks_of(name, field)]
    return name in stated or any(speaks_of(other, field) for other in stated for field in alike)


def _stems(text: str) -> Stems:
    return tuple(word.stem for word in words(text))
