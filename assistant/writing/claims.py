"""The check of a written sentence: every word of it states something true of the product it speaks of, or states nothing.

A sentence is laid out in spans: names of the products known, phrases that are true of some of them, sentences that code composed,
quotations. What is left must be plain words (data/plain_words.txt). The sentence is cut at its stops and joining words into parts; a
part speaks of the product that it names, and each span in it must be true of that one; what a part without a name says must be true
of every product that the sentence names, or was spoken of before. So no price of one product is said of another, and no word that
states a property, a promise, a denial or a comparison gets through unless it stands so in the record.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from importlib import resources

from retrieval.words import NEGATIONS

from ..reply import NAMED
from ..sentence import Token, key, tokens
from .facts import Known

JOINING = frozenset("and or but while whereas then plus".split())
GROUP = frozenset("both all each every either they them their these those".split())
POINTING = frozenset("it its it's this that that's".split())
# A part that ends so answers a question that stands elsewhere: "it does", "the first is", "it has both".
ELLIPTIC = GROUP | POINTING | frozenset("is are am be being has have do does can could would should one ones".split())
# What may stand beside a quotation: who says it and where. "Needs an E27 bulb" must not become "has “an E27 bulb”".
QUOTING = frozenset("the its of listing say says state states".split())
SHORTEST_QUOTATION = 3  # words
DENIALS = NEGATIONS | frozenset(
    "nothing none nobody nor neither hardly barely lack lacks lacking except unlike".split()
)
_CLAUSE_ENDS = ".!?;:\n"


@dataclass(frozen=True)
class Fault:
    """What has no source. kind: word, number, name, quotation, denial, sign, other product, two in one breath, elliptic, and so on."""

    kind: str
    text: str


@dataclass(frozen=True)
class Evidence:
    """All that one turn's sentences may say. composed: sentences that may be said as they are. counts: how many there are, "3", "3 of 8".

    need: the need in the shopper's words, "for desk lamp under $40", "" where it may not be said.
    """

    products: tuple[Known, ...] = ()
    composed: tuple[str, ...] = ()
    counts: frozenset[str] = frozenset()
    need: str = ""

    @cached_property
    def names(self) -> tuple[str, ...]:
        return tuple(name for one in self.products for name in one.names)

    @cached_property
    def spans(self) -> dict[tuple[str, ...], _Meaning]:
        """What a run of words means: a product, something true of some, a composed sentence, or something said of the whole turn."""
        found: dict[tuple[str, ...], _Meaning] = {}
        for one in self.products:
            for phrase in one.phrases:
                before = found.get(key(phrase), _Meaning())
                found[key(phrase)] = _Meaning(
                    held_by=before.held_by | {one.id}, need=before.need | (phrase in one.need)
                )
        for phrase in (*self.counts, self.need):
            before = found.get(key(phrase), _Meaning())
            found[key(phrase)] = replace(before, of_turn=True, count=phrase != self.need)
        for one in self.products:
            for name in one.names:
                before = found.get(key(name), _Meaning())
                found[key(name)] = _Meaning(names=before.names | {one.id})
        found |= {key(sentence): _Meaning(composed=True) for sentence in self.composed}
        found.pop((), None)
        return found

    @cached_property
    def longest(self) -> int:
        return max(map(len, self.spans), default=0)

    def named_in(self, text: str) -> frozenset[str]:
        """Ids of the products that the text names."""
        laid = lay_out(tokens(text), self.without_composed)
        return frozenset().union(*(span.meaning.names for span in laid if span.meaning))

    @cached_property
    def without_composed(self) -> Evidence:
        return Evidence(self.products, (), self.counts, self.need)


@dataclass(frozen=True)
class _Meaning:
    names: frozenset[str] = frozenset()
    held_by: frozenset[str] = frozenset()
    need: bool = False
    of_turn: bool = False
    count: bool = False
    composed: bool = False


@dataclass(frozen=True)
class Span:
    """Tokens that mean something together; a single token with no meaning where none is known."""

    tokens: tuple[Token, ...]
    meaning: _Meaning | None = None

    @property
    def text(self) -> str:
        return " ".join(token.text for token in self.tokens)


@dataclass(frozen=True)
class Said:
    """What was said before in the same reply. spoken: of the last sentence that named any; named: all products named so far."""

    spoken: frozenset[str] = frozenset()
    named: frozenset[str] = frozenset()

    def after(self, named: frozenset[str]) -> Said:
        return Said(named or self.spoken, self.named | named)


@dataclass(frozen=True)
class _Part:
    """A stretch of a sentence between stops. opening: no product was named before it in the sentence."""

    spans: tuple[Span, ...]
    opening: bool = False
    names: frozenset[str] = frozenset()

    @property
    def text(self) -> str:
        return " ".join(span.text for span in self.spans)


def faults(sentence: str, evidence: Evidence, said: Said = Said()) -> list[Fault]:
    """What the sentence says without a source, in order; empty when all of it may be said."""
    laid = lay_out(tokens(sentence), evidence)
    parts = _parts(laid)
    named = frozenset().union(*(part.names for part in parts))
    found = [fault for part in parts for fault in _of_part(part, laid, named, evidence, said)]
    if not any(span.meaning or span.tokens[0].kind == "quotation" for span in laid):
        found.append(Fault("nothing said", sentence))  # or an answer to what was asked: "Yes, it is."
    if _mixed(laid):
        found.append(Fault("two in one breath", "a place and a name of another"))
    if len(said.named | named) > NAMED:
        found.append(Fault("too many", f"more than {NAMED} products"))
    if any(span.meaning and span.meaning.composed for span in laid):  # what is put around it must say nothing
        found += [Fault("word", span.text) for span in laid if span.meaning and not span.meaning.composed]
    return found


def lay_out(sentence: Sequence[Token], evidence: Evidence) -> list[Span]:
    """The sentence in spans, from the left the longest that is known, else one token."""
    found, at = [], 0
    texts = tuple(token.text for token in sentence)
    while at < len(sentence):
        for length in range(min(evidence.longest, len(sentence) - at), 0, -1):
            if meaning := evidence.spans.get(texts[at : at + length]):
                found.append(Span(tuple(sentence[at : at + length]), meaning))
                break
        else:
            length = 1
            found.append(Span((sentence[at],)))
        at += length
    return found


@lru_cache(maxsize=1)
def plain_words() -> frozenset[str]:
    """The words that state nothing, from data/plain_words.txt."""
    lines = resources.files("assistant").joinpath("data/plain_words.txt").read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


def _mixed(laid: Sequence[Span]) -> bool:
    """Whether the sentence points at one product by its place and names another: "the Bolt Clamp Lamp, the first"."""
    named = [(span.text.startswith("the "), span.meaning.names) for span in laid if span.meaning]
    by_place = frozenset().union(*(names for place, names in named if place))
    by_name = frozenset().union(*(names for place, names in named if not place))
    return bool(by_place and by_name and by_place != by_name)


def _parts(laid: Iterable[Span]) -> list[_Part]:
    stretches: list[list[Span]] = [[]]
    for span in laid:
        joining = span.meaning is None and span.text in JOINING
        if span.tokens[0].parted or joining:
            stretches.append([])
        if not joining:
            stretches[-1].append(span)
    parts: list[_Part] = []
    for stretch in stretches:
        names = frozenset().union(*(span.meaning.names for span in stretch if span.meaning))
        opening = not names and not any(part.names for part in parts)
        parts.append(_Part(tuple(stretch), opening, names))
    return parts


def _of_part(part: _Part, laid: Sequence[Span], named: frozenset[str], evidence: Evidence, said: Said) -> list[Fault]:
    pointing = any(span.text in POINTING for span in laid if span.meaning is None)
    opening = part.opening and not pointing  # speaks of the whole turn
    subjects = _subjects(part, named, evidence, said, pointing=pointing)
    counting = opening and len(part.spans) > 1 and all(_of_need(span) for span in part.spans)
    free = opening and not _speaks_of_all(part)
    found = [fault for span in part.spans for fault in _of_span(span, subjects, evidence, free=free, counting=counting)]
    if len(part.names) > 1 or sum(bool(span.meaning and span.meaning.names) for span in part.spans) > 1:
        found.append(Fault("two in one breath", part.text))
    if part.spans and part.spans[-1].meaning is None and part.spans[-1].text in ELLIPTIC:
        found.append(Fault("elliptic", part.text))
    if any(_quotes(span) for span in part.spans) and not all(_may_quote(span) for span in part.spans):
        found.append(Fault("quotation", f"more than who says it: {part.text}"))
    return found


def _speaks_of_all(part: _Part) -> bool:
    return any(span.text in GROUP for span in part.spans if span.meaning is None)


def _of_need(span: Span) -> bool:
    """Whether it says nothing but how many there are and that they meet the need."""
    meaning = span.meaning
    return meaning is None or meaning.need or meaning.of_turn or meaning.composed


def _quotes(span: Span) -> bool:
    return span.meaning is None and span.tokens[0].kind == "quotation"


def _may_quote(span: Span) -> bool:
    return _quotes(span) or bool(span.meaning and span.meaning.names) or span.text in QUOTING


def _subjects(part: _Part, named: frozenset[str], evidence: Evidence, said: Said, *, pointing: bool) -> frozenset[str]:
    """The products of which the part must be true."""
    everything = frozenset(one.id for one in evidence.products)
    group = _speaks_of_all(part)
    if part.names and not group:
        return part.names
    if named and (len(named) > 1 or not group):
        return named
    if pointing and said.spoken and not group:
        return said.spoken
    return everything


def _of_span(span: Span, subjects: frozenset[str], evidence: Evidence, *, free: bool, counting: bool) -> list[Fault]:
    meaning = span.meaning
    if meaning is None:
        return _of_token(span.tokens[0], subjects, evidence)
    if meaning.names or meaning.composed or (meaning.of_turn and (counting if meaning.count else free)):
        return []
    if subjects and subjects <= meaning.held_by:
        return []
    return [Fault("other product" if meaning.held_by else "number", span.text)]


def _of_token(token: Token, subjects: frozenset[str], evidence: Evidence) -> list[Fault]:
    if token.kind == "quotation":
        texts = [one for one in evidence.products if one.id in subjects]
        quoted = texts and all(_quotable(token.text[1:-1].split(), one) for one in texts)
        return [] if quoted else [Fault("quotation", token.text)]
    if token.kind != "word":
        return [Fault(token.kind, token.text)]
    if token.text in plain_words():
        return []
    if token.text in DENIALS or token.text.endswith("n't"):
        return [Fault("denial", token.text)]
    return [Fault("name" if token.capital and token.parted else "word", token.text)]


def _quotable(wanted: Sequence[str], product: Known) -> bool:
    """Whether the words, SHORTEST_QUOTATION at least, stand in one clause of the product's own texts that denies nothing around them."""
    if len(wanted) < SHORTEST_QUOTATION:
        return False
    for text in product.quotable:
        for clause in _clauses(text):
            for at in range(len(clause) - len(wanted) + 1):
                if clause[at : at + len(wanted)] == tuple(wanted):
                    around = (*clause[:at], *clause[at + len(wanted) :])
                    return not any(word in DENIALS or word.endswith("n't") for word in around)
    return False


@lru_cache(maxsize=2_000)
def _clauses(text: str) -> tuple[tuple[str, ...], ...]:
    for end in _CLAUSE_ENDS[1:]:
        text = text.replace(f"{end} ", ". ").replace("\n", ". ")
    return tuple(key(clause) for clause in text.split(". "))
