"""The operator's page of suggestions for the catalogue: what is proposed, what it comes from, and buttons to accept or take back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fastapi import APIRouter
from fastapi.responses import RedirectResponse, Response

from assistant.events.demand import Kept
from assistant.events.demand import kept as forecast
from retrieval.catalog_help.corrections import accept, corrections, take_back
from retrieval.catalog_help.suggestion import Suggestion, kept
from retrieval.errors import BadInput, NotFound

from ..desk import AtDesk, Desk
from . import door
from .pages import render
from .sheets import sheet

TOP = 200  # rows
PAGE = f"{door.HOME}/catalogue"

router = APIRouter(prefix=door.HOME, route_class=door.Guarded, include_in_schema=False)


@router.get("/catalogue")
def catalogue(desk: AtDesk) -> Response:
    """What runs out by the latest forecast; the latest suggestions, those of one kind together, and what was accepted."""
    path = desk.assistant.store_path
    found = _suggestions(path) if path else []
    accepted = {one.key for one in corrections(path)} if path else set[str]()
    demand = forecast(path) if path else None
    of_page: dict[str, Any] = {"found": found[:TOP], "count": len(found), "accepted": accepted}
    return render("catalogue.html", here="catalogue", demand=demand, top=TOP, **of_page)


@router.get("/catalogue/demand.csv")
def demand(desk: AtDesk) -> Response:
    """Every product of the latest forecast, what runs out first."""
    found = forecast_of(_store(desk))
    head = ("product", "title", "sold", "wanted", "at_most", "stock", "weeks_left", "runs_out")
    rows = (
        (
            one.product_id, one.title, one.sold, round(sum(one.weeks), 2), one.high, one.stock,
            _rounded(one.weeks_left, 1), _rounded(one.runs_out, 3),
        )
        for one in found.outlook.forecasts
    )  # fmt: skip
    return sheet("demand", head, rows)


def forecast_of(store: Path) -> Kept:
    """The latest; NotFound where none was made."""
    found = forecast(store)
    if found is None:
        raise NotFound("No forecast was made yet.", fix="run `shop forecast demand --store DIR`")
    return found


def _rounded(value: float | None, places: int) -> float | None:
    return None if value is None else round(value, places)


@router.post("/catalogue/accept")
def accepts(desk: AtDesk, form: door.Form) -> Response:
    """Keep one as a correction, which the next indexing fills in."""
    store = _store(desk)
    one = next((one for one in _suggestions(store) if one.key == form.get("key")), None)
    if one is None:
        raise NotFound("There is no such suggestion.", fix="look at the list; it may have been made anew")
    accept([one], store)
    return RedirectResponse(PAGE, status_code=303)


@router.post("/catalogue/take-back")
def takes_back(desk: AtDesk, form: door.Form) -> Response:
    """Drop a correction; the next indexing has the product as the feed has it."""
    take_back([form.get("key", "")], _store(desk))
    return RedirectResponse(PAGE, status_code=303)


def _store(desk: Desk) -> Path:
    path = desk.assistant.store_path
    if path is None:
        raise NotFound("This server has no store.", fix="start it with `shop serve --store DIR`")
    return path


def _suggestions(store: Path) -> list[Suggestion]:
    """None where none were made yet."""
    try:
        return kept(store)
    except BadInput:
        return []
