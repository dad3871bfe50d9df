"""Who speaks, as far as it is known: the browser's random token, of which only a hash is kept."""

from __future__ import annotations

import hashlib
from typing import Annotated

from fastapi import Depends, Header, Request

from .desk import AtDesk
from .limits import household

TOKEN = r"^[A-Za-z0-9_-]{22,64}$"  # base64url of 128 bits has 22 characters


def _hashed(
    x_visitor: Annotated[
        str | None,
        Header(pattern=TOKEN, description="128 random bits or more as base64url, made by the visitor's browser"),
    ] = None,
) -> str | None:
    return hashed(x_visitor) if x_visitor else None


def hashed(token: str) -> str:
    """SHA-256 of the token: 128 random bits cannot be guessed back from it, so no salt is needed."""
    return hashlib.sha256(token.encode()).hexdigest()


Visitor = Annotated[str | None, Depends(_hashed)]


def _caller(request: Request) -> str | None:
    return household(request.client.host) if request.client else None


def _site(
    desk: AtDesk, x_site_key: Annotated[str | None, Header(description="the site that the call comes from")] = None
) -> str | None:
    site = desk.sites.get(x_site_key)
    return site.key if site else None


Caller = Annotated[str | None, Depends(_caller)]
"""The address that a call comes from, as the limits count it."""
SiteKey = Annotated[str | None, Depends(_site)]
"""The key of the site that a call comes from; None for the server's own pages and for programs."""
