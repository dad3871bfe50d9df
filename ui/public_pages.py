"""Pages for everybody, without figures and scripts: whether the assistant answers."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

from fastapi import APIRouter
from fastapi.responses import HTMLResponse

from .desk import AtDesk
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
