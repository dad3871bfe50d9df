"""(message, state) -> Parse: the border, and the text that the model reads and writes. Pure; the model itself is in parse_model.py.

The model answers in one line such as `refine; max 40; color black; color red`. Every word in it is copied from the message:
an amount as it was written ("forty", "1.5k") which code turns into a number, so the model can neither invent a value nor
miscalculate one. Only intents, slot names, genders, references and sort orders come from fixed lists.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from typing import Any, Protocol, runtime_checkable

from .model import GENDERS, DialogueState, Exchange, Intent, Parse, Slots
from .normalize import Amount, amounts, around, middle_of

# UTF-8 bytes of a message that the model reads; the rest is ignored. Bytes, because a sign of another script is up to four tokens:
# 800 of those took 9 s to read, and more than the grammar holds.
MESSAGE_LIMIT = 800
SHOPPER_LIMIT = 160  # characters of the shopper's last message in the prompt
SHOP_LIMIT = 320  # characters of the shop's last line: three products with prices fit twice over
MAX_POSITION = 10  # "the tenth" is the last position that a reference can name

# One word each, so that a name costs one token.
INTENT_WORDS: Mapping[Intent, str] = {
    "search": "search", "refine": "refine", "recommend": "recommend", "more": "more", "compare": "compare",
    "ask_product": "ask", "similar": "similar", "complement": "match", "cart_add": "add", "cart_remove": "remove",
    "cart_view": "cart", "checkout": "checkout", "order_status": "status", "order_change": "change", "policy": "policy",
    "feedback": "feedback", "greet": "hello", "bye": "bye", "help": "help", "handoff": "human", "reset": "reset",
    "other": "other",
}  # fmt: skip
COPIED = {
    "product": "product", "brand": "brand", "color": "color", "size": "size", "material": "material",
    "features": "feature", "exclude": "not", "drop": "drop", "ask": "ask", "order_id": "order", "email": "email",
}  # fmt: skip
LISTS = ("color", "size", "material", "features", "exclude", "drop")
REF_WORDS = {"last": "last", "all": "all", "cheapest": "cheapest", "most_expensive": "priciest", "best_rated": "rated"}
SORT_WORDS = {"price_asc": "cheapest", "price_desc": "priciest", "rating": "rated"}
DROPPABLE = ("price_max", "price_min", "color", "size", "material", "brand", "features", "gender", "exclude")
FIELD_LIMIT = 24  # fields of one act; the longest labelled message has 17
ACT_LIMIT = 3  # acts of one message
PRICE_WORDS = ("max", "min", "about")

_CHUNK = re.compile(
    r"\d+|[^\W\d_]+|.", re.DOTALL
)  # a copied value begins and ends between these: words, digits, single signs
_ARTICLE = re.compile(r"^(?:the|an?) (?=\S)")
_THEN = "; then "
_MUST_HOLD = {"order_id": re.compile(r"\d"), "email": re.compile("@")}
# "10am", "4:30 pm", "16:05": a time of the clock, never the number of an order
_CLOCK = re.compile(
    r"(?<!\w)\d{1,2}(?:[:.]\d\d)? ?(?:[ap]\.?m|o'clock)\b|(?<![\w:.-])(?:[01]?\d|2[0-3]):[0-5]\d(?![\w:])"
)
_INTENT_OF = {word: intent for intent, word in INTENT_WORDS.items()}
_SLOT_OF = {word: name for name, word in COPIED.items()}
_REF_OF = {word: ref for ref, word in REF_WORDS.items()}
_SORT_OF = {word: sort for sort, word in SORT_WORDS.items()}
# punctuation that may hang on a copied word but is no part of a value
_BEFORE, _AFTER = " \t,:!?)]…", " \t,.:!?([…"


class Parser(Protocol):
    def parse(self, message: str, state: DialogueState) -> Parse:
        """What this message says after the last exchange. Never raises on a message; an empty one is `other`."""


@dataclass
class AheadUse:
    """Messages after an exchange that was read ahead, and after one that was not."""

    hits: int = 0
    misses: int = 0


@runtime_checkable
class ReadsAhead(Protocol):
    """A parser that can take up an exchange while the shopper thinks. ahead: how often that was of use, and how often not there."""

    ahead: AheadUse

    def read_ahead(self, last: Exchange) -> None:
        """The next message after this exchange is read in less time; its parse is the same."""

    def read_waiting(self, said: Sequence[tuple[str, Exchange | None]]) -> None:
        """Messages, each with the exchange before it, are read together, in less time than one by one; `parse` gives what was read."""


def clean(message: str) -> str:
    """Lower case, one line, single spaces, no control characters, at most MESSAGE_LIMIT bytes. Labels are copied from this.

    A semicolon becomes a comma because it ends a field of the answer line.
    """
    printable = "".join(c if c.isprintable() else " " for c in message.lower()).replace(";", ",").replace("’", "'")
    return " ".join(printable.split()).encode()[:MESSAGE_LIMIT].decode(errors="ignore").rstrip()


def prompt(message: str, last: Exchange | None) -> str:
    """What the model reads: the last exchange, if any, then the message, up to where the answer line begins."""
    return ("" if last is None else exchange_text(last)) + message_text(message)


def exchange_text(last: Exchange) -> str:
    """The part of the prompt that is known before the message comes."""
    return f"shopper: {_cut(last.shopper, SHOPPER_LIMIT)}\nshop: {_cut(last.shop, SHOP_LIMIT)}\n"


def message_text(message: str) -> str:
    """The rest of the prompt."""
    return f"shopper: {clean(message)}\nread:"


def write_answer(intent: Intent, slots: Slots, message: str, then: Iterable[tuple[Intent, Slots]] = ()) -> str:
    """The answer line for a labelled message: enumerated slots, then copied values in the order of the message; further acts follow.

    A value that does not stand in the message is left out: `lost` counts those.
    """
    return _THEN.join(_write_act(one, said, message) for one, said in ((intent, slots), *then))


def _write_act(intent: Intent, slots: Slots, message: str) -> str:
    parts = [INTENT_WORDS[intent]]
    if slots.ref:
        parts.append("ref " + " ".join(REF_WORDS.get(str(ref), str(ref)) for ref in slots.ref))
    if slots.sort:
        parts.append(f"sort {SORT_WORDS[slots.sort]}")
    if slots.gender:
        parts.append(f"gender {slots.gender}")
    parts += [f"{name} {text}" for _, name, text in sorted(spans(slots, clean(message)), key=lambda span: span[0])]
    return "; ".join(parts)


def grammar(message: str) -> str:
    """What the model may write about this message, as Lark for llguidance: an intent, then fields with words of the message.

    A copied value is a run of whole words; amounts are those that code can read, so that every answer has one reading.
    """
    source = clean(message)
    found = amounts(source)
    prices = dict.fromkeys(amount.text for amount in found if not amount.measured)
    fields = ["copied VALUE", '"; drop " DROPPED']
    if found:
        fields.append('"; count " COUNT')
    if prices:
        fields.append(f"{_choice(f'; {name} ' for name in PRICE_WORDS)} PRICE")
    rules = [
        f'start: " " act ("{_THEN}" act){{0,{ACT_LIMIT - 1}}}',
        f"act: INTENT ref? sort? gender? field{{0,{FIELD_LIMIT}}}",
        f"INTENT: {_choice(INTENT_WORDS.values())}",
        f'ref: "; ref" ({_choice(f" {word}" for word in REF_WORDS.values())} | POSITION{{1,4}})',
        f"POSITION: / ({MAX_POSITION}|[1-9])/",
        f"sort: {_choice(f'; sort {word}' for word in SORT_WORDS.values())}",
        f"gender: {_choice(f'; gender {gender}' for gender in GENDERS)}",
        f"field: {' | '.join(f'({field})' for field in fields)}",
        f"copied: {_choice(f'; {name} ' for name in COPIED.values() if name != 'drop')}",
        f"DROPPED: VALUE | {_choice(DROPPABLE)}",
        r"VALUE: WORDS & /[^ ](.|\n)*/",
        f"WORDS: %regex {json.dumps({'substring_chunks': _CHUNK.findall(source)})}",
    ]
    if found:
        rules.append(f"COUNT: {_choice(dict.fromkeys(amount.text for amount in found))}")
    if prices:
        rules.append(f"PRICE: {_choice(prices)}")
    return "\n".join(rules) + "\n"


def _choice(texts: Iterable[str]) -> str:
    return "(" + " | ".join(json.dumps(text) for text in texts) + ")"


def read_answer(text: str, message: str) -> Parse:
    """The parse that an answer line stands for. Unknown names and values that do not stand in the message are skipped."""
    first, *later = text.strip().split(_THEN)
    parse = _read_act(first, message)
    if not later:
        return parse
    then = read_answer(_THEN.join(later), message)
    return replace(parse, acts=(*parse.acts, *then.acts), then=then)


def _read_act(text: str, message: str) -> Parse:
    source = clean(message)
    head, *rest = (part.strip() for part in text.split(";"))
    read = _Reading(source, amounts(source))
    for part in rest:
        name, _, value = part.partition(" ")
        read.take(name, value.lstrip(_BEFORE).rstrip(_AFTER))
    intent = _INTENT_OF.get(head, "other")
    return Parse(intent, read.slots(), acts=(intent,))


def lost(slots: Slots, message: str) -> tuple[str, ...]:
    """Names of the labelled slots that an answer line cannot carry, because no words of the message say them."""
    kept = read_answer(write_answer("other", slots, message), message).slots
    return tuple(f.name for f in fields(Slots) if getattr(slots, f.name) != getattr(kept, f.name))


def slots_from_json(said: Mapping[str, Any]) -> Slots:
    """Slots from a label object; lists become tuples, amounts exact numbers. TypeError for an unknown slot name."""
    return Slots(**{name: _typed(name, value) for name, value in said.items()})


def _typed(name: str, value: Any) -> Any:
    if name in ("price_min", "price_max"):
        return Decimal(str(value))
    if name == "ref":
        return tuple(value)
    if isinstance(value, list):
        return tuple(clean(str(item)) for item in value)
    return clean(value) if isinstance(value, str) else value


def _cut(line: str, limit: int) -> str:
    return clean(line)[:limit].rstrip()


def spans(slots: Slots, message: str) -> Iterator[tuple[int, str, str]]:
    """(place in the message, answer name, words) of every value that can be copied; the message as `clean` leaves it."""
    for name, word in COPIED.items():
        for item in slots.words_of(name):
            if span := find_words(item, message):
                yield span[0], word, message[span[0] : span[1]]
            elif name == "drop" and item in DROPPABLE:
                yield 0, word, item
    numbers = amounts(message)
    for name, value in _bounds(slots, {a.value for a in numbers if not a.measured}):
        if found := next((a for a in numbers if a.value == value and not (a.measured and name in PRICE_WORDS)), None):
            yield found.start, name, found.text


def _bounds(slots: Slots, said: set[Decimal]) -> Iterator[tuple[str, Decimal]]:
    low, high = slots.price_min, slots.price_max
    if slots.quantity is not None:
        yield "count", Decimal(slots.quantity)
    if (middle := middle_of(low, high)) is not None and not {low, high} <= said:
        yield "about", middle
        return
    if low is not None:
        yield "min", low
    if high is not None:
        yield "max", high


def find_words(value: str, message: str) -> tuple[int, int] | None:
    """Where a value stands in the message, white space apart: whole words first, then anywhere; None when it does not."""
    loose = r"\s*".join(re.escape(c) for c in value if not c.isspace())
    match = re.search(rf"(?<!\w){loose}(?!\w)", message) or re.search(loose, message)
    return match.span() if match and loose else None


@dataclass
class _Reading:
    """Collects the fields of one answer line. source: the cleaned message; numbers: its amounts."""

    source: str
    numbers: tuple[Amount, ...]

    def __post_init__(self) -> None:
        self._said: dict[str, Any] = {}

    def take(self, name: str, value: str) -> None:
        readers: dict[str, Callable[[str], None]] = {"ref": self._ref, "sort": self._sort, "gender": self._gender}
        if name == "count" or name in PRICE_WORDS:
            self._amount(name, value)
        elif name in _SLOT_OF:
            self._copied(_SLOT_OF[name], value)
        elif name in readers:
            readers[name](value)

    def slots(self) -> Slots:
        low, high = self._said.get("price_min"), self._said.get("price_max")
        if low is not None and high is not None and low > high:
            self._said["price_min"], self._said["price_max"] = high, low
        return Slots(**self._said)

    def _copied(self, name: str, value: str) -> None:
        if name not in ("brand", "order_id", "email"):
            value = _ARTICLE.sub("", value)  # "the rise": of 5,700 labelled values 11 begin with an article
        if name in _MUST_HOLD and not _MUST_HOLD[name].search(value):
            return
        if name == "order_id" and value not in _CLOCK.sub(" ", self.source):
            return
        is_slot_name = name == "drop" and value in DROPPABLE
        if not value or not (value in self.source or is_slot_name):
            return
        if name in LISTS:
            self._said[name] = tuple(dict.fromkeys((*self._said.get(name, ()), value)))
        else:
            self._said.setdefault(name, value)

    def _amount(self, name: str, text: str) -> None:
        found = next((a for a in self.numbers if a.text == text and not (a.measured and name in PRICE_WORDS)), None)
        if found is None:
            return
        if name == "count" and found.value == found.value.to_integral_value() and found.value > 0:
            self._said.setdefault("quantity", int(found.value))
        elif name == "about":
            self._said["price_min"], self._said["price_max"] = around(found.value)
        elif name in ("min", "max"):
            self._said.setdefault(f"price_{name}", found.value)

    def _ref(self, value: str) -> None:
        words = value.split()
        if words and all(w.isdecimal() and 1 <= int(w) <= MAX_POSITION for w in words):
            self._said["ref"] = tuple(dict.fromkeys(int(w) for w in words))
        elif value in _REF_OF:
            self._said["ref"] = (_REF_OF[value],)

    def _sort(self, value: str) -> None:
        if value in _SORT_OF:
            self._said["sort"] = _SORT_OF[value]

    def _gender(self, value: str) -> None:
        if value in GENDERS:
            self._said["gender"] = value
