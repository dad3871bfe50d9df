"""What a shopper did and what is known of them, and what to suggest."""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Body, Query
from fastapi.responses import JSONResponse, Response
from pydantic import Discriminator, Field, Tag

from assistant.contract import card_json
from assistant.events.form import EventForm, Region
from retrieval.errors import BadInput, NotFound

from .. import examples, public_pages, shapes
from ..desk import AtDesk
from ..identity import checked
from ..visitor import TOKEN, Browser, SiteKey, Visitor, hashed
from .answers import FAULTS, QUERY_LIMIT, SEND_TOKEN, answer

EVENTS_AT_ONCE = 200
# Told apart by what is sent, so that an error is of the one that was meant.
Given = Annotated[
    Annotated[EventForm, Tag("event")]
    | Annotated[list[EventForm], Field(min_length=1, max_length=EVENTS_AT_ONCE), Tag("events")],
    Discriminator(lambda given: "events" if isinstance(given, list) else "event"),
]
router = APIRouter(tags=["shopper"], dependencies=[checked])


@router.post("/v1/events", response_model=None, responses=answer(shapes.EventsBody, examples.TAKEN))
def events(
    given: Annotated[Given, Body()],
    desk: AtDesk,
    visitor: Visitor,
    agreed: Browser,
) -> Response:
    """Keep what the visitor did: one event or a list, in any order, late ones too; with an `id` it may be sent again.

    Send `X-Visitor` only for shoppers who agreed: without it nothing is kept that leads to a person, no words and no session, though
    a token says who it is.
    """
    forms = given if isinstance(given, list) else [given]
    return JSONResponse(asdict(desk.assistant.record(forms, visitor=visitor if agreed else None)))


@router.delete("/v1/events", status_code=204, responses=FAULTS)
def forget_events(
    desk: AtDesk,
    visitor: Visitor,
    product_id: Annotated[
        str | None, Query(min_length=1, max_length=256, description="only those of this product")
    ] = None,
    query: Annotated[
        str | None, Query(min_length=1, max_length=QUERY_LIMIT, description="only those of this search or question")
    ] = None,
) -> None:
    """Erase all events of the visitor of the call (`Authorization`, else `X-Visitor`), or those of one fact of `/v1/profile`."""
    if product_id is not None and query is not None:
        raise BadInput("One fact is of a product or of words.", fix="send `product_id` or `query`")
    desk.assistant.forget_events(_known(visitor), product_id=product_id, query=query)


@router.get("/v1/profile", response_model=None, responses=answer(shapes.ProfileBody, examples.PROFILE))
def profile(desk: AtDesk, visitor: Visitor) -> Response:
    """What is known of the visitor (`Authorization`, else `X-Visitor`): what was done with which product, looked for and asked, and in
    which regions the shop said that the visitor was."""
    whose = _known(visitor)
    facts = [{**asdict(one), "at": one.at.isoformat(timespec="seconds")} for one in desk.assistant.known(whose)]
    body = {"facts": facts, "regions": desk.assistant.regions(whose)}
    return JSONResponse(body, headers={"Cache-Control": "no-store"})


def _known(visitor: str | None) -> str:
    """The visitor; BadInput where none is sent."""
    if visitor is None:
        raise BadInput("No X-Visitor came with the call.", fix=SEND_TOKEN)
    return visitor


@router.get("/v1/privacy", response_model=None, responses=answer(shapes.PrivacyBody, examples.PRIVACY))
def privacy(desk: AtDesk, site: SiteKey) -> Response:
    """For how many days something is kept of the site's shoppers, and who else receives something: what `/privacy` says in words."""
    return JSONResponse(public_pages.privacy_of(desk, site).model_dump())


@router.get(
    "/v1/recommend",
    response_model=None,
    responses=answer(shapes.RecommendBody, examples.RECOMMENDED),
)
def recommend(
    desk: AtDesk,
    own: Visitor,
    browser: Browser,
    visitor: Annotated[str | None, Query(max_length=64, description="the visitor's token, as in X-Visitor")] = None,
    limit: Annotated[int, Query(ge=1, le=50)] = 10,
    learn: Annotated[
        bool, Query(description="the visitor agreed to events and is shown this list, which is kept as such")
    ] = False,
    region: Annotated[Region | None, Query(description="without it the visitor is where his latest event says")] = None,
) -> Response:
    """What to suggest now, each with its reasons. A visitor may only ask for himself; of whom nothing is known gets the general list."""
    asked = hashed(visitor) if visitor and re.fullmatch(TOKEN, visitor) else None  # what can be guessed proves nothing
    if visitor and browser and asked != browser:
        raise NotFound(
            "The visitor asked about is not the one of X-Visitor.", fix="send the same token, or leave one out"
        )
    cards = desk.assistant.recommend(own or asked, limit=limit, learn=learn, region=region)
    headers = {"Cache-Control": "no-store"} if learn else {}
    found = [{**card_json(card), "propensity": card.propensity} for card in cards]
    return JSONResponse({"products": found}, headers=headers)
