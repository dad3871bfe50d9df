"""The parts of a product, each from the cells that mean it; what it cannot keep of them goes aside."""

from __future__ import annotations

from collections.abc import Mapping

from .aside import Aside
from .values import (
    BadValue,
    further_categories,
    is_absent,
    listed_urls,
    parse_availability,
    parse_category,
    parse_count,
    parse_rating,
    parse_url,
    plain_lines,
    plain_text,
)

Named = list[tuple[str, object]]  # (column, value)


def required(parts: Mapping[str, object], field: str) -> str:
    value = parts.get(field)
    if isinstance(value, Mapping | list | tuple):
        raise BadValue(field, value, "not a text")
    text = "" if value is None else plain_text(value)
    if not text:
        raise BadValue(field, value, "missing")
    return text


def stock_of(parts: Mapping[str, object], further: Named, aside: Aside) -> tuple[bool | None, int | None]:
    """(in stock, how many). What is not understood, or says more, goes to `further`."""
    in_stock: bool | None = None
    stock: int | None = None
    if "availability" in parts:
        in_stock, words = parse_availability(parts["availability"])
        if words:
            further.append(("availability", words))
        if in_stock is None:
            aside.lose("not understood", "availability", parts["availability"])
    if "stock" in parts:
        stock = parse_count(parts["stock"])
        if stock is None:
            further.append(("stock", parts["stock"]))
            aside.lose("not understood", "stock", parts["stock"])
    if in_stock is None and stock is not None:
        in_stock = stock > 0
    return in_stock, stock


def rating_of(parts: Mapping[str, object], further: Named, aside: Aside) -> tuple[float | None, int | None]:
    """(stars 0..5, number of reviews). What is not understood goes to `further`; no stars from nobody is no rating."""
    rating: float | None = None
    count: int | None = None
    if "review_count" in parts:
        count = parse_count(parts["review_count"])
        if count is None:
            further.append(("reviews", parts["review_count"]))
            aside.lose("not understood", "review_count", parts["review_count"])
    if "rating" in parts:
        rating = parse_rating(parts["rating"], parts.get("rating_scale"))
        if rating is None:
            further.append(("rating", parts["rating"]))
            aside.lose("not understood", "rating", parts["rating"])
    return (rating if rating or count else None), count


def category_of(value: object, aside: Aside) -> tuple[str, ...]:
    if value is None:
        return ()
    path = parse_category(value)
    if count := further_categories(value):
        aside.lose("categories", "category", value, count)
    if not path:
        aside.lose("not understood", "category", value)
    return path


def brand_of(value: object, aside: Aside) -> str | None:
    if isinstance(value, list | tuple) and value:
        if len(value) > 1:
            aside.lose("names", "brand", value, len(value) - 1)
        value = value[0]
    if isinstance(value, Mapping):
        value = value.get("name")
    if is_absent(value):
        return None
    if isinstance(value, list | tuple | Mapping):
        aside.lose("not understood", "brand", value)
        return None
    return plain_text(value) or None


def picture_of(parts: Mapping[str, object], aside: Aside) -> str | None:
    """The first picture; further ones, and addresses that no page can show, are lost."""
    usable: dict[str, None] = {}
    for column in ("image_url", "more_images"):
        for each in listed_urls(parts.get(column)):
            if url := parse_url(each):
                usable[url] = None
            else:
                aside.lose("not understood", column, each)
    first, *others = usable or [None]
    if others:
        aside.lose("pictures", "image_url", others[0], len(others))
    return first


def page_of(parts: Mapping[str, object], aside: Aside) -> str | None:
    url = parse_url(parts.get("url", ""))
    if url is None and "url" in parts:
        aside.lose("not understood", "url", parts["url"])
    return url


def description_of(value: object) -> str:
    if isinstance(value, Mapping):
        value = next((value[kind] for kind in ("plain", "html", "markdown") if value.get(kind)), "")
    if isinstance(value, list | tuple):
        value = "\n".join(str(part) for part in value)
    return plain_lines(value)
