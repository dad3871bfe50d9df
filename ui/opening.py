"""Whether the assistant answers now: paused by the operator, everywhere or on one site. Kept in a database, so that it outlasts a
restart and holds for every process."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from sqlalchemy import Column, DateTime, MetaData, String, Table, delete, select

from assistant.database import open_database, upsert
from retrieval.errors import BadInput, ShopError

from .sites import Sites

EVERYWHERE = "*"  # no site's key: keys have no asterisk
LOOK_AGAIN_S = 300  # nobody knows when a pause ends
_TABLES = MetaData()
_PAUSES = Table(
    "pauses",
    _TABLES,
    Column("site", String(64), primary_key=True),
    Column("since", DateTime(timezone=True), nullable=False),
)


class Paused(ShopError):
    """The operator has paused the assistant; nothing of the message is read or kept."""

    status, slug, retryable = 503, "paused", True


class Opening:
    """Lets messages in, or says why not. contact: where shoppers can turn meanwhile; url: the database, in memory without."""

    def __init__(self, sites: Sites, url: str | None = None, *, contact: str = "") -> None:
        self._sites, self._contact = sites, contact
        self._engine = open_database(url)
        _TABLES.create_all(self._engine)

    def admit(self, site: str | None) -> None:
        """Paused where no message is taken now. site: a key; None for the server's own page and programs."""
        if {EVERYWHERE, site} & self.paused().keys():
            where = f" Meanwhile the shop can be reached here: {self._contact}." if self._contact else ""
            raise Paused(
                f"The assistant is paused.{where}", fix="send the message again later", retry_after_s=LOOK_AGAIN_S
            )

    def paused(self) -> Mapping[str, datetime]:
        """The keys of the sites that are paused, EVERYWHERE among them where all are, and since when."""
        with self._engine.connect() as db:
            rows = db.execute(select(_PAUSES.c.site, _PAUSES.c.since)).all()
        return {site: since.replace(tzinfo=since.tzinfo or UTC) for site, since in rows}

    def pause(self, site: str = EVERYWHERE) -> None:
        """Take no more messages of the site; BadInput when there is no such one. One that is paused stays so since when it was."""
        if site != EVERYWHERE and self._sites.get(site) is None:
            raise BadInput(f"No site has the key {site!r}.", fix="choose one of the list")
        adding = upsert(self._engine, _PAUSES).values(site=site, since=datetime.now(UTC))
        with self._engine.begin() as db:
            db.execute(adding.on_conflict_do_nothing())

    def resume(self, site: str = EVERYWHERE) -> None:
        """Take messages again. A site that is paused itself stays so when the pause of all ends."""
        with self._engine.begin() as db:
            db.execute(delete(_PAUSES).where(_PAUSES.c.site == site))

    def close(self) -> None:
        self._engine.dispose()
