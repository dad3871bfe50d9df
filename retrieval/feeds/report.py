"""How good a feed is, in numbers and examples: what is missing, what looks wrong, what repeats, what was not kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any, Protocol

from pydantic import TypeAdapter

from ..feed import FeedReading, FeedSummary, Rejects
from ..product import Product
from .checks import CHECKS, Check, Group, Weight
from .checks_across import KEPT, Seen, across
from .losses import KINDS, Loss, shortened

SCHEMA_VERSION = 1
_WEIGHTS = ("costly", "noticeable", "minor")


@dataclass(frozen=True)
class Example:
    """A product with the fault. seen: what was found in it, empty when there is nothing to see."""

    id: str
    title: str
    seen: str


@dataclass(frozen=True)
class Finding:
    """One fault. count: how many products have it; share: of those used, 0..1. cost: what it costs in search, in plain words."""

    name: str
    group: Group
    weight: Weight
    title: str
    count: int
    share: float
    cost: str
    fix: str
    examples: tuple[Example, ...]


@dataclass(frozen=True)
class NotKept:
    """What of one column no product keeps: how many values in how many rows, with an example, and what that means."""

    kind: str
    meaning: str
    column: str
    rows: int
    values: int
    example: str


@dataclass(frozen=True)
class FeedReport:
    """How good a feed is. findings: the costliest first, those with no product left out. A thing missing everywhere has no examples."""

    schema_version: int
    feeds: tuple[str, ...]
    formats: tuple[str, ...]
    encodings: tuple[str, ...]
    rows_read: int
    rows_used: int
    rows_rejected: int
    findings: tuple[Finding, ...]
    not_kept: tuple[NotKept, ...]
    rejects: tuple[Rejects, ...]
    attribute_columns: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        found: dict[str, Any] = _REPORT.dump_python(self, mode="json")
        return found


_REPORT = TypeAdapter(FeedReport)


def schema() -> dict[str, Any]:
    """The JSON schema of `FeedReport.to_json`."""
    return _REPORT.json_schema(mode="serialization")


class _Found(Protocol):
    """What a check brought together: as Finding has it."""

    name: str
    group: Group
    weight: Weight
    title: str
    cost: str
    fix: str

    @property
    def count(self) -> int: ...

    def examples(self) -> Iterator[Seen]: ...


class FeedQuality:
    """Looks at products as they go by."""

    def __init__(self) -> None:
        self._counts = dict.fromkeys((check.name for check in CHECKS), 0)
        self._examples: dict[str, list[Example]] = {check.name: [] for check in CHECKS}
        self._across = across()
        self._ids: set[str] = set()
        self._again: list[Example] = []

    def watch(self, products: Iterable[Product]) -> Iterator[Product]:
        """The products, each looked at before it is handed on."""
        for product in products:
            self.see(product)
            yield product

    def see(self, product: Product) -> None:
        if product.id in self._ids and len(self._again) < KEPT:
            self._again.append(Example(product.id, product.title, "came again; the last counts"))
        self._ids.add(product.id)
        for check in CHECKS:
            seen = check.find(product)
            if seen is not None:
                self._counts[check.name] += 1
                if len(self._examples[check.name]) < KEPT:
                    self._examples[check.name].append(Example(product.id, product.title, shortened(seen)))
        for each in self._across:
            each.see(product)

    def report(self, feeds: Iterable[str], summary: FeedSummary) -> FeedReport:
        """What was found, with what the reading of these feeds says of itself."""
        found = [self._finding(check, summary.used) for check in CHECKS]
        found += [_finding_across(each, summary.used) for each in self._across]
        found += [self._same_id(summary), _list_below_price(summary), _markup(summary)]
        found.sort(key=lambda each: (_WEIGHTS.index(each.weight), -each.count))
        return FeedReport(
            schema_version=SCHEMA_VERSION,
            feeds=tuple(feeds),
            formats=tuple(dict.fromkeys(form for _, form in summary.formats)),
            encodings=tuple(f"{name}: {encoding}" for name, encoding in summary.encodings),
            rows_read=summary.read,
            rows_used=summary.used,
            rows_rejected=summary.rejected,
            findings=tuple(each for each in found if each.count),
            not_kept=tuple(_not_kept(loss) for loss in summary.losses if loss.kind not in ("prices", "markup")),
            rejects=summary.rejects,
            attribute_columns=summary.attribute_columns,
        )

    def _finding(self, check: Check, used: int) -> Finding:
        count, examples = self._counts[check.name], tuple(self._examples[check.name])
        if check.group == "missing" and count == used:
            examples = ()  # any product is one
        return Finding(
            check.name,
            check.group,
            check.weight,
            check.title,
            count,
            _share(count, used),
            check.cost,
            check.fix,
            examples,
        )

    def _same_id(self, summary: FeedSummary) -> Finding:
        cost = "Only the last of them is in the shop; the others cannot be found."
        fix = "Give each variant an id of its own."
        again, share = summary.duplicates, _share(summary.duplicates, summary.used)
        return Finding(
            "same-id", "duplicate", "costly", "Id that came before", again, share, cost, fix, tuple(self._again)
        )


def quality_of(reading: FeedReading, feeds: Iterable[str]) -> FeedReport:
    """The report on feeds, which are read to their end."""
    quality = FeedQuality()
    for product in reading:
        quality.see(product)
    return quality.report(feeds, reading.summary)


def _finding_across(each: _Found, used: int) -> Finding:
    examples = tuple(Example(one, title, seen) for one, title, seen in islice(each.examples(), KEPT))
    share = _share(each.count, used)
    return Finding(each.name, each.group, each.weight, each.title, each.count, share, each.cost, each.fix, examples)


def _list_below_price(summary: FeedSummary) -> Finding:
    """Sale prices above the list price, which the products no longer show."""
    cost = "The price before the discount is not shown, and the price now may be the wrong one of the two."
    fix = "Check which of the two prices is asked now."
    return _of_losses(summary, "prices", "list-below-price", "costly", "Price now above the price before", cost, fix)


def _markup(summary: FeedSummary) -> Finding:
    """Markup in texts that should be plain, of which the products have the words only."""
    cost = "Shown as plain text, as far as it is understood; what it meant to stress or to list is gone."
    fix = "Export plain text, and HTML in the description only."
    return _of_losses(summary, "markup", "markup", "minor", "Markup in a text", cost, fix)


def _of_losses(summary: FeedSummary, kind: str, name: str, weight: Weight, title: str, cost: str, fix: str) -> Finding:
    """A fault that was seen while the rows were read. count: of the column that has it most, since rows may have it in several."""
    lost = [loss for loss in summary.losses if loss.kind == kind]
    count = max((loss.rows for loss in lost), default=0)
    examples = tuple(Example("", "", f"{loss.column}: {loss.example}") for loss in lost[:KEPT])
    return Finding(name, "suspicious", weight, title, count, _share(count, summary.used), cost, fix, examples)


def _not_kept(loss: Loss) -> NotKept:
    return NotKept(loss.kind, KINDS[loss.kind], loss.column, loss.rows, loss.values, loss.example)


def _share(count: int, used: int) -> float:
    return round(count / used, 4) if used else 0.0
