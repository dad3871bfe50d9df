"""A wish that nothing within the price limit says is told together with the price at which something does."""

from __future__ import annotations

from decimal import Decimal

from assistant.contract import Reply
from tests.conftest import AssistantWith
from tests.fakes import said


def _asked(assistant_with: AssistantWith, price_max: str, **wishes: tuple[str, ...]) -> Reply:
    parse = said("search", product="lamp", price_max=Decimal(price_max), **wishes)
    return assistant_with([parse]).reply("a lamp")


def test_what_says_the_wish_beyond_the_limit_is_named_with_its_price_and_can_be_asked_for(
    assistant_with: AssistantWith,
) -> None:
    reply = _asked(assistant_with, "40", features=("tall",))  # the floor lamp, $120, is the only tall one
    assert reply.reply.startswith(
        "No listing I found under $40 says “tall”; Tower Floor Lamp at $120 does. The nearest I have under $40:"
    )
    assert reply.suggestions[0] == "Up to $120 is fine"
    (source,) = reply.sources
    assert (source.kind, source.id, source.quote) == ("listing", "tower", "tall lamp with a fabric; $120")
    assert all(card.product.price is None or card.product.price <= 40 for card in reply.cards)


def test_nothing_beyond_the_limit_is_named_where_something_within_it_says_the_wish(
    assistant_with: AssistantWith,
) -> None:
    assert "Tower" not in _asked(assistant_with, "40", color=("red",)).reply  # the clamp lamp is red, $19.50


def test_nothing_is_named_where_no_price_brings_the_wish(assistant_with: AssistantWith) -> None:
    assert (
        "No listing I found says “wicker”. The nearest I have:"
        in _asked(assistant_with, "40", material=("wicker",)).reply
    )


def test_where_nothing_called_so_is_within_the_limit_the_nearest_that_is_is_named(
    assistant_with: AssistantWith,
) -> None:
    parse = said("search", product="floor lamp", price_max=Decimal(100))  # other lamps are within it
    reply = assistant_with([parse]).reply("a floor lamp under 100")
    if not reply.relaxed:
        assert reply.reply.startswith(
            "Nothing called “floor lamp” is under $100; the nearest is Tower Floor Lamp at $120."
        )


def test_what_is_sold_out_is_no_way_out_of_a_limit(assistant_with: AssistantWith) -> None:
    assert "44.99" not in _asked(assistant_with, "40", color=("brass",)).reply  # the brass one is sold out
