"""What the record and the listing of one product say to a question; never a yes or no of our own."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from retrieval.dense import Embedder
from retrieval.evidence import COLORS, MATERIALS, of_the_thing, opposite_in, speaks_of
from retrieval.product import Product, money
from retrieval.reranking.listing_text import listing_sentences
from retrieval.words import (
    NEGATIONS,
    STOPWORDS,
    contains,
    content_stems,
    content_words,
    doable,
    quote,
    stem,
    without,
    words,
)

from ..model import Answer
from ..names import short_title
from ..normalize import amounts
from ..places import as_it
from .subjects import Subject, subject_of
from .variants import as_on_card, spelled_out

# Mean cosine with the question from which a fact speaks of what was asked, and from which it is said to come nearest. docs/log.md
SAME_SUBJECT = 0.48
NEAR, NEAR_FIELD = 0.32, 0.37  # a field is near to more: "brand Hobnell" to a logo
# Fields whose values are known by their words, so that a sentence may state them: "this sleek navy jacket".
_KNOWN_BY = {"color": COLORS, "material": MATERIALS}
_OR = re.compile(r"\bor\b", re.IGNORECASE)
FEW_LEFT = 3
OVERVIEW_SENTENCES = 3
OF_A_VARIANT = frozenset({"price", "availability"})  # facts in which variants differ beside their options
_SAID = {"price": "costs", "availability": "is", "rating": "is rated", "brand": "is by"}
# Verbs that link a question to what it asks about, and say nothing of it themselves: "does it come in red", "is it made of oak".
_LINKS = frozenset(
    map(
        stem,
        "come comes coming made make makes get got there available need needs use uses take takes "
        "state states say says mention mentions".split(),
    )
)
_ENDING_LINKS = re.compile(r" (?:made|comes?|coming)(?: (?:of|from|in|with))?[ ?!.]*$", re.IGNORECASE)
_REAL = frozenset(map(stem, "real really genuine actual true pure all".split()))  # which say nothing of what it is
_ASKING = frozenset("how what which when where who why".split())
_HOW_MANY = frozenset("many much".split()) | frozenset(map(stem, ("many", "much")))
_MEASURED = re.compile(r"\bhow (?:big|bright|deep|far|heavy|high|large|long|loud|tall|thick|wide)\b(.+)", re.IGNORECASE)
_NO_COUNT = (
    "both",
    "another",
    "single",
)  # which number nothing that could be asked for: "for both beginners and experts"
_COUNTED = re.compile(r"\bhow (?:many|much)\b", re.IGNORECASE)
_OVERVIEW = frozenset(
    content_stems("more about details description information info product item")
)  # what the whole of a listing is asked for by
_NOTHING = frozenset(map(stem, STOPWORDS))
_CONTENTS = frozenset(
    content_stems("included includes contents inside box set pieces")
)  # likewise, where no sentence has the word, and it is not asked whether it comes in one, nor how many there are
_NO_OVERVIEW = re.compile(r"\bcom(?:es?|ing) in an?\b|\bhow many\b", re.IGNORECASE)


@dataclass(frozen=True)
class Fact:
    """One thing that the record states. name: of the field, "" for a sentence of the description. compared: the sentence without the
    product's title, which says nothing of what is asked about; "" where it is without it."""

    name: str
    value: str
    compared: str = ""

    @property
    def text(self) -> str:
        """What a question is compared with."""
        return f"{self.name}: {self.value}" if self.name else self.compared or self.value

    @property
    def told(self) -> str:
        """As it stands in an answer: "height 160 cm", or a sentence in quotation marks."""
        return f"{self.name} {self.value}" if self.name else f"“{self.value.strip()}”"

    def has(self, stems: set[str]) -> bool:
        """Whether it has these words: "charge" too where it says "rechargeable"."""
        return stems <= {*content_stems(self.text), *doable(self.text)}

    def speaks_of(self, known: frozenset[str]) -> bool:
        """Whether it is a sentence with one of these words for the thing itself, not for what is set beside it."""
        return not self.name and any(known & set(content_stems(text)) for text in of_the_thing(self.text))


def answer_for(
    product: Product, family: Sequence[Product], asked: str, embedder: Embedder, question: str = ""
) -> Answer:
    """The fact of the record or the sentence of the listing that speaks of what was asked; never a yes or no of our own.

    asked: the words that say what is asked about. question: the whole message, which tells more of the meaning. Where nothing speaks of
    it for certain, what comes nearest may stand in an answer that is not `found`, said to be no more than that.
    """
    if named := _variant_asked(product, family, [asked, question or asked], embedder):
        return named
    facts = list(facts_of(product, family))
    said = set(content_stems(asked))
    wanted = said - _LINKS or said
    alone = said <= _NOTHING | {"what"}  # "whats in it?"
    if (alone or wanted <= _OVERVIEW | _NOTHING) and product.description:
        return _overview(product)
    subject = subject_of([asked, question or asked, as_it(asked), as_it(question or asked)], embedder)
    if wanted and (plain := _plainly([asked, question or asked], wanted, facts, subject, embedder)):
        return (
            _say(product, plain) if _counts_if_asked(plain, question or asked) else _not_said(product, asked, plain[0])
        )
    values = wanted & (COLORS | MATERIALS)
    if values and not any(Fact("", product.title).has(one) for one in _alternatives(asked)):
        return _not_said(product, asked, _of_another_value(asked, wanted, values, facts, embedder))
    if in_name := _known_words(subject).intersection(content_stems(short_title(product.title))):
        return _named_so(product, in_name)
    near, cosine = _nearest([asked, question or asked], facts if wanted else [], embedder)
    same = near is not None and cosine >= SAME_SUBJECT and _says_the_numbers(near, asked)
    if near and same and _counts_if_asked([near], question or asked):
        return _say(product, [near])
    own = next((one for one in _alternatives(asked) if Fact("", product.title).has(one)), None)
    if wanted and not said & _ASKING and own:
        return _named_so(product, own)
    if other := opposite_in(product.title, asked):  # whether "Wired Headphones" are wireless
        return Answer(f"The name of {product.title} says “{other}”.", (product.title, other))
    if wanted and wanted <= _CONTENTS and product.description and not _NO_OVERVIEW.search(question or asked):
        return _overview(product)
    told = near is not None and _tells_of_it(near, cosine, product, [asked, question or asked], embedder)
    return _not_said(product, asked, near if told else None)


def _known_words(subject: Subject | None) -> frozenset[str]:
    """The words by which the values of the field asked for are known: those of colours and of materials; of other fields none."""
    return _KNOWN_BY.get(subject.fields[0], frozenset()) if subject else frozenset()


def _named_so(product: Product, said: Collection[str]) -> Answer:
    says = quote(product.title, tuple(said), around=0) or product.title
    return Answer(f"The name of {product.title} says “{says}”.", (product.title, says))


def _says_the_numbers(near: Fact, asked: str) -> bool:
    """Whether it has each number asked for: what states how many ports there are does not answer "does it have hdmi 2.1"."""
    said = {one.value for one in amounts(near.text.lower())}
    return all(one.value in said for one in amounts(asked.lower()) if any(map(str.isdigit, one.text)))


def _tells_of_it(near: Fact, cosine: float, product: Product, asked: Sequence[str], embedder: Embedder) -> bool:
    """Whether what comes nearest to a question comes near enough to be told: a sentence, where it has a word of it, or is nearer than the
    mere name of the thing and of its shelf, as one on a sleek screen is near to "hdmi" for being on a screen."""
    if near.name:
        return cosine >= NEAR_FIELD and near.name not in OF_A_VARIANT  # a price is near to all numbers
    names = [Fact("", name) for name in (short_title(product.title), *product.category[-1:])]
    own = {stem for name in names for stem in content_stems(name.text)}
    shared = set(content_stems(asked[0])) & set(content_stems(near.text)) - own
    return cosine >= NEAR and (bool(shared) or cosine > _nearest(asked, names, embedder)[1])


def only_leads(asked: str) -> bool:
    """Whether these words only lead to what is asked about and say nothing of it, as "made of" does; so of no words."""
    return set(content_stems(asked)) <= _LINKS


def without_links(asked: str) -> str:
    """What is asked about, without the words that lead to it: "come in gold" is "gold", "is it dishwasher safe" "dishwasher safe", "which
    ones are velvet" "velvet", "frame made of" "frame"."""
    for word in words(asked):
        said = asked[word.start : word.end].lower()
        if said == "which" and set(asked[word.end :].lower().split()[:1]) & STOPWORDS:
            continue
        if said in _ASKING or not (word.stem in _LINKS or said in STOPWORDS - NEGATIONS):
            return _ENDING_LINKS.sub("", asked[word.start :]) or asked[word.start :]
    return asked


def beyond_links(text: str) -> str:
    """The content words of a text that do not lead to what is asked about: "handle" of "and the handle, what is that made of"."""
    return " ".join(word for word in content_words(text) if stem(word) not in _LINKS and word not in _ASKING)


def silence(asked: str) -> str:
    """What a listing does not do: "say “how big”", "say anything about “gold”"."""
    about = without_links(asked)
    says = "say" if about.split()[0].lower() in _ASKING else "say anything about"
    return f"{says} “{about}”"


def _counts_if_asked(facts: Sequence[Fact], question: str) -> bool:
    """Whether one of the facts is a field of the record or a sentence with a number, where it is asked how many: "weighted keys" are no
    88. True for any other question."""
    said = (amount.text for one in facts for amount in amounts(one.value.lower()))
    return (
        not _COUNTED.search(question) or any(one.name for one in facts) or any(text not in _NO_COUNT for text in said)
    )


def nearest_fact(
    product: Product, family: Sequence[Product], asked: str, embedder: Embedder
) -> tuple[Fact | None, float]:
    """What the record states that is nearest in meaning to what is asked about, and its cosine; None and -1 where it states nothing."""
    return _nearest([asked], [one for one in facts_of(product, family) if one.name not in OF_A_VARIANT], embedder)


def _overview(product: Product) -> Answer:
    text = " ".join(listing_sentences(product.description)[:OVERVIEW_SENTENCES])
    return Answer(f"{product.title}: “{text}”", (product.title, text))


def _plainly(
    asked: Sequence[str], wanted: set[str], facts: Sequence[Fact], subject: Subject | None, embedder: Embedder
) -> list[Fact]:
    """The facts that answer by their field, or have the question's words; where several do, the nearest in meaning of these. A colour or
    material that is asked for by name is answered by a fact that has it, else by the field that states another."""
    named = wanted & (COLORS | MATERIALS)
    stating = [fact for fact in facts if any(fact.has(one) for one in _alternatives(asked[0], subject))]
    stating = stating or _measuring(asked[0], facts)
    stated = _stated(subject, facts) if subject else []
    if stated and not (named and stating):
        return stated
    if named:
        speaking = [fact for fact in facts if fact.speaks_of(frozenset(named)) and wanted <= named | _LINKS | _REAL]
        near, _ = _nearest(asked[:1], stating or speaking or _fields_of(named, facts), embedder)
        return [near] if near else []
    if speaking := [fact for fact in facts if fact.speaks_of(_known_words(subject))]:
        return speaking[:1]
    if subject and wanted <= _LINKS:
        return []
    near, _ = _nearest(asked[:1], stating, embedder)
    return [near] if near else []


def _measuring(asked: str, facts: Sequence[Fact]) -> list[Fact]:
    """The sentences with a number that speak of the thing whose measure is asked for: of "how long is the cable" the cable."""
    said = _MEASURED.search(asked)
    of = set(content_stems(said[1])) - set(map(stem, STOPWORDS)) if said else set[str]()
    return [one for one in facts if of and not one.name and one.has(of) and any(map(str.isdigit, one.value))]


def _fields_of(named: Collection[str], facts: Sequence[Fact]) -> list[Fact]:
    """The fields of the record that state colours or materials, as the words named are."""
    fields = [field for field, values in _KNOWN_BY.items() if values & set(named)]
    return [fact for fact in facts if fact.name and any(speaks_of(fact.name, field) for field in fields)]


def _of_another_value(
    asked: str, wanted: set[str], named: Collection[str], facts: Sequence[Fact], embedder: Embedder
) -> Fact | None:
    """Where no fact has the colour or material asked for: what comes nearest, which may say that it is another."""
    others = frozenset[str]().union(*(values for values in _KNOWN_BY.values() if values & set(named)))
    speaking = [fact for fact in facts if fact.speaks_of(others)] if wanted <= set(named) | _REAL else []
    near, cosine = _nearest([asked], speaking or facts, embedder)
    return near if speaking or cosine >= NEAR else None


def _alternatives(asked: str, subject: Subject | None = None) -> list[set[str]]:
    """The stems of each thing asked about: of "wool or down" two, of which a fact has one. None where a usual question asks how much of
    something it is: "long-lasting" is no length."""
    each = [set(content_stems(part)) for part in _OR.split(asked) if part.strip()]
    asking = asked.lower().split()
    degree = "how" in asking and not _HOW_MANY & set(asking)
    said = [stems - _LINKS - _ASKING - (_HOW_MANY if "how" in asking else frozenset()) or stems for stems in each]
    return [stems for stems in said if not (degree and subject and len(stems) == 1)]


def _variant_asked(
    product: Product, family: Sequence[Product], asked: Sequence[str], embedder: Embedder
) -> Answer | None:
    """What a variant costs, or whether it is in stock, where the question says its option: "is it in stock in XL?"; else None."""
    left = spelled_out(list(family), asked[-1])
    if len(left) in (0, len(family)):
        return None
    options = {value for one in left for value in one.options.values() if contains(asked[-1], value)}
    plain = [as_it(without(text, options)) for text in asked]
    subject = subject_of([*plain, *(f"is it {text}" for text in plain)], embedder)
    if subject is None or not set(subject.fields) <= OF_A_VARIANT:
        return None
    variant = next(iter(as_on_card(left, product)), left[0])
    stated = _stated(subject, list(facts_of(variant, family)))
    return _say(variant, stated) if stated else None


def _stated(subject: Subject, facts: Sequence[Fact]) -> list[Fact]:
    """What the record states in the subject's fields: the surest alone, or all of them together."""
    found = [fact for name in subject.fields for fact in facts if fact.name.casefold() == name]
    return found if subject.together else found[:1]


def facts_of(product: Product, family: Sequence[Product]) -> Iterator[Fact]:
    """Everything that the record states: price, stock, rating, brand, what its variants come in, attributes, then the description."""
    if product.price is not None:
        yield Fact("price", money(product.price, product.currency))
    if product.in_stock is not None:
        few = f", only {product.stock} left" if product.stock and product.stock <= FEW_LEFT else ""
        said = f"in stock{few}" if product.in_stock else "sold out"
        yield Fact("availability", said)
    if product.rating is not None:
        yield Fact(
            "rating",
            f"{product.rating:g} of 5" + (f" from {product.review_count} reviews" if product.review_count else ""),
        )
    if product.brand:
        yield Fact("brand", product.brand)
    for name in product.options:
        yield Fact(
            name, ", ".join(dict.fromkeys(variant.options[name] for variant in family if name in variant.options))
        )
    yield from (
        Fact(name, ", ".join(values)) for name, values in product.attributes.items() if name not in product.options
    )
    title = re.compile(rf"{re.escape(product.title)}|{re.escape(short_title(product.title))}", re.IGNORECASE)
    yield from (Fact("", one, title.sub("it", one)) for one in listing_sentences(product.description))


def _nearest(asked: Sequence[str], facts: Sequence[Fact], embedder: Embedder) -> tuple[Fact | None, float]:
    """The fact closest in meaning to a question in several wordings, and its mean cosine with them; None and -1 without facts."""
    if not facts:
        return None, -1.0
    vectors = embedder.embed([*asked, *(fact.text for fact in facts)])
    scores = vectors[len(asked) :] @ vectors[: len(asked)].mean(axis=0)
    best = int(np.argmax(scores))
    return facts[best], float(scores[best])


def _not_said(product: Product, asked: str, near: Fact | None) -> Answer:
    silent = f"The listing of {product.title} doesn't {silence(asked)}."
    if near is None:
        return Answer(silent, (product.title, asked), found=False)
    stop = "." if near.name else ""
    text = f"The listing of {product.title} doesn't say “{without_links(asked)}” outright. The nearest it says: {near.told}{stop}"
    return Answer(text, (product.title, asked, near.value), found=False, field=near.name)


def _say(product: Product, facts: Sequence[Fact]) -> Answer:
    first, evidence = facts[0], (product.title, *(fact.value for fact in facts))
    if first.name in _SAID:
        return Answer(f"{product.title} {_SAID[first.name]} {first.value}.", evidence, field=first.name)
    stop = "." if first.name else ""
    stated = ", ".join(fact.told for fact in facts)
    return Answer(f"{product.title}: {stated}{stop}", evidence, field=first.name)
