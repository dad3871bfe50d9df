"""Who else receives something of shoppers: computed from the settings, so that the list is what is set and nothing else. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from ..settings import Settings

PASSED_ON = "conversations that are passed on to the shop's staff, with the files attached to them"


@dataclass(frozen=True)
class Processor:
    """A host other than this machine, and what it receives, in words for shoppers."""

    host: str
    receives: str


def processors(settings: Settings) -> tuple[Processor, ...]:
    """Every other host that the settings send something of shoppers to, in the order of their use; none: all stays on this machine."""
    named = ((urlsplit(address).hostname, receives) for address, receives in _sent(settings) if address)
    return tuple(Processor(host, receives) for host, receives in named if host and not _is_here(host))


def _sent(settings: Settings) -> Iterator[tuple[str | None, str]]:
    """Addresses of the settings with what goes there."""
    if settings.llm_url:
        yield str(settings.llm_url), "each message with the exchange before it, to be read by a language model"
        if settings.llm_writes and settings.llm_folder is None:
            yield (
                str(settings.llm_url),
                "what was found for a message, and to who asks for it what is known of them, to be put into words",
            )
    yield settings.chroma_url, "searches as numbers (embeddings), to find products"
    yield settings.sessions_url, "conversations with all that is kept of them, in its database"
    yield settings.orders_url, "order numbers with what proves them, and what is done to orders"
    yield settings.checkout_url, "the cart, when the shopper goes to pay"
    yield _text(settings.checkout_webhook), "the cart, when the shopper checks out"
    yield _text(settings.handoff_webhook), PASSED_ON
    yield _text(settings.handoff_chatwoot), PASSED_ON
    smtp = settings.handoff_smtp.get_secret_value() if settings.handoff_smtp else None
    yield smtp, f"{PASSED_ON}, as mail"


def _text(url: object) -> str | None:
    return None if url is None else str(url)


def _is_here(host: str) -> bool:
    """Whether the name is this very machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
