"""The HTTP API of docs/api.md: a request into a call, a Reply into JSON. /docs works without a CDN."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict
from decimal import Decimal
from functools import partial
from importlib.metadata import version
from typing import Annotated, Any

from anyio import to_thread
from fastapi import APIRouter, Body, FastAPI, Path, Query, Request
from fastapi.responses import JSONResponse, Response
from fastapi_offline import FastAPIOffline
from prometheus_client import CONTENT_TYPE_LATEST
from pydantic import BaseModel
from sse_starlette import EventSourceResponse
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from assistant import Assistant
from assistant.contract import card_json
from assistant.event_form import EventForm
from assistant.outbound.attachments import LIMIT, MOST
from assistant.sessions import StaffAnswer, Thumb
from assistant.settings import Settings
from retrieval.errors import BadInput, NotFound, ShopError

from . import examples, pictures, public_pages, shapes, widget_pages
from .desk import AtDesk, Desk
from .guard import BodyLimit, SafeHeaders
from .identity import SignedIn, checked
from .lane import Lane
from .limits import LimitDoor, Limits
from .metrics import Metrics
from .opening import Opening
from .operator import catalogue as operator_catalogue
from .operator import routes as operator_pages
from .operator import status as operator_status
from .problem import MEDIA_TYPE, Boundary, add_problem_handlers
from .proof import ProofDoor, Proofs
from .request_log import RequestLog
from .settings import ServerSettings
from .site_door import SiteDoor
from .sites import Sites
from .sse import frames
from .turns import Asking, Turns
from .visitor import TOKEN, Caller, SiteKey, Visitor, hashed

BODY_LIMIT = 64 * 1024  # bytes; a message of 2,000 characters takes at most 24,000 as escaped JSON
QUERY_LIMIT = 500  # characters of a search without dialogue
EVENTS_AT_ONCE = 200
_SEND_TOKEN = "send the visitor's token in X-Visitor"
Answers = dict[int | str, dict[str, Any]]
_FAULT = {
    "description": "A problem document",
    "content": {MEDIA_TYPE: {"schema": shapes.ProblemBody.model_json_schema(), "example": examples.PROBLEM}},
}
_FAULTS: Answers = {"4XX": _FAULT, "5XX": _FAULT}


def _answer(shape: type[BaseModel], example: examples.Example, more: dict[str, Any] | None = None) -> Answers:
    """What a call answers when all is well, and that all else is a problem."""
    content = {"application/json": {"example": example}, **(more or {})}
    return {200: {"model": shape, "content": content, "description": "Done"}, **_FAULTS}


SessionId = Annotated[str, Path(examples=[examples.REPLY["session_id"]])]
ProductId = Annotated[str, Path(examples=[examples.PRODUCT["id"]], description="may hold slashes")]
router = APIRouter(dependencies=[checked])
operation = APIRouter(tags=["operation"])


def create_app(
    assistant: Assistant,
    lane: Lane,
    sites: Sites | None = None,
    settings: ServerSettings | None = None,
    *,
    shop: Settings | None = None,
) -> FastAPI:
    """The API over an open assistant, for its own pages and those of the sites. shop: the settings that the assistant was opened with.

    It closes the lane when the server stops; the assistant stays the caller's.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        yield
        lane.close()
        opening.close()

    app = FastAPIOffline(
        title="Shop assistant",
        version=version("shopping-assistant"),
        description="Wishes in, products with reasons out. Errors are RFC 9457 problem documents.",
        docs_url="/docs",
        redoc_url=None,
        lifespan=lifespan,
        # Swagger UI would ask validator.swagger.io about every specification that is not on localhost.
        swagger_ui_parameters={"validatorUrl": None},
    )
    settings, sites, shop = settings or ServerSettings(), sites or Sites(), shop or Settings()
    opening = Opening(sites, shop.sessions_url, contact=assistant.contact)
    metrics = Metrics(lambda: lane.length, lambda: assistant.ahead, opening.paused)
    turns = Turns(assistant, lane, metrics, log_messages=settings.log_messages)
    desk = app.state.desk = Desk(assistant, lane, turns, Limits(settings), metrics, settings, sites, opening, shop)
    app.state.at_stop = []
    app.include_router(router)
    app.include_router(operation)
    app.include_router(widget_pages.router)
    app.include_router(pictures.router)
    app.include_router(public_pages.router)
    app.include_router(operator_status.router)  # before the pages, which end with "no such page"
    app.include_router(operator_catalogue.router)
    app.include_router(operator_pages.router)
    add_problem_handlers(app)
    app.add_middleware(BodyLimit, max_body_size=BODY_LIMIT, elsewhere=(r"/v1/sessions/[^/]+/attachments", LIMIT))
    app.add_middleware(Boundary)
    signing = settings.admin_token.get_secret_value() if settings.admin_token else None
    app.add_middleware(ProofDoor, proofs=Proofs(desk.limits, settings.challenge_from, signing))
    app.add_middleware(LimitDoor, limits=desk.limits)
    app.add_middleware(SiteDoor, sites=sites)  # around the limits: a page elsewhere may read how long to wait
    app.add_middleware(SafeHeaders, framers=sites.origins)
    app.add_middleware(RequestLog, metrics=metrics)
    if settings.trusted_proxies:
        app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=settings.trusted_proxies)
    return app


@router.post(
    "/v1/chat",
    tags=["dialogue"],
    response_model=None,
    responses=_answer(shapes.Reply, examples.REPLY, {"text/event-stream": {"example": examples.EVENTS}}),
)
async def chat(
    request: shapes.ChatRequest, desk: AtDesk, visitor: Visitor, caller: Caller, shopper: SignedIn, site: SiteKey
) -> Response:
    """One turn. With `stream` the answer is server-sent events: `queued` while others are served first, `parsed`, `products`,
    `token` (one or more), `done` with the whole reply, or `error` with a problem document."""
    session_id = request.session_id or desk.assistant.new_session()
    email = shopper.email if shopper else None
    if request.learn and visitor is None:
        raise BadInput("Nothing can be learnt of nobody: no X-Visitor came with the call.", fix=_SEND_TOKEN)
    asking = Asking(
        request.asked,
        session_id,
        visitor,
        email,
        turn=request.turn,
        caller=caller,
        learn=request.learn,
        site=site,
        page=(request.context and request.context.product_id) or None,
    )
    await to_thread.run_sync(desk.opening.admit, site)
    if request.stream:  # what can be refused is refused before the stream, whose status is always 200
        await to_thread.run_sync(desk.assistant.admit, session_id, visitor)
        events = frames(desk.turns.once(asking))
        return EventSourceResponse(events, shutdown_grace_period=desk.settings.shutdown_s)
    return JSONResponse(await desk.turns.reply(asking))


@router.get(
    "/v1/sessions/{session_id}",
    tags=["dialogue"],
    response_model=None,
    responses=_answer(shapes.SessionBody, examples.SESSION),
)
def session(session_id: SessionId, desk: AtDesk, visitor: Visitor, site: SiteKey) -> Response:
    """All that is kept of a conversation: its turns, what is wanted now, the cart, the thumbs, the answers of the shop's staff, and what
    was attached for them."""
    kept = desk.assistant.session(session_id, visitor=visitor)
    last = kept.turns[-1].reply
    turns = [{"message": turn.message, "reply": turn.reply} for turn in kept.turns]
    body = {"session_id": session_id, "turns": turns, "constraints": last["constraints"], "cart": last["cart"]}
    body["thumbs"] = [asdict(thumb) for thumb in desk.assistant.thumbs(session_id)]
    body["answers"] = [_staff_answer(one) for one in desk.assistant.answers(session_id, visitor=visitor)]
    body["attachments"] = [one.to_json() for one in desk.assistant.attachments(session_id)]
    body["may_attach"] = _may_attach(session_id, desk, visitor, site)
    return JSONResponse(body)


@router.get(
    "/v1/sessions/{session_id}/answers",
    tags=["dialogue"],
    response_model=None,
    responses=_answer(shapes.AnswersBody, examples.ANSWERS),
)
def answers(
    session_id: SessionId,
    desk: AtDesk,
    visitor: Visitor,
    site: SiteKey,
    after: Annotated[int, Query(ge=0, le=1_000_000, description="the number of the last one that is known")] = 0,
) -> Response:
    """What persons of the shop answered into a conversation that was passed on to them, in order, beyond those known.

    To be asked now and then while the conversation is open; most conversations are never passed on and need not ask."""
    found = desk.assistant.answers(session_id, after, visitor=visitor)
    body = {
        "session_id": session_id,
        "answers": [_staff_answer(one) for one in found],
        "may_attach": _may_attach(session_id, desk, visitor, site),
    }
    return JSONResponse(body, headers={"Cache-Control": "no-store"})


@router.post(
    "/v1/sessions/{session_id}/attachments",
    tags=["dialogue"],
    response_model=None,
    responses=_answer(shapes.AttachmentBody, examples.ATTACHED),
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)
async def attach(
    session_id: SessionId,
    request: Request,
    desk: AtDesk,
    visitor: Visitor,
    site: SiteKey,
    name: Annotated[str, Query(max_length=255, examples=["receipt.pdf"])] = "",
) -> Response:
    """Add a picture (JPEG, PNG, WebP) or a PDF for the shop's staff, once the conversation was passed on to them; at most 5 MB, five in a
    conversation. What it is, its content tells. The body is the file itself. Only where the site lets shoppers do so (`uploads`)."""
    if not _lets_attach(desk, site):
        raise UploadsOff(
            "Nothing can be attached here.", fix="set `uploads = true` for the site in the file of SHOP_SITES"
        )
    await to_thread.run_sync(desk.assistant.admit, session_id, visitor)
    keep = partial(desk.assistant.attach, session_id, name, await request.body(), visitor=visitor)
    return JSONResponse((await to_thread.run_sync(keep)).to_json())


@router.get(
    "/v1/sessions/{session_id}/turns/{turn}/scores",
    tags=["dialogue"],
    response_model=None,
    responses=_answer(shapes.ScoresBody, examples.SCORES),
)
async def scores(
    session_id: SessionId,
    turn: Annotated[int, Path(ge=1, le=1_000_000, examples=[1])],
    desk: AtDesk,
    visitor: Visitor,
    caller: Caller,
    limit: Annotated[int, Query(ge=1, le=50)] = 10,
) -> Response:
    """What each step of the ranking gives the best candidates for what was wanted after a turn, searched anew: for whoever works on
    the shop's data."""
    look = partial(desk.assistant.scores, session_id, turn, limit, visitor=visitor)
    found = await desk.lane.run(look, caller)
    body = [
        {
            "id": one.product.id,
            "title": one.product.title,
            "scores": {name: round(value, 4) for name, value in one.stages.items()},
        }
        for one in found
    ]
    return JSONResponse({"candidates": body}, headers={"Cache-Control": "no-store"})


@router.delete("/v1/sessions/{session_id}", tags=["dialogue"], status_code=204, responses=_FAULTS)
def forget(session_id: SessionId, desk: AtDesk, visitor: Visitor) -> None:
    """Erase a conversation with all that came of it; a turn under way is waited for."""
    desk.assistant.forget(session_id, visitor=visitor)


@router.post("/v1/feedback", tags=["dialogue"], responses=_answer(shapes.Feedback, examples.FEEDBACK))
def feedback(given: shapes.Feedback, desk: AtDesk, visitor: Visitor) -> shapes.Feedback:
    """Keep a thumb up or down for one turn's answer, and give it back."""
    desk.assistant.rate(given.session_id, Thumb(given.turn, given.thumb, given.comment), visitor=visitor)
    return given


Amount = Annotated[
    Decimal | None, Query(ge=0, max_digits=12, allow_inf_nan=False, description="in the shop's currency")
]


@router.get(
    "/v1/search",
    tags=["catalogue"],
    response_model=None,
    responses=_answer(shapes.SearchBody, examples.SEARCH),
)
async def search(
    desk: AtDesk,
    caller: Caller,
    q: Annotated[str, Query(min_length=1, max_length=QUERY_LIMIT, examples=["warm desk lamp"])],
    limit: Annotated[int, Query(ge=1, le=100)] = 10,
    price_max: Amount = None,
    price_min: Amount = None,
) -> Response:
    """Ranked products without a dialogue. Both price bounds are inclusive and hold for every product."""
    if price_min is not None and price_max is not None and price_min > price_max:
        raise BadInput(f"price_min {price_min} is above price_max {price_max}.", fix="swap the two")
    look = partial(desk.assistant.search, q, limit=limit, price_max=price_max, price_min=price_min)
    found = await desk.lane.run(look, caller)
    body = {
        "query": q,
        "products": [card_json(card) for card in found.cards],
        "total": found.total,
        "relaxed": [{"field": relaxed.field, "text": relaxed.text} for relaxed in found.relaxed],
    }
    return JSONResponse(body)


@router.post("/v1/events", tags=["shopper"], response_model=None, responses=_answer(shapes.EventsBody, examples.TAKEN))
def events(
    given: EventForm | Annotated[list[EventForm], Body(min_length=1, max_length=EVENTS_AT_ONCE)],
    desk: AtDesk,
    visitor: Visitor,
) -> Response:
    """Keep what the visitor did: one event or a list, in any order, late ones too; with an `id` it may be sent again.

    Send `X-Visitor` only for shoppers who agreed: without it nothing is kept that leads to a person, no words and no session.
    """
    forms = given if isinstance(given, list) else [given]
    return JSONResponse(asdict(desk.assistant.record(forms, visitor=visitor)))


@router.delete("/v1/events", tags=["shopper"], status_code=204, responses=_FAULTS)
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
    """Erase all events of the visitor whose `X-Visitor` is sent, or those of one fact of `/v1/profile`."""
    if product_id is not None and query is not None:
        raise BadInput("One fact is of a product or of words.", fix="send `product_id` or `query`")
    desk.assistant.forget_events(_known(visitor), product_id=product_id, query=query)


@router.get(
    "/v1/profile", tags=["shopper"], response_model=None, responses=_answer(shapes.ProfileBody, examples.PROFILE)
)
def profile(desk: AtDesk, visitor: Visitor) -> Response:
    """What is known of the visitor whose `X-Visitor` is sent: what was done with which product, looked for and asked."""
    facts = [
        {**asdict(one), "at": one.at.isoformat(timespec="seconds")} for one in desk.assistant.known(_known(visitor))
    ]
    return JSONResponse({"facts": facts}, headers={"Cache-Control": "no-store"})


def _known(visitor: str | None) -> str:
    """The visitor; BadInput where none is sent."""
    if visitor is None:
        raise BadInput("No X-Visitor came with the call.", fix=_SEND_TOKEN)
    return visitor


@router.get(
    "/v1/privacy", tags=["shopper"], response_model=None, responses=_answer(shapes.PrivacyBody, examples.PRIVACY)
)
def privacy(desk: AtDesk, site: SiteKey) -> Response:
    """For how many days something is kept of the site's shoppers, and who else receives something: what `/privacy` says in words."""
    return JSONResponse(public_pages.privacy_of(desk, site).model_dump())


@router.get(
    "/v1/recommend",
    tags=["shopper"],
    response_model=None,
    responses=_answer(shapes.RecommendBody, examples.RECOMMENDED),
)
def recommend(
    desk: AtDesk,
    own: Visitor,
    visitor: Annotated[str | None, Query(max_length=64, description="the visitor's token, as in X-Visitor")] = None,
    limit: Annotated[int, Query(ge=1, le=50)] = 10,
    learn: Annotated[
        bool, Query(description="the visitor agreed to events and is shown this list, which is kept as such")
    ] = False,
) -> Response:
    """What to suggest now, each with its reasons. A visitor may only ask for himself; of whom nothing is known gets the general list."""
    asked = hashed(visitor) if visitor and re.fullmatch(TOKEN, visitor) else None  # what can be guessed proves nothing
    if visitor and own and asked != own:
        raise NotFound(
            "The visitor asked about is not the one of X-Visitor.", fix="send the same token, or leave one out"
        )
    cards = desk.assistant.recommend(asked or own, limit=limit, learn=learn)
    headers = {"Cache-Control": "no-store"} if learn else {}
    found = [{**card_json(card), "propensity": card.propensity} for card in cards]
    return JSONResponse({"products": found}, headers=headers)


@router.get(
    "/v1/products/{product_id:path}",
    tags=["catalogue"],
    response_model=None,
    responses=_answer(shapes.ProductBody, examples.PRODUCT),
)
def product(product_id: ProductId, desk: AtDesk) -> Response:
    """One product's record."""
    return JSONResponse(desk.assistant.product(product_id).to_json())


class UploadsOff(ShopError):
    """The site does not let shoppers attach anything."""

    status, slug = 403, "uploads-off"


def _lets_attach(desk: Desk, site: str | None) -> bool:
    found = desk.sites.get(site)
    return found is not None and found.uploads


def _may_attach(session_id: str, desk: Desk, visitor: str | None, site: str | None) -> int:
    """How many files more the conversation may have: none before it was passed on."""
    if not _lets_attach(desk, site) or desk.assistant.session(session_id, visitor=visitor).state.handoff is None:
        return 0
    return MOST - len(desk.assistant.attachments(session_id))


def _staff_answer(one: StaffAnswer) -> dict[str, Any]:
    return {**asdict(one), "at": one.at.isoformat(timespec="seconds")}


@operation.get("/healthz")
def healthz() -> dict[str, str]:
    """The process is alive."""
    return {"status": "alive"}


@operation.get(
    "/metrics",
    response_model=None,
    responses={
        200: {"content": {"text/plain": {"example": "shop_line_length 0.0"}}, "description": "Counts and times"}
    },
)
def metrics(desk: AtDesk) -> Response:
    """What Prometheus reads: turns by intent and outcome, times of stages, errors by code, the line."""
    return Response(desk.metrics.text(), media_type=CONTENT_TYPE_LATEST)


@operation.get("/readyz", response_model=None, responses={503: _FAULT})
async def readyz(desk: AtDesk) -> Response:
    """200 when a search runs from end to end, with `degraded` where something is stood in for, and `paused` with the keys of the
    sites that the operator has paused ("*": all); 503 with what is missing otherwise."""
    await desk.lane.run(partial(_try_out, desk.assistant))
    trouble, paused = desk.assistant.trouble, sorted(await to_thread.run_sync(desk.opening.paused))
    told = ({"degraded": [trouble]} if trouble else {}) | ({"paused": paused} if paused else {})
    return JSONResponse({"status": "ready", "missing": []} | told)


class NotReady(ShopError):
    status, slug, retryable = 503, "not-ready", True


def _try_out(assistant: Assistant) -> None:
    """NotReady with what keeps the assistant from working, found by a search that uses embedder and index but not the slow parser."""
    try:
        found = assistant.search("anything", limit=1, understand=False)
    except ShopError as error:
        raise NotReady(error.detail, fix=error.fix) from error
    if not found.cards:
        raise NotReady("The index holds no products.", fix="run `shop index FEED --store DIR`")
