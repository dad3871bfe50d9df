"""For whom a product is: gender and age group, in the shopper's six words."""

from __future__ import annotations

from .product import Product

# What may be shown to someone who asks for the key. A product that does not say for whom it is may always be shown.
SUITS = {
    "men": ("men", "unisex"),
    "women": ("women", "unisex"),
    "unisex": ("unisex",),
    "boys": ("boys", "kids"),
    "girls": ("girls", "kids"),
    "kids": ("kids", "boys", "girls"),
}
_WRITTEN = {
    "men": "men man male mens men's gentlemen",
    "women": "women woman female womens women's ladies",
    "unisex": "unisex adult adults all",
    "boys": "boys boy boy's",
    "girls": "girls girl girl's",
    "kids": "kids kid child children toddler toddlers baby infant youth",
}
_MEANING = {word: audience for audience, written in _WRITTEN.items() for word in written.split()}


def audiences(product: Product) -> list[str]:
    """The audiences that the product's gender attribute names, in the six words; empty when it names none."""
    values = product.attributes.get("gender", ())
    return sorted({_MEANING[value.casefold()] for value in values if value.casefold() in _MEANING})


def suits(product: Product, other: Product) -> bool:
    """Whether the product may be shown to someone of those whom the other is for; so may all where one of them does not say."""
    own, wanted = audiences(product), audiences(other)
    return not own or not wanted or any(name in SUITS[one] for one in wanted for name in own)
