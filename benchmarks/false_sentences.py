"""True sentences about a shop's products, and each way to make one false: what the check of written sentences is tried on."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from assistant.sentence import key
from assistant.writing.claims import DENIALS, plain_words
from assistant.writing.facts import Known
from assistant.writing.writer import Script

INVENTED = (
    "waterproof",
    "handmade",
    "organic",
    "vegan",
    "dishwasher safe",
    "award-winning",
    "fireproof",
    "hypoallergenic",
    "noise-cancelling",
)
PROMISES = (
    "{} arrives tomorrow.", "{} comes with free delivery.", "You can return {} within 30 days.", "{} ships today.",
    "I have added {} to your order.", "{} comes with a lifetime warranty.",
)  # fmt: skip
BOASTS = (
    "{} is our bestseller.",
    "{} is the best rated here.",
    "{} is the cheapest in the shop.",
    "{} is the most popular choice.",
)
URGENCY = ("Only 1 left of {}.", "{} is almost gone.", "{} sells fast.", "Hurry, {} is at this price only today.")
DISCOUNTS = ("{} is on sale.", "{} is half price.", "{} is $5 off.", "{} is now reduced.")
RELATIONS = (
    "{} is lighter than {}.",
    "{} is cheaper than {}.",
    "{} is better made than {}.",
    "{} comes with {}.",
    "{} goes with {}.",
    "{} is {}.",
)


@dataclass(frozen=True)
class Subject:
    """A product that a true sentence is about, with another that was shown beside it, if any, and titles and texts of the shop."""

    one: Known
    other: Known | None
    titles: Sequence[str]
    vocabulary: Sequence[str]
    rng: random.Random

    @property
    def name(self) -> str:
        return self.one.names[0]


def price_of(one: Known) -> str:
    return next((line.removeprefix("price: ") for line in one.lines if line.startswith("price: ")), "")


def listing_of(one: Known) -> str:
    return one.quotable[1]


def quote_of(one: Known) -> str:
    """A few words of a clause of the listing that denies nothing."""
    for clause in re.split(r"[.!?;:\n]", listing_of(one)):
        said = clause.split()
        if len(said) > 4 and not DENIALS & set(key(clause)) and "n't" not in clause:
            return " ".join(said[1:6]).strip(" ,")
    return ""


def true_of(subject: Subject) -> Iterator[str]:
    one, other, name, price = subject.one, subject.other, subject.name, price_of(subject.one)
    if price:
        yield f"{name} costs {price}."
        yield f"At {price}, {name} is the one I would pick for you."
        if other and price_of(other):
            yield f"{name} is {price}, and {other.names[0]} is {price_of(other)}."
    if quote := quote_of(one):
        yield f"The listing of {name} says “{quote}”."
    for line in one.lines:
        field_name, _, value = line.partition(": ")
        if value and field_name not in ("price", "listing", "availability", "rating", "brand") and line in one.phrases:
            yield f"{name} is listed with {field_name}: {value}."
    if "in stock" in one.phrases:
        yield f"{name} is in stock."
    for phrase in sorted(one.need):
        yield f"{name} is {phrase}." if "your" in phrase or "$" in phrase else f"Here is a {phrase}: {name}."
        break


def _swapped_price(subject: Subject, script: Script) -> Iterator[str]:
    if subject.other and price_of(subject.other) not in ("", price_of(subject.one)):
        theirs, other = price_of(subject.other), subject.other.names[0]
        yield f"{subject.name} costs {theirs}."
        yield f"At {theirs}, {subject.name} is the one for you."
        yield f"{subject.name} costs {theirs}, and {other} costs {price_of(subject.one)}."
        yield f"Here is {other}, and at {theirs} {subject.name}."
        for composed in script.free:
            if price_of(subject.one) in composed and theirs in composed:
                held = composed.replace(price_of(subject.one), "\0").replace(theirs, price_of(subject.one))
                yield held.replace("\0", theirs)


def _changed_digit(subject: Subject, script: Script) -> Iterator[str]:
    price = price_of(subject.one)
    places = [place for place, sign in enumerate(price) if sign.isdigit()]
    if places:
        at = subject.rng.choice(places)
        digit = subject.rng.choice([d for d in "123456789" if d != price[at]])
        wrong = f"{price[:at]}{digit}{price[at + 1 :]}"
        if wrong != price_of(subject.other) if subject.other else True:
            yield f"{subject.name} costs {wrong}."
            yield from (composed.replace(price, wrong) for composed in script.free if price in composed)
            yield f"{subject.name} is {price}, down from {wrong}."


def _not_shown(subject: Subject, script: Script) -> Iterator[str]:
    title = subject.rng.choice(subject.titles)
    if title not in script.evidence.names:
        yield f"{title} is the one I would pick."
        yield f"{subject.name} is {price_of(subject.one)}, and so is {title}."


def _invented(subject: Subject, script: Script) -> Iterator[str]:
    known = f"{' '.join(subject.one.lines)} {subject.name}".lower()
    word = subject.rng.choice([one for one in INVENTED if one not in known])
    yield f"{subject.name} is {word}."
    yield f"{subject.name} costs {price_of(subject.one)} and is {word}."
    yield f"{subject.name} is in {subject.rng.choice(['turquoise', 'crimson', 'titanium', 'bamboo'])}."


def _borrowed(subject: Subject, script: Script) -> Iterator[str]:
    """A property of the other product, quoted or in free words."""
    if subject.other and (quote := quote_of(subject.other)) and quote not in listing_of(subject.one):
        yield f"{subject.name} is “{quote}”."
        yield f"{subject.name} has {quote}."
        yield f"{subject.other.names[0]} is shown too, and {subject.name} is “{quote}”."


def _altered_quote(subject: Subject, script: Script) -> Iterator[str]:
    said = quote_of(subject.one).split()
    if said:
        at = subject.rng.randrange(len(said))
        yield f"{subject.name}: “{' '.join([*said[:at], subject.rng.choice(subject.vocabulary), 'x', *said[at + 1 :]])}”."
        yield f"{subject.name} is “not {' '.join(said)}”."


def _any_word(subject: Subject, script: Script) -> Iterator[str]:
    """A word of other listings, one that the product's own facts do not hold."""
    for word in subject.rng.sample(subject.vocabulary, 6):
        own = " ".join((*subject.one.names, *subject.one.phrases, *subject.one.quotable)).lower()
        if word.lower() not in plain_words() and word.lower() not in own and not word.isdigit():
            yield f"{subject.name} is {word} and costs {price_of(subject.one)}."


def _denied(subject: Subject, script: Script) -> Iterator[str]:
    yield f"{subject.name} is not {price_of(subject.one)}."
    yield f"{subject.name} is not in stock."
    yield f"{subject.name} isn't what the listing says."
    for line in (*subject.one.lines, *script.lead, *script.close):
        for denial, plain in (
            ("doesn't say", "says"),
            ("not ", ""),
            ("No listing", "A listing"),
            ("nothing", "something"),
            (" no ", " a "),
        ):
            if denial in line:
                yield f"{subject.name}: {line.replace(denial, plain)}."
    for line in subject.one.lines:
        if line.endswith(": no"):
            yield f"{subject.name} is {line.removesuffix(': no')}."
        elif line.endswith(": yes"):
            yield f"{subject.name} is not {line.removesuffix(': yes')}."


def _out_of_stock(subject: Subject, script: Script) -> Iterator[str]:
    if "sold out" not in subject.one.phrases:
        yield f"{subject.name} is sold out."
    if "in stock" not in subject.one.phrases:
        yield f"{subject.name} is in stock."
    if "9 left" not in subject.one.phrases:
        yield f"There are 9 left in stock of {subject.name}."
    yield f"{subject.name} is available in all sizes."


def _dragged(subject: Subject, script: Script) -> Iterator[str]:
    """What is true of one, said of all."""
    if subject.other and price_of(subject.other) != price_of(subject.one):
        yield f"All of these cost {price_of(subject.one)}."
        yield f"{subject.name} and {subject.other.names[0]} both cost {price_of(subject.one)}."
        yield f"Both are {price_of(subject.one)}: {subject.name} and {subject.other.names[0]}."


def _miscounted(subject: Subject, script: Script) -> Iterator[str]:
    yield "Here are 17 for you."
    yield f"{subject.name} has 17 things."
    yield f"{subject.name} has {len(script.evidence.products)} items at {price_of(subject.one)}."


def _budget(subject: Subject, script: Script) -> Iterator[str]:
    if "within your budget" not in subject.one.phrases:
        yield f"{subject.name} is within your budget."
    yield f"{subject.name} is under $1."
    if "the cheapest of these" not in subject.one.phrases:
        yield f"{subject.name} is the cheapest of these."


def _filled(frames: Sequence[str]) -> Callable[[Subject, Script], Iterator[str]]:
    def make(subject: Subject, script: Script) -> Iterator[str]:
        reduced = "on sale" in subject.one.phrases
        for frame in frames:
            if frame.count("{}") == 2:
                yield from [frame.format(subject.name, subject.other.names[0])] if subject.other else []
            elif not (reduced and "sale" in frame):
                yield frame.format(subject.name)

    return make


CORRUPTIONS: Mapping[str, Callable[[Subject, Script], Iterator[str]]] = {
    "price of another": _swapped_price,
    "digit changed": _changed_digit,
    "product not shown": _not_shown,
    "property invented": _invented,
    "property of another": _borrowed,
    "quotation altered": _altered_quote,
    "any other word": _any_word,
    "denial flipped": _denied,
    "stock flipped": _out_of_stock,
    "said of all": _dragged,
    "count": _miscounted,
    "budget and cheapest": _budget,
    "delivery and other promises": _filled(PROMISES),
    "superlative": _filled(BOASTS),
    "urgency": _filled(URGENCY),
    "discount": _filled(DISCOUNTS),
    "comparison": _filled(RELATIONS),
}
