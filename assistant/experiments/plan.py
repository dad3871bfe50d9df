"""The experiments that a shop's file names: what is tried, on whom, for how long, and what it is judged by. docs/experiments.md."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import combinations
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ..rules import read_toml

Goal = Literal["click", "cart", "purchase"]
Metric = Literal["latency", "errors", "no_results", "handoffs", "dislikes"]
ORDERS = frozenset({"interest", "diversity"})  # settings of the list of suggestions
SETTING = "SHOP_EXPERIMENTS"
Share = Annotated[float, Field(ge=0, le=1)]


class Section(BaseModel):
    """A table of the file."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    @model_validator(mode="before")
    @classmethod
    def _known_keys(cls, given: Any) -> Any:
        unknown = sorted(set(given) - set(cls.model_fields)) if isinstance(given, dict) else []
        if unknown:
            raise ValueError(f"{unknown[0]!r} is no key here; these are: {', '.join(cls.model_fields)}")
        return given


class Arm(Section):
    """One way of doing it. What it sets takes the place of the shop's setting of that name; weight: its part of the visitors.

    interest: folder of a model, "" for none. reranker: folder.
    """

    name: Annotated[str, Field(pattern=r"^\w[\w .-]{0,39}$")]
    weight: Annotated[float, Field(gt=0)] = 1.0
    interest: str | None = None
    diversity: Share | None = None
    reranker: Annotated[str | None, Field(min_length=1)] = None
    products_shown: Annotated[int | None, Field(ge=1, le=20)] = None
    confirm_below: Share | None = None
    show_reading_below: Share | None = None

    @property
    def sets(self) -> dict[str, Any]:
        """What it sets, by name."""
        return self.model_dump(exclude={"name", "weight"}, exclude_none=True)


class Guard(Section):
    """What must not get worse than in the control by more than `worse_by`: milliseconds of latency, a share of turns or visitors else."""

    metric: Metric
    worse_by: Annotated[float, Field(ge=0)]

    @model_validator(mode="after")
    def _in_its_unit(self) -> Self:
        if self.metric != "latency" and self.worse_by >= 1:
            raise ValueError(f"worse_by of {self.metric} is a share below 1, such as 0.02 for two in a hundred")
        return self


class Experiment(Section):
    """One experiment. arm: the first is the control, the shop as it is. visitors: how many are expected; intervals are narrowest there."""

    name: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,59}$")]
    about: str = ""
    unit: Literal["visitor"] = "visitor"
    share: Annotated[float, Field(gt=0, le=1)] = 1.0
    salt: Annotated[str | None, Field(min_length=1)] = None
    start: date
    stop: date
    goal: Goal
    within_hours: Annotated[float, Field(gt=0, le=24 * 90)] = 24.0
    visitors: Annotated[int, Field(ge=100)] = 2_000
    interleave: bool = False
    stop_when_broken: bool = False
    arm: Annotated[tuple[Arm, ...], Field(min_length=2)]
    guard: tuple[Guard, ...] = ()

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if self.stop <= self.start:
            raise ValueError(f"it stops on {self.stop}, which is not after its start on {self.start}")
        _once("arm", [arm.name for arm in self.arm])
        _once("guard", [guard.metric for guard in self.guard])
        control, *others = self.arm
        if control.sets:
            raise ValueError(f"the first arm is the control, the shop as it is: {control.name!r} may set nothing")
        if idle := [arm.name for arm in others if not arm.sets]:
            raise ValueError(f"the arm {idle[0]!r} sets nothing; name a setting: {', '.join(_SETTABLE)}")
        if self.stop_when_broken and not self.guard:
            raise ValueError("stop_when_broken needs a guard")
        if self.interleave:
            self._can_interleave()
        return self

    def _can_interleave(self) -> None:
        if len(self.arm) != 2 or not self.touches <= ORDERS:
            raise ValueError(
                f"interleave mixes two orders of suggestions: two arms; the second sets {' or '.join(sorted(ORDERS))}"
            )
        if any(arm.weight != 1 for arm in self.arm):
            raise ValueError("interleave gives both arms the same chance, so they have no weight")
        if self.guard:
            raise ValueError("a guard compares visitors of different arms, and with interleave every visitor sees both")

    @property
    def control(self) -> Arm:
        return self.arm[0]

    @property
    def touches(self) -> frozenset[str]:
        """Names of the settings that any of its arms sets."""
        return frozenset(name for arm in self.arm for name in arm.sets)

    @property
    def within(self) -> timedelta:
        """For how long after a visitor's first exposure what he does counts."""
        return timedelta(hours=self.within_hours)

    def runs(self, now: datetime) -> bool:
        """Whether it runs: from the day of its start on, in UTC, and no more on the day of its stop."""
        return self.start <= now.astimezone(UTC).date() < self.stop


class Plan(Section):
    """All experiments of the file. Those that run at the same time are assigned independently and may not set the same thing."""

    experiment: tuple[Experiment, ...] = ()

    @model_validator(mode="after")
    def _apart(self) -> Self:
        _once("experiment", [one.name for one in self.experiment])
        _once("salt", [one.salt or one.name for one in self.experiment])
        for one, other in combinations(self.experiment, 2):
            both = sorted(one.touches & other.touches)
            if both and one.start < other.stop and other.start < one.stop:
                raise ValueError(f"{one.name!r} and {other.name!r} run at the same time and both set {both[0]}")
        return self

    def ahead(self, now: datetime) -> Plan:
        """Those that run or will run."""
        return Plan(experiment=tuple(one for one in self.experiment if now.astimezone(UTC).date() < one.stop))

    def get(self, name: str) -> Experiment | None:
        return next((one for one in self.experiment if one.name == name), None)


def read_plan(path: Path) -> Plan:
    """BadInput names the file, the first wrong key, and what is expected there."""
    return read_toml(Plan, path, SETTING)


def _once(what: str, names: list[str]) -> None:
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"the {what} {twice[0]!r} is there more than once")


_SETTABLE = [name for name in Arm.model_fields if name not in ("name", "weight")]
