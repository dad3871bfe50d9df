"""A Shopify product export: what the product's rows share stands on the first only, variants and further pictures follow."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from .feed_rows import Problem, Row
from .feed_values import is_absent, plain_text

# Of the row, never filled forward.
OWN = re.compile(r"variant .*|option[123] value|image .*|cost per item|unit price .*")
# For the shop's eyes, or of no meaning to a shopper. "Cost per item" is what the shop paid.
IGNORED = re.compile(
    r"cost per item|seo .*|gift card|published|status|image (?:position|alt text)|variant (?:inventory (?:tracker|policy)"
    r"|fulfillment service|requires shipping|taxable|tax code|weight unit|image|grams)|google shopping / .*label.*"
    r"|included / .*|option[123] .*"
)
RENAMED = {
    "type": "product_type",
    "product category": "category",
    "body (html)": "description",
    "variant barcode": "gtin",
    "variant price": "price",
    "variant compare at price": "list_price",
    "variant inventory qty": "stock",
    "variant sku": "sku",
    "image src": "image_url",
    "handle": "group_id",
}


def recognises(cells: Mapping[str, object]) -> bool:
    """Whether there is a handle beside the columns of a variant."""
    names = _names(cells)
    return "handle" in names and bool(names & {"variant price", "option1 value", "variant sku"})


def rows(rows: Iterator[Row]) -> Iterator[Row]:
    """One row a variant. Rows of pictures only, and products that are not for sale, carry a problem that says so."""
    first: dict[str, object] = {}
    for row in rows:
        if row.cells is None:
            yield row
            continue
        own = {name.lower(): value for name, value in row.cells.items() if not is_absent(value)}
        if own.get("handle") != first.get("handle") or not first:
            first = own
        filled = {name: value for name, value in first.items() if not OWN.fullmatch(name)} | own
        problem = _problem(own, filled)
        if problem is not None:
            yield replace(row, cells=None, problem=problem)
        else:
            filled.setdefault("image src", first.get("image src"))
            ignored = tuple(name for name in row.cells if IGNORED.fullmatch(name.lower()) and name.lower() in own)
            tracked = "variant inventory tracker" in _names(row.cells)
            yield replace(row, cells=_variant(filled, tracked=tracked), ignored=ignored)


def _names(cells: Mapping[str, object]) -> set[str]:
    """The columns in lower case."""
    return {name.lower() for name in cells}


def _problem(own: Mapping[str, object], filled: Mapping[str, object]) -> Problem | None:
    handle = filled.get("handle")
    if handle is None:
        return Problem("Handle", None, "missing: it says which product a row belongs to")
    status = str(filled.get("status", "active")).strip().lower()
    if status != "active":
        return Problem("Status", status, f"{status}: not for sale")
    if str(filled.get("published", "true")).strip().lower() == "false":
        return Problem("Published", "false", "not published: not for sale")
    if not any(name.startswith("variant ") or name == "option1 value" or name == "title" for name in own):
        return Problem("row", handle, f"a further picture of {handle}; one picture a variant is kept")
    return None


def _variant(filled: Mapping[str, object], *, tracked: bool) -> dict[str, object]:
    """tracked: the export tells which stocks are counted; the 0 of one that is not says nothing."""
    cells = {RENAMED.get(name, name): value for name, value in filled.items() if not IGNORED.fullmatch(name)}
    options = {
        plain_text(filled[f"option{n} name"]): filled[f"option{n} value"]
        for n in "123"
        if f"option{n} name" in filled and f"option{n} value" in filled
    }
    if list(options.values()) == ["Default Title"]:
        options = {}
    if options:
        cells["options"] = options
    else:
        del cells["group_id"]
    cells.setdefault("sku", "-".join([str(filled["handle"]), *map(str, options.values())]))
    cells["image_url"] = filled.get("variant image") or filled.get("image src")
    if tracked and "variant inventory tracker" not in filled:
        cells.pop("stock", None)
    return cells
