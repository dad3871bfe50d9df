"""How well a parser reads labelled messages: intents, slots, whole frames. Arithmetic only; the messages are read elsewhere.

A frame is flattened to pairs: {"color": ["black", "red"], "price_max": 40} is (color, black), (color, red), (price_max, 40).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from ..model import DialogueState, Example, Parse, Slots
from ..parse import Parser
from .reliability import Reliability, reliability

PRICE_SLOTS = frozenset({"price_min", "price_max"})

Pair = tuple[str, str]


@dataclass(frozen=True)
class F1:
    """Precision, recall and their harmonic mean over (slot, value) pairs. wanted: pairs in the labels; written: in the parses."""

    precision: float
    recall: float
    f1: float
    wanted: int
    written: int


@dataclass(frozen=True)
class Miss:
    """A message that was read otherwise than its label says."""

    message: str
    wanted: tuple[str, Mapping[str, Any]]
    got: tuple[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Report:
    """frames: share of messages whose intent and slots are all right. macro_f1: mean F1 over the intents of the labels.

    refs: share of the messages with a labelled `ref` whose whole reference is read as labelled; None where none is labelled; ref_messages:
    how many those are. confusion: for each labelled intent, how often it was read as which. reliability: of confidence, over whole frames.
    """

    messages: int
    intent_accuracy: float
    intent_macro_f1: float
    slots: F1
    price_slots: F1
    frames: float
    refs: float | None
    ref_messages: int
    by_slot: Mapping[str, F1]
    confusion: Mapping[str, Mapping[str, int]]
    reliability: Reliability
    misses: tuple[Miss, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """All figures as plain values, without the misses."""
        figures = asdict(self)
        del figures["misses"]
        return figures


def with_measures(card: str, reports: Mapping[str, Report], command: str, day: date) -> str:
    """The model card with its part "Measured" written anew: a line a file, the command that gives the figures again, the date."""
    lines = [
        f"| {name} | {r.messages} | {r.intent_accuracy:.3f} | {r.intent_macro_f1:.3f} | {r.slots.f1:.3f} | {_said(r.price_slots)}"
        f" | {r.frames:.3f} |"
        for name, r in reports.items()
    ]
    head = "| file | messages | intent accuracy | intent macro-F1 | slot micro-F1 | price slots F1 | whole frames |"
    rule = "| --- | --- | --- | --- | --- | --- | --- |"
    table = "\n".join([head, rule, *lines])
    kept = card.partition("\n## Measured\n")[0].rstrip("\n")
    return f"{kept}\n\n## Measured\nOn {day:%Y-%m-%d} with `{command}`; values count when they are exact.\n\n{table}\n"


def _said(figures: F1) -> str:
    return f"{figures.f1:.3f}" if figures.wanted else "none labelled"


def read_all(parser: Parser, examples: Iterable[Example]) -> Iterator[Parse]:
    """The parse of each example, after the exchange that its label knows."""
    for example in examples:
        yield parser.parse(example.message, DialogueState(last=example.last))


def score(examples: Sequence[Example], parses: Sequence[Parse]) -> Report:
    """The figures of these parses against their labels, in the same order; ValueError for unequal lengths or none."""
    if not examples:
        raise ValueError("there is nothing to score")
    both = [(_pairs(e.slots), _pairs(p.slots)) for e, p in zip(examples, parses, strict=True)]
    right = [e.intent == p.intent for e, p in zip(examples, parses, strict=True)]
    whole = [is_right(e, p) for e, p in zip(examples, parses, strict=True)]
    refs = [_refs(e.slots) == _refs(p.slots) for e, p in zip(examples, parses, strict=True) if e.slots.ref]
    names = sorted({name for wanted, got in both for name, _ in (*wanted, *got)})
    return Report(
        messages=len(examples),
        intent_accuracy=_mean(right),
        intent_macro_f1=macro_f1([e.intent for e in examples], [p.intent for p in parses]),
        slots=micro_f1(both),
        price_slots=micro_f1(both, PRICE_SLOTS),
        frames=_mean(whole),
        refs=_mean(refs) if refs else None,
        ref_messages=len(refs),
        by_slot={name: micro_f1(both, {name}) for name in names},
        confusion=confusion([e.intent for e in examples], [p.intent for p in parses]),
        reliability=reliability([p.confidence for p in parses], whole),
        misses=tuple(_miss(e, p) for e, p, ok in zip(examples, parses, whole, strict=True) if not ok),
    )


def is_right(example: Example, parse: Parse) -> bool:
    """Whether intent and all slots are read as labelled."""
    return example.intent == parse.intent and _pairs(example.slots) == _pairs(parse.slots)


def confusion(wanted: Sequence[str], got: Sequence[str]) -> dict[str, dict[str, int]]:
    """For each wanted intent, in the order of the alphabet, how often it was read as which, the most often first."""
    counts = {
        intent: Counter(g for w, g in zip(wanted, got, strict=True) if w == intent) for intent in sorted({*wanted})
    }
    return {intent: dict(read.most_common()) for intent, read in counts.items()}


def micro_f1(frames: Iterable[tuple[frozenset[Pair], frozenset[Pair]]], only: Iterable[str] | None = None) -> F1:
    """F1 = 2PR / (P + R) over all pairs of all (wanted, written) frames; 1 where nothing is wanted and nothing written."""
    chosen = None if only is None else frozenset(only)
    wanted = written = hit = 0
    for labels, parsed in frames:
        labels, parsed = (frozenset(p for p in side if chosen is None or p[0] in chosen) for side in (labels, parsed))
        wanted, written, hit = wanted + len(labels), written + len(parsed), hit + len(labels & parsed)
    precision = hit / written if written else float(not wanted)
    recall = hit / wanted if wanted else float(not written)
    return F1(precision, recall, _harmonic(precision, recall), wanted, written)


def macro_f1(wanted: Sequence[str], got: Sequence[str]) -> float:
    """Mean over the labels' intents of F1 = 2 hits / (times wanted + times given)."""
    hits = Counter(w for w, g in zip(wanted, got, strict=True) if w == g)
    labelled, given = Counter(wanted), Counter(got)
    return _mean([2 * hits[intent] / (labelled[intent] + given[intent]) for intent in labelled])


def _pairs(slots: Slots) -> frozenset[Pair]:
    return pairs_of(slots.to_json())


def _refs(slots: Slots) -> frozenset[int | str]:
    return frozenset(slots.ref)


def pairs_of(said: Mapping[str, Any]) -> frozenset[Pair]:
    """A pair a value. White space and case do not matter in words; numbers are compared as numbers; a list's order does not count."""
    return frozenset(
        (name, _plain(value)) for name, one in said.items() for value in (one if isinstance(one, list) else [one])
    )


def _plain(value: object) -> str:
    return f"{value:g}" if isinstance(value, int | float) else " ".join(str(value).lower().split())


def _miss(example: Example, parse: Parse) -> Miss:
    return Miss(example.message, (example.intent, example.slots.to_json()), (parse.intent, parse.slots.to_json()))


def _harmonic(precision: float, recall: float) -> float:
    return 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
