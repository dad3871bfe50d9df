"""Counts to be passed on, as CSV: no conversation, no message, no small group, and noise where the shop wants it. docs/privacy.md."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import astuple
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Literal

from fastapi import APIRouter, Path
from fastapi.responses import Response

from assistant.privacy.published import COLUMNS, published, told, told_words
from assistant.privacy.published_demand import forecasts, sales
from retrieval.catalog import Catalog
from retrieval.errors import NotFound

from ..desk import AtDesk, Desk
from . import door
from .catalogue import forecast_of
from .figures import NOTHING, STEPS, missed, need_of, steps_of
from .sheets import Cell, sheet
from .window import Days, Window

Name = Literal["needs", "questions", "days", "steps", "products", "sales", "forecasts"]
Row = tuple[Cell, ...]

router = APIRouter(prefix=door.HOME, route_class=door.Guarded, include_in_schema=False)


@router.get("/passed-on/{name}.csv")
def passed_on(desk: AtDesk, name: Annotated[Name, Path()], days: Days = 30) -> Response:
    """One of the tables, over all conversations of the days; `questions` over all that are kept, `forecasts` as it was made last."""
    window = Window(desk.assistant.places.sessions, days, None)
    least, epsilon = desk.shop.report_least, desk.shop.report_epsilon
    if name == "needs":
        return sheet(name, ("need", "conversations"), told_words(_needs(window), least=least, epsilon=epsilon))
    if name == "questions":
        unanswered = desk.assistant.places.unanswered
        asked = unanswered.said() if unanswered else ()
        return sheet(name, ("question", "conversations"), told_words(asked, least=least, epsilon=epsilon))
    if name == "days":
        counts = dict.fromkeys(_days(window), 0)
        counts |= Counter(one.used.astimezone(UTC).date() for one in window.listed())
        return sheet(name, ("day", "conversations"), told(counts, least=least, epsilon=epsilon, each=1).items())
    if name == "steps":
        reached = _steps(desk, window)
        return sheet(
            name, ("step", "conversations"), told(reached, least=least, epsilon=epsilon, each=len(STEPS)).items()
        )
    head, rows = _of_products(desk, name, days)
    return sheet(name, head, rows)


def _needs(window: Window) -> Iterator[tuple[str, str]]:
    """What nothing of the kind was found for, in the words of the wishes that were read, never those of the message."""
    for listed, turns in window.talks():
        for turn in turns:
            need = need_of(turn.reply.get("constraints") or {})
            if need and missed(turn):
                yield need, listed.session_id


def _days(window: Window) -> list[date]:
    """Every day of the window, with conversations or without."""
    last = datetime.now(UTC).date()
    return [last - timedelta(back) for back in range(window.days, -1, -1)]


def _steps(desk: Desk, window: Window) -> dict[str, int]:
    events = desk.assistant.places.events
    done = events.done_in_sessions(("cart", "purchase"), window.since) if events else NOTHING
    reached = Counter(
        step for listed, turns in window.talks() for step in steps_of(turns, done.get(listed.session_id, ()))
    )
    return {step: reached[step] for step in STEPS}


def _of_products(desk: Desk, name: Name, days: int) -> tuple[Sequence[str], list[Row]]:
    """Head and rows of `products`, which is what `shop events report` tells, of `sales`, and of `forecasts`."""
    events, store = desk.assistant.places.events, desk.assistant.store_path
    if events is None or store is None:
        raise NotFound("No events or no store are kept here.", fix="serve a store with SHOP_SESSIONS_URL")
    least, epsilon, now = desk.shop.report_least, desk.shop.report_epsilon, datetime.now(UTC)
    with closing(Catalog(store / "catalog.db")) as catalog:
        if name == "products":
            found = published(events, catalog, now, days=days, least=least, epsilon=epsilon)
            return ("product", "title", *COLUMNS), list(map(astuple, found))
        titles = {one.id: one.title for one in catalog}
    if name == "sales":
        sold = sales(events, titles, now, weeks=days // 7, least=least, epsilon=epsilon)
        return ("product", "title", "week", "bought"), list(map(astuple, sold))
    made = forecast_of(store)
    wanted = forecasts(events, titles, made, least=least, epsilon=epsilon)
    return ("product", "title", "bought", "begins", "weeks", "wanted"), list(map(astuple, wanted))
