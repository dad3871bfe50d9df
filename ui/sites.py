"""The sites that may carry the widget: a TOML file of keys with their exact origins, read once at the start."""

from __future__ import annotations

import tomllib
from functools import cached_property
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, ValidationError, model_validator

from retrieval.errors import BadInput

SECRET_LENGTH = 32  # characters; HS256 asks for as many bytes as its hash has
_PORTS = {"http": 80, "https": 443}
_EXAMPLE = (
    'write it like [[site]] key = "lamps", name = "Lamps", origins = ["https://shop.example"], as in docs/deploy.md'
)


def exact_origin(value: str) -> str:
    """The origin as browsers send it; ValueError says how to write one that they would not send so."""
    parts = urlsplit(value)
    if parts.scheme not in _PORTS or not parts.hostname or "*" in value:
        raise ValueError(f"{value!r} is no origin; write scheme and host, such as https://shop.example")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    port = f":{parts.port}" if parts.port not in (None, _PORTS[parts.scheme]) else ""
    plain = f"{parts.scheme}://{host}{port}"
    if value != plain:
        raise ValueError(f"{value!r} is not as browsers send it; write {plain}")
    return value


class Site(BaseModel):
    """One site: the key that its widget sends, and the pages that may send it. secret: what its server signs shoppers' tokens with.

    turns_a_day: how many messages are taken of it from midnight to midnight, UTC; None for any number.
    uploads: whether shoppers may attach pictures and PDFs to what goes to the staff.
    keep_days: for how many days after its last turn a conversation is kept; None for as many as the server says, which are the most.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
    name: Annotated[str, Field(min_length=1)]
    origins: Annotated[tuple[Annotated[str, AfterValidator(exact_origin)], ...], Field(min_length=1)]
    secret: Annotated[SecretStr | None, Field(min_length=SECRET_LENGTH)] = None
    turns_a_day: Annotated[int | None, Field(ge=1)] = None
    keep_days: Annotated[int | None, Field(ge=1)] = None
    uploads: bool = False


class Sites(BaseModel):
    """All sites, as the file has them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    site: tuple[Site, ...] = ()

    @model_validator(mode="after")
    def _one_site_a_key(self) -> Self:
        keys = [site.key for site in self.site]
        twice = sorted({key for key in keys if keys.count(key) > 1})
        if twice:
            raise ValueError(f"the key {twice[0]!r} stands at more than one site")
        return self

    @cached_property
    def origins(self) -> frozenset[str]:
        """Every origin of any site."""
        return frozenset(origin for site in self.site for origin in site.origins)

    @property
    def days(self) -> dict[str, int]:
        """For how many days the sites keep conversations that say so, by key."""
        return {site.key: site.keep_days for site in self.site if site.keep_days is not None}

    def get(self, key: str | None) -> Site | None:
        return next((site for site in self.site if site.key == key), None)


def read_sites(path: Path | None) -> Sites:
    """The sites of the file, none without a file; BadInput names the entry that is wrong and what is expected."""
    if path is None:
        return Sites()
    try:
        return Sites.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except OSError as error:
        raise BadInput(f"SHOP_SITES: cannot read {path}: {error.strerror}.", fix="name a TOML file") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadInput(f"SHOP_SITES: {path} is not TOML: {error}.", fix=_EXAMPLE) from error
    except ValidationError as error:
        faults = [f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}".removeprefix(": ") for fault in error.errors()]
        raise BadInput(f"SHOP_SITES: {path}: {'; '.join(faults)}.", fix=_EXAMPLE) from error
