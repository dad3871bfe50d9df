"""Whether the assistant answers now: paused by the operator, everywhere or on one site, or through with the day's turns of a site.
Kept in a database, so that it outlasts a restart and holds for every process."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, time, timedelta

from sqlalchemy import Column, Date, DateTime, Integer, MetaData, String, Table, case, delete, or_, select

from assistant.database import open_database, turns_at, upsert
from retrieval.errors import BadInput, ShopError

from .sites import Site, Sites

EVERYWHERE = "*"  # no site's key: keys have no asterisk
LOOK_AGAIN_S = 300  # nobody knows when a pause ends
_TABLES = MetaData()
_PAUSES = Table(
    "pauses",
    _TABLES,
    Column("site", String(64), primary_key=True),
    Column("since", DateTime(timezone=True), nullable=False),
)
_TURNS = Table(
    "site_turns",
    _TABLES,
    Column("site", String(64), primary_key=True),
    Column("day", Date, nullable=False),
    Column("turns", Integer, nullable=False),
)


class Paused(ShopError):
    """The operator has paused the assistant; nothing of the message is read or kept."""

    status, slug, retryable = 503, "paused", True


class DayOver(ShopError):
    """The site has had its turns of the day; nothing of the message is read or kept."""

    status, slug = 429, "day-over"


class Opening:
    """Lets messages in, or says why not. contact: where shoppers can turn meanwhile; url: the database, in memory without."""

    def __init__(
        self,
        sites: Sites,
        url: str | None = None,
        *,
        contact: str = "",
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._sites, self._contact, self._now = sites, contact, now
        self._engine = open_database(url)
        self._guard = turns_at(url)
        _TABLES.create_all(self._engine)

    def admit(self, site: str | None) -> None:
        """Count a message that is taken, or raise Paused or DayOver. site: a key; None for the server's own page and programs."""
        if {EVERYWHERE, site} & self.paused().keys():
            where = f" Meanwhile the shop can be reached here: {self._contact}." if self._contact else ""
            raise Paused(
                f"The assistant is paused.{where}", fix="send the message again later", retry_after_s=LOOK_AGAIN_S
            )
        known = self._sites.get(site)
        if known is not None and known.turns_a_day is not None and not self._counted(known, known.turns_a_day):
            raise self._day_over(known)

    def turns_today(self) -> Mapping[str, int]:
        """How many messages were taken of each site that has a limit, by key."""
        with self._guard, self._engine.connect() as db:
            rows = db.execute(select(_TURNS).where(_TURNS.c.day == self._now().date())).all()
        return {row.site: row.turns for row in rows}

    def paused(self) -> Mapping[str, datetime]:
        """The keys of the sites that are paused, EVERYWHERE among them where all are, and since when."""
        with self._guard, self._engine.connect() as db:
            rows = db.execute(select(_PAUSES.c.site, _PAUSES.c.since)).all()
        return {site: since.replace(tzinfo=since.tzinfo or UTC) for site, since in rows}

    def pause(self, site: str = EVERYWHERE) -> None:
        """Take no more messages of the site; BadInput when there is no such one. One that is paused stays so since when it was."""
        if site != EVERYWHERE and self._sites.get(site) is None:
            raise BadInput(f"No site has the key {site!r}.", fix="choose one of the list")
        adding = upsert(self._engine, _PAUSES).values(site=site, since=self._now())
        with self._guard, self._engine.begin() as db:
            db.execute(adding.on_conflict_do_nothing())

    def resume(self, site: str = EVERYWHERE) -> None:
        """Take messages again. A site that is paused itself stays so when the pause of all ends."""
        with self._guard, self._engine.begin() as db:
            db.execute(delete(_PAUSES).where(_PAUSES.c.site == site))

    def close(self) -> None:
        self._engine.dispose()

    def _counted(self, site: Site, most: int) -> bool:
        """Whether one more turn of today fits: one statement, so that two at once do not both take the last."""
        today = self._now().date()
        adding = upsert(self._engine, _TURNS).values(site=site.key, day=today, turns=1)
        counted = adding.on_conflict_do_update(
            index_elements=["site"],
            set_={"day": today, "turns": case((_TURNS.c.day == today, _TURNS.c.turns + 1), else_=1)},
            where=or_(_TURNS.c.day != today, _TURNS.c.turns < most),
        )
        with self._guard, self._engine.begin() as db:
            return db.execute(counted.returning(_TURNS.c.turns)).first() is not None

    def _day_over(self, site: Site) -> DayOver:
        now = self._now()
        midnight = datetime.combine(now.date() + timedelta(1), time(), UTC)
        return DayOver(
            f"The assistant has answered the {site.turns_a_day:,} messages that it answers on this site in a day.",
            fix="send it again after midnight UTC",
            retry_after_s=max(1, math.ceil((midnight - now).total_seconds())),
        )
