"""Which variants of a thing a message means, by what the shopper has settled.

What is asked about, wanted and put into the cart are different things: a size that the shopper never said is never chosen for them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from more_itertools import longest_common_prefix

from retrieval.evidence import judge, speaks_of
from retrieval.product import Product
from retrieval.query import SOFT
from retrieval.words import contains

from ..model import DialogueState, Parse
from ..parts import Parts

_POINTING = (
    r"\b(?:same|it|that|this|these|those|them|(?:first|second|third|fourth|fifth|last|[1-9](?:st|nd|rd|th))(?: one)?)"
)


def meant_variants(product: Product, parse: Parse, state: DialogueState, parts: Parts) -> tuple[list[Product], str]:
    """The variants that may be meant, and "" or the colour or size asked for that the product does not come in.

    The message settles an option, then the need, then the card that was shown, and then what is in the cart already. A card settles
    no size: it has one only because one had to be shown.
    """
    left = parts.catalog.variants(product)
    for field in ("color", "size"):
        wishes = getattr(parse.slots, field)
        had = fitting(left, field, wishes)
        if not had and (len(left) > 1 or judge(product, field, wishes[0]).status == "unmet"):
            return [], wishes[0]
        left = had or left
    for text in (parse.message, state.constraints.product or ""):
        left = spelled_out(left, text)
    for field in SOFT:
        left = fitting(left, field, getattr(state.constraints, field)) or left
    left = as_on_card(left, product)
    in_cart = {line.product_id for line in state.cart}
    return [variant for variant in left if variant.id in in_cart] or left, ""


def unsaid_color(product: Product, parse: Parse) -> str:
    """The colour in which the message wants what it points at, "the same in black", where the listing does not say it; else ""."""
    color = next(iter(parse.slots.color), "")
    wants = color and re.search(rf"{_POINTING} in (?:the )?{re.escape(color)}\b", parse.message, re.IGNORECASE)
    return color if wants and judge(product, "color", color).status != "met" else ""


def open_option(variants: Sequence[Product]) -> str | None:
    """The first option in which the variants differ; None when nothing is left to choose."""
    names = dict.fromkeys(name for variant in variants for name in variant.options)
    return next((name for name in names if len(values_of(variants, name)) > 1), None)


def values_of(variants: Iterable[Product], option: str) -> list[str]:
    """The values of the option, each once, in the variants' order."""
    return list(dict.fromkeys(variant.options[option] for variant in variants if option in variant.options))


def common_title(variants: Sequence[Product]) -> str:
    """What the titles begin with: "Aster Desk Lamp" of "Aster Desk Lamp, Black" and "Aster Desk Lamp, White"; the first where they share
    nothing."""
    shared = list(longest_common_prefix([variant.title.split() for variant in variants]))
    if len(variants) > 1 and shared and shared[-1].casefold() in variants[0].options:  # "…, Size" before 9 and 10
        shared.pop()
    return " ".join(shared).rstrip(" ,-–|/(") or variants[0].title


def fitting(variants: Iterable[Product], field: str, wishes: Sequence[str]) -> list[Product]:
    """The variants that meet one of the wishes, all where there is none."""
    return [one for one in variants if not wishes or any(_meets(one, field, wish) for wish in wishes)]


def with_options(product: Product) -> str:
    """The title, with the options in brackets that it does not say itself."""
    unsaid = [value for value in product.options.values() if not contains(product.title, value)]
    return f"{product.title} ({', '.join(unsaid)})" if unsaid else product.title


def _meets(variant: Product, field: str, wish: str) -> bool:
    return judge(variant, field, wish).status == "met" or contains(variant.title, wish)


def spelled_out(variants: list[Product], text: str) -> list[Product]:
    """The variants of which the text has the whole title or an option's value, a bare number aside: it may count something else."""
    variants = [one for one in variants if contains(text, one.title)] or variants
    for option in dict.fromkeys(name for one in variants for name in one.options):
        said = [value for value in values_of(variants, option) if contains(text, value) and not value.isdecimal()]
        longest = [value for value in said if not any(value != other and contains(other, value) for other in said)]
        variants = [one for one in variants if one.options.get(option) in longest] or variants
    return variants


def as_on_card(variants: list[Product], shown: Product) -> list[Product]:
    """Those that have the options which the card's title says, sizes aside, where the card is one of them."""
    if shown not in variants:
        return variants
    for option, value in shown.options.items():
        if contains(shown.title, value) and not speaks_of(option, "size"):
            variants = [one for one in variants if one.options.get(option) == value]
    return variants
