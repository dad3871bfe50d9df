"""Which of several products has most of a quality ("the warmest", "best for kids"), as far as their listings say."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from retrieval.product import Product
from retrieval.words import STOPWORDS, content_words

from ..model import Answer
from ..names import listed
from ..parts import Parts
from .answering import NEAR, answer_for, nearest_fact, without_links

QUOTED = 3  # products whose listings are quoted
INTENSIVES = frozenset("very really".split())
DEGREES = frozenset("most more best better least less worst".split()) | INTENSIVES
_ENDING = re.compile(r"(?P<double>(?P<letter>[bdgmnpt])(?P=letter))?(?P<y>i)?(?:est|er)$")


@dataclass(frozen=True)
class Said:
    """A sentence and the words of the records that it rests on. of: id of the one product that it speaks for, which "it" means next; alike:
    ids of the several that it speaks for alike."""

    text: str
    evidence: tuple[str, ...] = ()
    of: str | None = None
    alike: tuple[str, ...] = ()


def plain_quality(asked: str, parts: Parts) -> str:
    """The quality without its degree: "warm" of "the warmest", "bass" of "best bass"; "" where nothing but a degree is said."""
    kept = _without(DEGREES, without_links(asked)).split()
    while kept and kept[-1].lower() in STOPWORDS:
        kept.pop()  # "serve the most" asks what serves, not what serves the
    return " ".join(_base(word, parts) for word in kept) if content_words(" ".join(kept)) and _says(kept) else ""


def is_comparative(word: str, parts: Parts) -> bool:
    """Whether the word is one that listings have without its ending: "warmer", but not "leather"."""
    return _base(word, parts) != word


def by_quality(asked: str, products: Sequence[Product], names: Mapping[str, str], parts: Parts) -> Iterator[Said]:
    """What the listings say of the quality; of the one that alone speaks of it, or comes nearest, "it" is said next."""
    quality = plain_quality(asked, parts) or asked
    answers = [(one, answer_for(one, parts.catalog.variants(one), quality, parts.embedder)) for one in products]
    saying = [(one, answer) for one, answer in answers if answer.found]
    if saying:
        yield from _told(quality, saying, [one for one, answer in answers if not answer.found], names)
        if len(saying) > 1 and quality != _without(INTENSIVES, without_links(asked)):
            yield Said("No listing says which of them is the most so.")
        return
    facts = [(nearest_fact(one, parts.catalog.variants(one), quality, parts.embedder), one) for one in products]
    (fact, cosine), nearest = max(facts, key=lambda pair: pair[0][1])
    if fact is None or cosine < NEAR:
        yield Said(f"None of their listings says anything about “{quality}”.", (quality,))
        return
    stop = "." if fact.name else ""
    text = f"None of their listings says “{quality}” outright. {names[nearest.id]} comes nearest: {fact.told}{stop}"
    yield Said(text, (quality, fact.value), nearest.id)


def _told(
    quality: str, saying: Sequence[tuple[Product, Answer]], silent: Sequence[Product], names: Mapping[str, str]
) -> Iterator[Said]:
    alone = saying[0][0].id if len(saying) == 1 and silent else None
    for one, answer in saying[:QUOTED]:
        yield Said(answer.text, (one.title, *answer.evidence), alone)
    if further := [names[one.id] for one, _ in saying[QUOTED:]]:
        yield Said(f"So {'does' if len(further) == 1 else 'do'} {listed(further)}.", tuple(further))
    if silent:
        whose = (
            f"The listing of {names[silent[0].id]} doesn't"
            if len(silent) == 1
            else f"The other {len(silent)} listings don't"
        )
        yield Said(f"{whose} say “{quality}”.", (quality, str(len(silent))))


def _without(degrees: Collection[str], asked: str) -> str:
    return " ".join(word for word in asked.split() if word.lower() not in degrees)


def _says(words: Sequence[str]) -> bool:
    return any(word.lower() not in STOPWORDS for word in words)


def _base(word: str, parts: Parts) -> str:
    """The word without the ending of a comparison, where the shop's listings have that word and not the longer one."""
    match = _ENDING.search(word.lower())
    known = parts.searcher.lexical.matching
    if match is None or match.start() < 2 or known(word):
        return word
    root = word[: match.start()]
    bases = [root + (match["letter"] or "") + ("y" if match["y"] else ""), root + (match["double"] or ""), f"{root}e"]
    return next((base for base in bases if len(base) > 2 and known(base)), word)
