"""Who a shop says that its shopper is: a short-lived token (JWT, HS256) which the shop's server signs with its site's secret."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Annotated

import jwt
from fastapi import Depends, Header
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from retrieval.errors import ShopError

from .desk import AtDesk
from .sites import Site

LIFE_S = 15 * 60  # the longest that a token may still have to live
LEEWAY_S = 30  # between the two servers' clocks
EMAIL_LENGTH = 254
_bearer = HTTPBearer(auto_error=False, bearerFormat="JWT", description="a shopper's token, signed by the site's server")


class BadToken(ShopError):
    """A token that proves nothing. The call is refused, since whoever sends one means to be known."""

    status, slug = 401, "bad-token"


@dataclass(frozen=True)
class Identity:
    """A shopper whom the shop vouches for. subject: whose conversations they are, on any device (`visitor.person`). email: the shop has
    verified it, so that it proves orders."""

    subject: str
    email: str | None = None


def identity_of(token: str, site: Site | None) -> Identity:
    """The shopper whom the site's token names; BadToken when it is wrong, expired, lives too long or cannot be checked."""
    if site is None or site.secret is None:
        raise BadToken(
            "A token came with a call of a site that has no secret.",
            fix="send the X-Site-Key of a site, and give the site a secret in the file of SHOP_SITES",
        )
    try:
        claims = jwt.decode(
            token,
            site.secret.get_secret_value(),
            algorithms=["HS256"],
            leeway=LEEWAY_S,
            options={"require": ["exp", "sub"], "verify_aud": False},
        )
    except jwt.ExpiredSignatureError:
        raise BadToken("The token has expired.", fix="ask the shop's server for a new one") from None
    except jwt.InvalidTokenError as error:
        fix = "sign it with HS256 and the site's secret, as docs/deploy.md shows"
        raise BadToken(f"The token is not valid: {error}.", fix=fix) from error
    if claims["exp"] - time.time() > LIFE_S + LEEWAY_S:
        raise BadToken(f"The token lives longer than {LIFE_S // 60} minutes.", fix="let `exp` be sooner")
    if not claims["sub"].strip():  # else all shoppers whom the shop does not know would be one person
        raise BadToken("The token's `sub` is empty.", fix="send no token for a shopper who is not signed in")
    return Identity(claims["sub"], _email(claims.get("email")))


def _email(claimed: object) -> str | None:
    if claimed is None:
        return None
    if not isinstance(claimed, str) or "@" not in claimed or len(claimed) > EMAIL_LENGTH:
        raise BadToken("The token's `email` is no e-mail address.", fix="leave it out, or sign an address")
    return claimed


def _signed_in(
    desk: AtDesk,
    bearer: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
    x_site_key: Annotated[str | None, Header(description="the site that the call comes from")] = None,
) -> Identity | None:
    return identity_of(bearer.credentials, desk.sites.get(x_site_key)) if bearer else None


SignedIn = Annotated[Identity | None, Depends(_signed_in)]
checked = Depends(_signed_in)  # for calls that only need a token to be right where there is one
