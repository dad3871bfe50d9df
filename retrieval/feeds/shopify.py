"""A Shopify product export: what the product's rows share stands on the first only, variants and further pictures follow."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from .losses import Lost
from .rows import Problem, Row
from .values import is_absent, plain_text

# Of the row, never filled forward.
OWN = re.compile(r"variant .*|option[123] value|image .*|cost per item|unit price (?:total|base) measure.*")
# What the shop pays, where it sells and how it advertises: a shopper is never told.
PRIVATE = re.compile(r"cost per item|seo .*|google shopping / .*label.*|included / .*|published|variant tax code")
# Of no meaning to a shopper.
IGNORED = re.compile(r"gift card|image (?:position|alt text)|variant (?:fulfillment service|requires shipping|taxable)")
# Read for what they say about others.
READ = re.compile(r"status|option[123] .*|variant (?:inventory (?:tracker|policy)|weight unit|image|grams)")
METAFIELD = re.compile(r"(.+) \(product\.metafields\..+\)")
UNITS = {"kg": 1000, "lb": 453.59237, "oz": 28.349523125}  # grams; of any other the grams are shown
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
            filled["image src"] = first.get("image src", own.get("image src"))
            tracked = "variant inventory tracker" in _names(row.cells)
            cells = _variant(filled, tracked=tracked) | {"stand_ins": _stand_ins(row.cells, filled)}
            yield replace(row, cells=cells, lost=(*row.lost, *_lost(row.cells, filled)))


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
        return Problem("row", handle, "a further picture; one picture a variant is kept")
    return None


def _variant(filled: Mapping[str, object], *, tracked: bool) -> dict[str, object]:
    """tracked: the export tells which stocks are counted; the 0 of one that is not says nothing."""
    cells = {_name(name): value for name, value in filled.items() if not _is_left_out(name)}
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
    if weight := _weight(filled):
        cells["weight"] = weight
    cells["tags"] = [tag.strip() for tag in str(filled.get("tags", "")).split(",")]
    cells["gtin"] = str(filled.get("variant barcode", "")).lstrip("'")  # which keeps spreadsheets from rounding it
    if tracked and "variant inventory tracker" not in filled:
        cells.pop("stock", None)
    elif filled.get("variant inventory policy") == "continue" and str(cells.get("stock")) in ("0", "0.0"):
        cells["availability"] = "backorder"  # none is there, and it can be bought
    return cells


def _stand_ins(cells: Mapping[str, object], filled: Mapping[str, object]) -> dict[str, object]:
    """The row's own words for nothing ("N/A"), by our columns; an option's by the option's name."""
    standing = {name.lower(): value for name, value in cells.items() if is_absent(value) and str(value or "").strip()}
    named = {
        str(filled[f"option{n} name"]): standing[f"option{n} value"]
        for n in "123"
        if f"option{n} name" in filled and f"option{n} value" in standing
    }
    return {_name(name): value for name, value in standing.items() if not _is_left_out(name)} | named


def _lost(cells: Mapping[str, object], filled: Mapping[str, object]) -> Iterator[Lost]:
    """What of the row's own cells goes into no variant."""
    shown = filled.get("variant image") or filled.get("image src")
    for name, value in cells.items():
        if is_absent(value):
            continue
        if PRIVATE.fullmatch(name.lower()):
            yield Lost("private", name, "kept from the shopper")
        elif IGNORED.fullmatch(name.lower()):
            yield Lost("ignored", name, value)
        elif name.lower() == "image src" and value != shown:
            yield Lost("pictures", name, value)


def _is_left_out(name: str) -> bool:
    return any(pattern.fullmatch(name) for pattern in (PRIVATE, IGNORED, READ))


def _name(column: str) -> str:
    """The name in our columns: of "Fabric (product.metafields.custom.fabric)" the first part."""
    metafield = METAFIELD.fullmatch(column)
    return metafield[1].removeprefix("google: custom product / ") if metafield else RENAMED.get(column, column)


def _weight(filled: Mapping[str, object]) -> str | None:
    """The weight in the unit that the shop chose; None for the 0 that stands where nobody weighed."""
    unit = str(filled.get("variant weight unit", "g"))
    try:
        grams = float(str(filled.get("variant grams", 0)))
    except ValueError:
        return None
    return f"{grams / UNITS.get(unit, 1):.4g} {unit if unit in UNITS else 'g'}" if grams > 0 else None
