"""Templates into pages. Whatever shoppers and feeds say is escaped, and half a character cannot break a page."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from fastapi.responses import Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

_HERE = Path(__file__).parent


def render(template: str, *, status: int = 200, **values: Any) -> Response:
    text = _templates().get_template(template).render(values)
    return Response(text.encode(errors="replace"), status, media_type="text/html")


@cache
def style() -> bytes:
    return (_HERE / "operator.css").read_bytes()


@cache
def icon() -> bytes:
    return (_HERE.parent / "favicon.svg").read_bytes()


@cache
def _templates() -> Environment:
    pages = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    pages.filters |= {"when": when, "ms": ms, "share": share, "said": said, "merged": operator.or_}
    return pages


def when(at: datetime | str) -> str:
    """ "2026-05-01 12:00", in UTC as all times here."""
    return (datetime.fromisoformat(at) if isinstance(at, str) else at).strftime("%Y-%m-%d %H:%M")


def ms(value: float | None) -> str:
    return "–" if value is None else f"{value:,.0f}"


def share(part: int, whole: int) -> str:
    return f"{part / whole:.0%}".replace("%", " %") if whole else "–"


def said(values: Mapping[str, Any]) -> dict[str, str]:
    """What is not empty, each as text."""
    kept = {name: value for name, value in values.items() if value not in (None, [], (), "", False)}
    return {
        name: ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
        for name, value in kept.items()
    }
