"""Settings of the server: read once, from the environment, when it starts; frozen after that."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Annotated

from limits import parse_many
from pydantic import AfterValidator, BeforeValidator, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


def _rates(value: str) -> str:
    """As `limits` writes them; none for an empty text."""
    if value.strip():
        try:
            parse_many(value)
        except ValueError as error:
            raise ValueError(f'{value!r} is no list of rates; write it like "60/minute; 600/hour"') from error
    return value.strip()


def _networks(value: str) -> str:
    for network in filter(None, (part.strip() for part in value.split(","))):
        try:
            ip_network(network)
        except ValueError as error:
            raise ValueError(f'{network!r} is no address or network; write "10.0.0.7, 10.1.0.0/16"') from error
    return value.strip()


class ServerSettings(BaseSettings):
    """What stands around the assistant when it is served: limits, line, proxies. Each is an environment variable with the prefix SHOP_."""

    model_config = SettingsConfigDict(env_prefix="SHOP_", frozen=True, extra="ignore")

    visitor_limit: Annotated[str, AfterValidator(_rates)] = Field(
        default="60/minute; 600/hour", description="Calls of one visitor; empty for no limit."
    )
    address_limit: Annotated[str, AfterValidator(_rates)] = Field(
        default="600/minute; 6000/hour", description="Calls from one address; empty for no limit."
    )
    challenge_from: Annotated[float | None, BeforeValidator(lambda given: None if given == "" else given)] = Field(
        default=None,
        ge=0,
        le=1,
        description="Share of its limit from which an address is asked for a solved puzzle with each message; empty: never.",
    )
    trusted_proxies: Annotated[str, AfterValidator(_networks)] = Field(
        default="", description="Addresses or networks of the proxies whose X-Forwarded-For and -Proto are believed."
    )
    waiting: int = Field(default=64, ge=1, description="Turns and searches under way or in line; one more is refused.")
    address_share: int = Field(default=16, ge=1, description="How many of those may come from one address.")
    wait_timeout_s: float = Field(default=120, gt=0, description="Longest wait in line.")
    turn_timeout_s: float = Field(default=60, gt=0, description="Longest turn or search once it has begun.")
    log_messages: bool = Field(default=False, description="Let the log hold what shoppers write.")
    admin_token: Annotated[SecretStr | None, BeforeValidator(lambda given: given or None)] = Field(
        default=None,
        min_length=16,
        description="What the operator logs in with at /admin; without one there is no such page.",
    )
    shutdown_s: int = Field(
        default=30, ge=0, description="Seconds that answers under way and in line get when the server is told to stop."
    )
