"""What conversations amount to: how far shoppers get, what they do not find, how long they wait. Pure functions of what was said."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from assistant.contract import found_nothing
from assistant.sessions import Listed, Told

STAGES = ("parse", "retrieve", "rerank", "write", "total")
NOTHING: Mapping[str, Collection[str]] = {}
WEIGHING = {"ask_product", "compare", "similar"}
Talk = tuple[Listed, Sequence[Told]]


@dataclass(frozen=True)
class Miss:
    """A need for which nothing of the kind was found. times: turns; session, message, last: the latest of them."""

    need: str
    times: int
    session: str
    message: str
    last: datetime


@dataclass(frozen=True)
class Day:
    """A day's conversations by their last turn. p50, p95: milliseconds by stage, None where no turn ran it."""

    day: date
    conversations: int = 0
    turns: int = 0
    p50: Mapping[str, float | None] = field(default_factory=dict)
    p95: Mapping[str, float | None] = field(default_factory=dict)


@dataclass(frozen=True)
class Figures:
    """steps: conversations that got so far, by name. given_up: wishes that nothing met, and how often, the most frequent first.

    days: every day from the first to the last, the oldest first, those without conversations too.
    """

    turns: int = 0
    failed: int = 0
    up: int = 0
    down: int = 0
    steps: tuple[tuple[str, int], ...] = ()
    misses: tuple[Miss, ...] = ()
    given_up: tuple[tuple[str, int], ...] = ()
    days: tuple[Day, ...] = ()


def figures(talks: Iterable[Talk], done: Mapping[str, Collection[str]] = NOTHING) -> Figures:
    """All of it in one pass, so that no more than one conversation at a time is held. done: types of events by conversation."""
    tally = _Tally(done)
    for listed, turns in talks:
        tally.add(listed, turns)
    return tally.figures()


def need_of(constraints: Mapping[str, Any]) -> str:
    """The need in a few words: "desk lamp, black, up to 40"; "" when nothing is wanted."""
    words = [constraints.get(name) for name in ("product", "brand", "category", "gender")]
    for name in ("color", "size", "material", "features"):
        words += constraints.get(name) or []
    words += [f"without {word}" for word in constraints.get("exclude") or []]
    low, high = constraints.get("price_min"), constraints.get("price_max")
    words += [f"from {low:g}"] if low is not None else []
    words += [f"up to {high:g}"] if high is not None else []
    return ", ".join(str(word) for word in words if word)


def percentile(values: Sequence[float], share: float) -> float | None:
    """The smallest value that at least so many do not exceed (nearest rank); None of none."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)] if values else None


def missed(turn: Told) -> bool:
    """Whether something was looked for and nothing of the kind was found, though all worked and nothing was asked back."""
    acts = {turn.reply.get("intent", ""), *turn.reply.get("acts", ())}
    return found_nothing(acts, failed=turn.failed, fault=turn.reply.get("fault"))


class _Tally:
    def __init__(self, done: Mapping[str, Collection[str]]) -> None:
        self._done = done
        self._counts: Counter[str] = Counter()
        self._steps: Counter[str] = Counter()
        self._misses: dict[str, Miss] = {}
        self._given_up: Counter[str] = Counter()
        self._days: Counter[date] = Counter()
        self._times: defaultdict[date, list[Mapping[str, float]]] = defaultdict(list)

    def add(self, listed: Listed, turns: Sequence[Told]) -> None:
        day = listed.used.astimezone(UTC).date()
        self._days[day] += 1
        self._steps.update(steps_of(turns, self._done.get(listed.session_id, ())))
        self._counts.update(up=listed.up, down=listed.down, turns=len(turns))
        for turn in turns:
            self._counts["failed"] += bool(turn.reply.get("fault"))
            self._times[day].append(turn.reply.get("latency_ms") or {})
            self._given_up.update(relaxed["text"] for relaxed in turn.reply.get("relaxed") or ())
            if missed(turn):
                self._miss(listed, turn)

    def figures(self) -> Figures:
        misses = sorted(self._misses.values(), key=lambda miss: (-miss.times, -miss.last.timestamp()))
        return Figures(
            turns=self._counts["turns"],
            failed=self._counts["failed"],
            up=self._counts["up"],
            down=self._counts["down"],
            steps=tuple((name, self._steps[name]) for name in STEPS),
            misses=tuple(misses),
            given_up=tuple(self._given_up.most_common()),
            days=tuple(map(self._day, _every_day(self._days))),
        )

    def _miss(self, listed: Listed, turn: Told) -> None:
        need = need_of(turn.reply.get("constraints") or {}) or turn.message
        before = self._misses.get(need.casefold())
        latest = Miss(need, 1, listed.session_id, turn.message, listed.used)
        if before is not None:
            later = latest if before.last <= listed.used else before
            latest = replace(later, times=before.times + 1)
        self._misses[need.casefold()] = latest

    def _day(self, day: date) -> Day:
        times = self._times[day]
        by_stage = {stage: [spent for one in times if (spent := one.get(stage, 0)) > 0] for stage in STAGES}
        p50, p95 = ({stage: percentile(spent, share) for stage, spent in by_stage.items()} for share in (0.5, 0.95))
        return Day(day, self._days[day], len(times), p50, p95)


STEPS = (
    "talked",
    "were shown products",
    "asked about or compared one",
    "put one into the cart",
    "went to the checkout",
)


def steps_of(turns: Sequence[Told], done: Collection[str]) -> set[str]:
    """How far one conversation got. A shopper may leave out a step. done: types of its events.

    The shop's own cart counts where it came to hold more than at the first message, or where its page tells of it by an event.
    """
    replies = [turn.reply for turn in turns]
    held = [reply.get("shop_cart_count") or 0 for reply in replies]
    acts = {act for reply in replies for act in (reply.get("intent"), *reply.get("acts", ()))}
    got = (
        True,
        any(reply.get("products") for reply in replies),
        bool(acts & WEIGHING),
        "cart" in done
        or any(count > held[0] for count in held)
        or any((reply.get("cart") or {}).get("items") for reply in replies),
        "purchase" in done or any(reply.get("checkout_url") or reply.get("checkout_reference") for reply in replies),
    )
    return {name for name, reached in zip(STEPS, got, strict=True) if reached}


def _every_day(days: Iterable[date]) -> list[date]:
    known = sorted(days)
    return [known[0] + timedelta(number) for number in range((known[-1] - known[0]).days + 1)] if known else []
