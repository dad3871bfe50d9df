"""Who speaks, as far as it is known: whom the shop's token names, else the browser's random token. Only a hash of either is kept."""

from __future__ import annotations

import hashlib
from typing import Annotated

from fastapi import Depends, Header, Request

from .desk import AtDesk
from .identity import SignedIn
from .limits import household

TOKEN = r"^[A-Za-z0-9_-]{22,64}$"  # base64url of 128 bits has 22 characters


def _browser(
    x_visitor: Annotated[
        str | None,
        Header(pattern=TOKEN, description="128 random bits or more as base64url, made by the visitor's browser"),
    ] = None,
) -> str | None:
    return hashed(x_visitor) if x_visitor else None


def hashed(token: str) -> str:
    """SHA-256: the 128 random bits of a browser's token cannot be guessed back from it, so no salt is needed."""
    return hashlib.sha256(token.encode()).hexdigest()


def person(site: str, subject: str) -> str:
    """The visitor whom a site's token names: the same on every device, another one on every site.

    SHA-256 of the site's key and the subject, with a newline between: no key and no browser's token has one, so that no other subject
    and no `X-Visitor` gives the same. Whoever can guess the subject can compute it.
    """
    return hashed(f"{site}\n{subject}")


def _caller(request: Request) -> str | None:
    return household(request.client.host) if request.client else None


def _site(
    desk: AtDesk, x_site_key: Annotated[str | None, Header(description="the site that the call comes from")] = None
) -> str | None:
    site = desk.sites.get(x_site_key)
    return site.key if site else None


Browser = Annotated[str | None, Depends(_browser)]
"""The browser that calls, by its `X-Visitor`, whoever is signed in there."""
Caller = Annotated[str | None, Depends(_caller)]
"""The address that a call comes from, as the limits count it."""
SiteKey = Annotated[str | None, Depends(_site)]
"""The key of the site that a call comes from; None for the server's own pages and for programs."""


def _visitor(browser: Browser, shopper: SignedIn, site: SiteKey) -> str | None:
    return person(site, shopper.subject) if shopper and site else browser


Visitor = Annotated[str | None, Depends(_visitor)]
"""Whose conversations and events a call is about: of a call with a token the person's, else the browser's."""
