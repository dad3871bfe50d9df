"""More labelled examples from fewer: composed turns, price bounds added to real ones, typos. The labels stay true; a seed fixes all.

The words are in data/phrases.yaml, written by hand; this module only joins them. A label is never guessed: it is marked in the phrase.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from importlib import resources
from typing import Any

import yaml

from ..model import Example, Exchange, Intent
from ..parse import COPIED, LISTS, clean, read_answer, write_answer
from .marks import example, read_marks

# How many composed turns, in proportion, are of each section of phrases; what the real dialogues are rich in needs few.
MIX: Mapping[str, int] = {
    "search": 24, "worn": 4, "two_needs": 12, "one_and": 4, "answers": 4, "refine": 35, "more": 3, "reset": 3, "ask_product": 6,
    "compare": 2, "cart_add": 9, "both": 2, "two_acts": 4, "cart_remove": 3, "cart_view": 2, "checkout": 1, "greet": 2, "bye": 2, "help": 2,
    "other": 5, "recommend": 2, "similar": 2, "complement": 2, "feedback": 2, "policy": 1, "order_status": 1,
    "order_change": 1, "handoff": 1,
}  # fmt: skip
INTENT_OF: Mapping[str, Intent] = {
    "two_needs": "search",
    "one_and": "search",
    "worn": "search",
    "answers": "refine",
    "both": "cart_add",
    "two_acts": "cart_add",
}  # others are named by it
JOINED = 90  # characters of the longest message that is joined to another: people do not do two things at length
_BEFORE = ("cart_add", "cart_remove", "cart_view", "feedback", "ask_product", "compare", "policy", "order_status")
_AFTER: Mapping[Intent, int] = {"search": 6, "policy": 2, "checkout": 2, "cart_view": 1}
_JOINTS = (" and ", " and ", ", and ", ". ", ". ", ". Also, ", ", also ", " then ", ". Oh and ", ", ", " & ")
_JOINTS_AFTER_A_QUESTION = (" ", " And ", " Also, ", " oh and ")
SWAPPED = (
    "product",
    "brand",
    "color",
    "size",
    "material",
    "features",
    "exclude",
)  # slots whose words another message's may replace
_BOUNDS = ("max", "min", "about")
_CHOICES = {
    "m": "materials",
    "c": "colors",
    "f": "features",
    "k": "products",
}  # of which the shop's question names three
_NEEDS_PRODUCTS = {"ask_product", "compare", "cart_add", "similar", "complement", "feedback", "more"}
_ONES = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"


@cache
def phrases() -> Mapping[str, Sequence[str]]:
    """The hand-written sections by name."""
    text = resources.files("assistant").joinpath("data/phrases.yaml").read_text(encoding="utf-8")
    sections: dict[str, list[str]] = yaml.safe_load(text)
    return sections


def written() -> list[Example]:
    """The hand-written turns of data/turns.txt. One without a shop's line of its own gets a composed exchange, or none."""
    text = resources.files("assistant").joinpath("data/turns.txt").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [_written(line, random.Random(number)) for number, line in enumerate(lines)]


def compose(count: int, *, seed: int) -> list[Example]:
    """`count` turns put together from the phrases, sections in the proportions of MIX."""
    rng = random.Random(seed)
    sections = rng.choices(list(MIX), weights=list(MIX.values()), k=count)
    return [_turn(section, rng) for section in MIX for _ in range(sections.count(section))]


def with_bounds(examples: Sequence[Example], *, share: float, seed: int) -> list[Example]:
    """New examples: a price bound in words put after, or before, a share of those searches and refinements that have none."""
    rng = random.Random(seed)
    plain = [e for e in examples if e.intent in ("search", "refine") and not e.then]
    bare = [e for e in plain if e.slots.price_max is e.slots.price_min is None]
    chosen = rng.sample(bare, round(share * len(bare)))
    return [bounded for example in chosen if (bounded := _bounded(example, rng)) is not None]


def with_second_acts(examples: Sequence[Example], *, share: float, seed: int) -> list[Example]:
    """New examples: a message that says nothing of what was shown, put after a share of those that may go before it.

    Each part keeps its label and its words; the exchange before is the first part's.
    """
    rng = random.Random(seed)
    single = [example for example in examples if not example.then and len(example.message) < JOINED]
    firsts = [example for example in single if example.intent in _BEFORE]
    seconds = {intent: [e for e in single if e.intent == intent and _alone(e)] for intent in _AFTER}
    chosen = rng.sample(firsts, round(share * len(firsts)))
    return [made for first in chosen if (made := _joined(first, seconds, rng)) is not None]


def with_typos(examples: Sequence[Example], *, share: float, seed: int) -> list[Example]:
    """The same examples; in a share of them one word lost, doubled or swapped a letter, in the message and in its label alike."""
    rng = random.Random(seed)
    return [_mistyped(example, rng) if rng.random() < share else example for example in examples]


def with_swaps(examples: Sequence[Example], *, share: float, seed: int) -> list[Example]:
    """The same examples; in a share of them one labelled value is another message's of that slot, in the words and in the label alike.

    What the shop said before is changed with it. Where the label could not be told from the new words the example stays as it was.
    """
    rng = random.Random(seed)
    others = {name: sorted({value for e in examples for value in e.slots.words_of(name)}) for name in SWAPPED}
    return [_swapped(example, others, rng) if rng.random() < share else example for example in examples]


def _turn(section: str, rng: random.Random) -> Example:
    """A turn of one of the section's lines, after the shop's line that stands behind it (" << "), else a composed one or none."""
    scope = _scope(rng)
    marked, _, shop = rng.choice(phrases()[section]).partition(" << ")
    said = example(f"{INTENT_OF.get(section, section)}: {expand(marked, scope, rng)}", None)
    last = _exchange(expand(shop, scope, rng), scope, rng) if shop else _last(said.intent, scope, rng)
    return replace(said, last=last)


def _written(line: str, rng: random.Random) -> Example:
    marked, _, shop = line.partition(" << ")
    said = example(marked, None)
    shopper = rng.choice(phrases()["products"])
    return replace(said, last=Exchange(shopper, shop) if shop else _last(said.intent, _scope(rng), rng))


def expand(template: str, scope: Mapping[str, str], rng: random.Random) -> str:
    """The template with every {name} replaced, by the scope or by a random phrase, until none is left."""

    def fill(match: re.Match[str]) -> str:
        name = match[1]
        if name in scope:
            return scope[name]
        text = expand(rng.choice(phrases()[name]), scope, rng)
        return text.replace("[#:", f"[{name}:") if name in _BOUNDS else text

    return re.sub(r"\{(\w+)\}", fill, template)


def _scope(rng: random.Random) -> dict[str, str]:
    """Values that must agree within one example: the amounts, the products that the shop has just named."""
    words = phrases()
    kind = rng.choice(words["products"])
    names = rng.sample(words["makers"], 4)
    low, high = sorted(rng.sample(range(2, 60), 2))
    step = rng.choice((1, 5, 5, 10, 10, 10, 25, 50, 100))
    spelled = rng.random() < 0.15
    scope = {
        "n": _number(rng),
        "low": _spell(low * step) if spelled else str(low * step),
        "high": _spell(high * step) if spelled else str(high * step),
        "cur": rng.choice(("", "", "$", "£", "€")) if not spelled else "",
        "cash": rng.choice(("dollars", "bucks", "euros", "quid", "pounds", "usd", "eur")),
        "kind": kind,
        "kinds": kind if kind.endswith("s") else f"{kind}s",
        "top": str(rng.choice((20, 30, 40, 50, 75, 100, 150, 200))),
    }
    for i, name in enumerate(names, start=1):
        scope[f"name{i}"] = name.lower()
        scope[f"title{i}"] = f"{name} {rng.choice(words['styles'])} {kind.title()}"
        scope[f"p{i}"] = str(rng.randint(5, 300))
    for letter, section in _CHOICES.items():
        scope |= {f"{letter}{i}": word for i, word in enumerate(rng.sample(words[section], 3), start=1)}
    return scope


def _last(intent: Intent, scope: Mapping[str, str], rng: random.Random) -> Exchange | None:
    shares = {"search": 0.35, "greet": 0.3, "other": 0.6, "help": 0.5}
    if rng.random() > shares.get(intent, 0.97):
        return None
    sections = ["shop_lines", "shop_lines", "shop_lines", "single_lines"]
    if intent not in _NEEDS_PRODUCTS and intent != "refine":
        sections.append("start_lines")
    return _exchange(expand(rng.choice(phrases()[rng.choice(sections)]), scope, rng), scope, rng)


def _exchange(shop: str, scope: Mapping[str, str], rng: random.Random) -> Exchange:
    return Exchange(read_marks(expand(rng.choice(phrases()["shopper_lines"]), scope, rng))[0], shop)


def _number(rng: random.Random) -> str:
    """A price as people write one: mostly round, some in words, some in thousands, few with cents."""
    value = rng.choice((rng.randint(3, 30), 5 * rng.randint(1, 40), 10 * rng.randint(1, 60), 50 * rng.randint(2, 40)))
    style = rng.random()
    if style < 0.14 and (value <= 100 or value % 100 == 0) and value < 1000:
        return _spell(value)
    if value >= 1000 and style < 0.6:
        return f"{value:,}" if style < 0.3 else f"{value / 1000:g}k"
    if style > 0.93:
        return f"{value}.{rng.choice(('99', '50', '00', '95'))}"
    return str(value)


def _spell(value: int) -> str:
    ones, tens = _ONES.split(), _TENS.split()
    if value < 20:
        return ones[value]
    if value < 100:
        return tens[value // 10 - 2] + (f" {ones[value % 10]}" if value % 10 else "")
    rest = f" and {_spell(value % 100)}" if value % 100 else ""
    return f"{_spell(value // 1000)} thousand" if value % 1000 == 0 else f"{_spell(value // 100 % 10)} hundred{rest}"


def _bounded(example: Example, rng: random.Random) -> Example | None:
    """The example with a bound joined on; None when the bound could not be told from the message's other words."""
    phrase, line = read_marks(expand("{bound}", _scope(rng), rng))
    message = example.message.rstrip(" .!?")
    joined = rng.choice(
        (
            f"{message} {phrase}",
            f"{message}, {phrase}",
            f"{message}. {phrase}",
            f"{phrase}, {message}",
            f"{message} and {phrase}",
        )
    )
    bound = read_answer(f"other; {line}", joined).slots
    slots = replace(example.slots, price_min=bound.price_min, price_max=bound.price_max)
    made = Example(joined, example.last, example.intent, slots)
    return made if (bound.price_min or bound.price_max) and len(clean(joined)) < 700 else None


def _alone(example: Example) -> bool:
    """Whether the message can be said after another: it points at nothing that was shown."""
    return not example.slots.ref and not example.slots.drop


def _joined(first: Example, seconds: Mapping[Intent, Sequence[Example]], rng: random.Random) -> Example | None:
    """Both messages as one; None when no second is there or a label's words could not be told from the other message's."""
    intent = rng.choices(list(seconds), weights=list(_AFTER.values()))[0]
    if intent == first.intent or not seconds[intent]:
        return None
    second = rng.choice(seconds[intent])
    said = first.message.rstrip(" .!,;")
    message = said + rng.choice(_JOINTS_AFTER_A_QUESTION if said.endswith("?") else _JOINTS) + second.message
    then = ((second.intent, second.slots),)
    read = read_answer(write_answer(first.intent, first.slots, message, then), message)
    same = [(act.intent, act.slots) for act in read.in_order()] == [(first.intent, first.slots), *then]
    return Example(message, first.last, first.intent, first.slots, then) if same else None


def _swapped(example: Example, others: Mapping[str, Sequence[str]], rng: random.Random) -> Example:
    said = [(name, value) for name in SWAPPED for value in example.slots.words_of(name)]
    if not said or example.then:
        return example
    name, old = rng.choice(said)
    new, whole = rng.choice(others[name]), re.compile(rf"(?<!\w){re.escape(old)}(?!\w)", re.IGNORECASE)
    if len(whole.findall(clean(example.message))) != 1:
        return example
    message = whole.sub(lambda _: new, clean(example.message))
    kept = getattr(example.slots, name)
    changed: Any = tuple(new if value == old else value for value in kept) if name in LISTS else new
    slots, last = replace(example.slots, **{name: changed}), example.last
    if read_answer(write_answer(example.intent, slots, message), message).slots != slots:
        return example
    return Example(message, last and replace(last, shop=whole.sub(lambda _: new, last.shop)), example.intent, slots)


def _mistyped(example: Example, rng: random.Random) -> Example:
    line = write_answer(example.intent, example.slots, example.message)
    words = re.findall(r"[a-z]{5,}", clean(example.message))
    if not words or example.then:
        return example
    word = rng.choice(words)
    i = rng.randrange(1, len(word) - 1)
    wrong = rng.choice(
        (word[:i] + word[i + 1 :], word[:i] + word[i] + word[i:], word[:i] + word[i + 1] + word[i] + word[i + 2 :])
    )
    message = re.sub(rf"\b{word}\b", wrong, clean(example.message))
    head, *fields = line.split("; ")
    mended = [_swap(part, word, wrong) for part in fields]
    return Example(message, example.last, example.intent, read_answer("; ".join([head, *mended]), message).slots)


def _swap(part: str, word: str, wrong: str) -> str:
    name, _, value = part.partition(" ")
    if name not in COPIED.values():
        return part
    return f"{name} " + re.sub(rf"\b{word}\b", wrong, value)
