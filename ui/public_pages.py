"""Pages for everybody, without scripts: whether the assistant answers, and what is kept of shoppers and who else receives something."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from assistant.privacy.processors import processors

from .desk import AtDesk, Desk
from .shapes import PrivacyBody, Receiver
from .status import status_of

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'",
}
router = APIRouter(include_in_schema=False)


@router.get("/status")
def status(desk: AtDesk) -> HTMLResponse:
    """Whether the assistant answers, what reads the messages, and how old its catalogue is."""
    now = status_of(desk)
    return page("Status", now.answers, {"Messages are read by": now.model, "The catalogue was read": now.catalogue})


@router.get("/privacy")
def privacy(desk: AtDesk, site: str = "") -> HTMLResponse:
    """How long something is kept of a shopper of the site, and who else receives something: by the settings, not by hand."""
    told = privacy_of(desk, site)
    others = {f"{one.host} receives": one.receives for one in told.processors}
    facts = {
        "A conversation is deleted": f"{told.keep_days} days after its last message, and at once by “Delete my conversation”",
        "What was learnt, with your agreement, is deleted": f"after {told.keep_events_days} days, and at once by “Forget all”",
        "Your browser stores": "nothing on the device before you agree to that",
    }
    lead = "Who else receives something" if others else "Everything runs on this server"
    return page("Privacy", lead, (others or {"Others receive": "nothing of what you write"}) | facts)


def privacy_of(desk: Desk, site: str | None) -> PrivacyBody:
    known = desk.sites.get(site)
    return PrivacyBody(
        keep_days=(known and known.keep_days) or desk.shop.keep_days,
        keep_events_days=desk.shop.keep_events_days,
        processors=[Receiver(host=one.host, receives=one.receives) for one in processors(desk.shop)],
    )


def page(title: str, lead: str, facts: Mapping[str, str]) -> HTMLResponse:
    """A page of one sentence and the facts under it, all of them escaped."""
    rows = "".join(f"<dt>{escape(name)}</dt><dd>{escape(text)}</dd>" for name, text in facts.items())
    return HTMLResponse(
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{escape(title)} · Shop assistant</title><link rel="stylesheet" href="widget/pages/pages.css"></head><body>'
        f'<header><strong>Shop assistant</strong><span class="soft">{escape(title)}</span></header>'
        f"<main><h1>{escape(lead)}</h1><dl>{rows}</dl></main></body></html>",
        headers=HEADERS,
    )
