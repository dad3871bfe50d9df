"""Which part of a product a column of a feed is."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

# Part of the product -> the column names that mean it, the likeliest first. Spaces, hyphens, case and "g:" do not matter.
ALIASES: dict[str, tuple[str, ...]] = {
    "id": ("id", "product_id", "item_id", "variant_id", "variant_sku", "sku", "offer_id"),
    "group_id": ("group_id", "item_group_id", "product_group_id", "parent_id", "parent_sku", "handle"),
    "title": ("title", "name", "product_name", "product_title", "item_name", "structured_title", "short_title"),
    "description": (
        "description",
        "body_(html)",
        "body_html",
        "product_description",
        "long_description",
        "structured_description",
    ),
    "brand": ("brand", "brand_name", "vendor", "manufacturer"),
    "category": (
        "category",
        "categories",
        "category_path",
        "product_type",
        "product_category",
        "google_product_category",
    ),
    "price": ("price", "variant_price", "current_price", "selling_price"),
    "sale_price": ("sale_price", "special_price"),
    "sale_dates": ("sale_price_effective_date",),
    "list_price": (
        "list_price",
        "compare_at_price",
        "variant_compare_at_price",
        "original_price",
        "regular_price",
        "msrp",
    ),
    "currency": ("currency", "price_currency", "pricecurrency", "currency_code"),
    "availability": ("availability", "stock_status", "in_stock", "is_in_stock", "available"),
    "stock": ("stock", "stock_quantity", "quantity", "inventory", "inventory_quantity", "variant_inventory_qty", "qty"),
    "rating": ("rating", "star_rating", "average_rating", "rating_value"),
    "rating_scale": ("rating_scale", "rating_max", "best_rating"),
    "review_count": ("review_count", "reviews_count", "rating_count", "number_of_reviews", "reviews"),
    "image_url": ("image_url", "image_link", "image", "image_src"),
    "more_images": (
        "additional_image_link",
        "additional_image_links",
        "additional_image_urls",
        "additional_images",
        "images",
    ),
    "url": ("url", "link", "product_url", "canonical_link"),
    "attributes": ("attributes", "specifications", "specs", "properties", "product_detail", "additional_property"),
    "stand_ins": ("stand_ins",),
    "options": ("options", "variant_options", "variant_dict"),
}
_PLACES = {alias: (part, rank) for part, aliases in ALIASES.items() for rank, alias in enumerate(aliases)}
# For the shop's eyes: what it pays, how it advertises and ships, where else it sells. A shopper must never be told.
_PRIVATE = re.compile(
    r"cost of goods sold|cost price|purchase price|cost|margin|auto pricing min price|custom label \d|ads .*|adwords .*"
    r"|promotion id|(excluded|included) destination|shopping ads excluded country|pause|identifier exists"
    r"|shipping label|transit time label|tax category|display ads .*|external seller id"
    r"|is eligible (search|checkout)|is ads eligible|enable (search|checkout)|listing has variations"
)
_SPELLINGS = {"colour": "color", "colours": "color", "colors": "color"}


@dataclass(frozen=True, slots=True)
class Role:
    """What a column is. part: of the product, "private" when it is the shop's own affair, None for an attribute.

    rank: 0 is the likeliest name of that part.
    """

    column: str
    part: str | None
    rank: int
    attribute: str


def role_of(column: str) -> Role:
    """The role of a column by its name."""
    name = attribute_name(column)
    part, rank = _PLACES.get(re.sub(r"[ \-]", "_", name), (None, 0))
    if part is None and _PRIVATE.fullmatch(name):
        part = "private"
    return Role(column, part, rank, name)


@lru_cache(maxsize=50_000)
def attribute_name(text: str) -> str:
    """Lower case with single spaces: "g:Age_Group" and "attributes.age group" -> "age group"; "colour" -> "color"."""
    name = " ".join(text.lower().replace("_", " ").split())
    name = re.sub(r"^(?:g:|(?:attributes?|specs?|attr)[.:/])\s*", "", name)
    return _SPELLINGS.get(name, name)
