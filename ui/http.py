"""The application: the calls of ui/api and the pages, behind their doors. /docs works without a CDN."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

from fastapi import FastAPI
from fastapi_offline import FastAPIOffline
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from assistant import Assistant
from assistant.outbound.attachments import LIMIT
from assistant.relearning.following import LOOK_EVERY_S
from assistant.settings import Settings

from . import files, pictures, public_pages, widget_pages
from .api import catalogue, dialogue, operation, shopper, staff
from .desk import Desk
from .guard import BodyLimit, SafeHeaders
from .lane import Lane
from .limits import LimitDoor, Limits
from .metrics import Metrics
from .opening import Opening
from .operator import catalogue as operator_catalogue
from .operator import passed_on as operator_passed_on
from .operator import routes as operator_pages
from .operator import status as operator_status
from .problem import Boundary, add_problem_handlers
from .proof import ProofDoor, Proofs
from .repeated import repeated
from .request_log import RequestLog
from .settings import ServerSettings
from .site_door import SiteDoor
from .sites import Sites
from .turns import Turns
from .widget_versions import WidgetVersions

BODY_LIMIT = 64 * 1024  # bytes; a message of 2,000 characters takes at most 24,000 as escaped JSON


# In this order: what the operator's status and letters answer stands before the pages, which end with "no such page".
ROUTERS = (
    dialogue.router,
    catalogue.router,
    shopper.router,
    staff.router,
    files.router,
    operation.router,
    widget_pages.router,
    pictures.router,
    public_pages.router,
    operator_status.router,
    operator_catalogue.router,
    operator_passed_on.router,
    operator_pages.router,
)


def create_app(
    assistant: Assistant,
    lane: Lane,
    sites: Sites | None = None,
    settings: ServerSettings | None = None,
    *,
    shop: Settings | None = None,
    look_every_s: float = LOOK_EVERY_S,
) -> FastAPI:
    """The API over an open assistant, for its own pages and those of the sites. shop: the settings that the assistant was opened with.

    look_every_s: how often it looks for models that were learnt anew.
    It closes the lane when the server stops; the assistant stays the caller's.
    """
    desk = _desk(assistant, lane, sites or Sites(), settings or ServerSettings(), shop or Settings())
    app = _bare_app(desk, look_every_s)
    app.state.desk, app.state.at_stop = desk, []
    for router in ROUTERS:
        app.include_router(router)
    add_problem_handlers(app)
    _add_doors(app, desk)
    return app


def _desk(assistant: Assistant, lane: Lane, sites: Sites, settings: ServerSettings, shop: Settings) -> Desk:
    opening = Opening(sites, shop.sessions_url, contact=assistant.contact)
    metrics = Metrics(lambda: lane.length, lambda: assistant.ahead, opening.paused)
    turns = Turns(assistant, lane, metrics, log_messages=settings.log_messages)
    widget = WidgetVersions(shop.sessions_url)
    return Desk(assistant, lane, turns, Limits(settings), metrics, settings, sites, opening, shop, widget)


def _bare_app(desk: Desk, look_every_s: float) -> FastAPI:
    """The app with nothing to call but /docs; while it runs it follows models that are learnt anew."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        with repeated(desk.assistant.follow, look_every_s):
            yield
        desk.lane.close()
        desk.opening.close()
        desk.widget.close()

    return FastAPIOffline(
        title="Shop assistant",
        version=version("shopping-assistant"),
        description="Wishes in, products with reasons out. Errors are RFC 9457 problem documents.",
        docs_url="/docs",
        redoc_url=None,
        lifespan=lifespan,
        # Swagger UI would ask validator.swagger.io about every specification that is not on localhost.
        swagger_ui_parameters={"validatorUrl": None},
    )


def _add_doors(app: FastAPI, desk: Desk) -> None:
    """What each request passes before a call answers it, the innermost first."""
    settings, sites = desk.settings, desk.sites
    app.add_middleware(BodyLimit, max_body_size=BODY_LIMIT, elsewhere=(r"/v1/sessions/[^/]+/attachments", LIMIT))
    app.add_middleware(Boundary)
    signing = settings.admin_token.get_secret_value() if settings.admin_token else None
    app.add_middleware(ProofDoor, proofs=Proofs(desk.limits, settings.challenge_from, signing))
    app.add_middleware(LimitDoor, limits=desk.limits)
    app.add_middleware(SiteDoor, sites=sites)  # around the limits: a page elsewhere may read how long to wait
    app.add_middleware(SafeHeaders, framers=sites.origins)
    app.add_middleware(RequestLog, metrics=desk.metrics)
    if settings.trusted_proxies:
        app.add_middleware(ProxyHeadersMiddleware, trusted_hosts=settings.trusted_proxies)
