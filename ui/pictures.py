"""The demo shop's pictures at /pictures, drawn when they are asked for: images and nothing else, from any page."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response

from .drawings import draw

# Opened by itself an SVG is a document: it may load and run nothing. Pages elsewhere show the pictures too, in the widget.
_HEADERS = {
    "Cache-Control": "public, max-age=86400",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Cross-Origin-Resource-Policy": "cross-origin",
}

router = APIRouter(include_in_schema=False)


@router.get("/pictures/{drawing}/{color}/{trim}.svg")
def picture(drawing: str, color: str, trim: str) -> Response:
    """A drawing of this name in these colors."""
    return Response(draw(drawing, color, trim), media_type="image/svg+xml", headers=_HEADERS)
