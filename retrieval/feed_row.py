"""A row of a feed as a Product."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from .feed_columns import Role, attribute_name, role_of
from .feed_money import parse_currency, parse_money
from .feed_values import (
    BadValue,
    as_date,
    facts,
    is_absent,
    named_values,
    parse_availability,
    parse_category,
    parse_count,
    parse_rating,
    parse_url,
    plain_lines,
    plain_text,
)
from .product import Product

Named = list[tuple[str, object]]  # (column, value)

TELLS_VARIANTS_APART = ("color", "size", "pattern", "material")  # for feeds that group variants and name no options


class RowReader:
    """Turns rows into products, and remembers which columns became attributes and which could not.

    currency: of prices that name none. today: the day by which dated sales are judged; a feed is a picture of one day.
    """

    def __init__(self, currency: str = "USD", *, today: date | None = None) -> None:
        self._currency, self._today = currency, today or date.today()
        self._roles: dict[str, Role] = {}
        self.attribute_columns: set[str] = set()
        self.ignored_columns: set[str] = set()

    def product(self, cells: Mapping[str, object]) -> Product:
        """The product of a row. BadValue when it has no id or title, or a price that cannot be read."""
        parts, objects, further = self._sort(cells)
        product_id, title = _required(parts, "id"), _required(parts, "title")
        price, list_price, currency = self._prices(parts)
        in_stock, stock = _stock(parts, further)
        rating, review_count = _rating(parts, further)
        attributes = self._attributes(objects, further)
        group_id = plain_text(parts["group_id"]) if "group_id" in parts else None
        options = self._options(parts.get("options"), group_id, attributes)
        return Product(
            id=product_id,
            title=title,
            description=_description(parts.get("description", "")),
            brand=_brand(parts.get("brand")),
            category=parse_category(parts["category"]) if "category" in parts else (),
            price=price,
            list_price=list_price,
            currency=currency,
            in_stock=in_stock,
            stock=stock,
            rating=rating,
            review_count=review_count,
            attributes=attributes,
            options=options,
            group_id=group_id,
            image_url=parse_url(parts["image_url"]) if "image_url" in parts else None,
            url=parse_url(parts["url"]) if "url" in parts else None,
        )

    def _sort(self, cells: Mapping[str, object]) -> tuple[dict[str, object], Named, Named]:
        """(part of the product -> value, columns that hold attributes by name, further columns); what is absent is left out.

        Of two columns for one part the likelier name wins, and the other is a further column.
        """
        parts: dict[str, object] = {}
        chosen: dict[str, Role] = {}
        objects: Named = []
        further: Named = []
        for column, value in cells.items():
            if is_absent(value):
                continue
            role = self._roles.get(column) or self._learn(column)
            if role.part is None:
                further.append((column, value))
            elif role.part == "attributes":
                objects.append((column, value))
            elif role.part not in chosen or role.rank < chosen[role.part].rank:
                if role.part in chosen:
                    further.append((chosen[role.part].column, parts[role.part]))
                chosen[role.part], parts[role.part] = role, value
            else:
                further.append((column, value))
        return parts, objects, further

    def _learn(self, column: str) -> Role:
        return self._roles.setdefault(column, role_of(column))

    def _prices(self, parts: Mapping[str, object]) -> tuple[Decimal | None, Decimal | None, str]:
        """(price now, price before a discount, currency). With a sale price, `price` is the one before, as merchant feeds have it."""
        stated = parse_currency(parts["currency"], "currency", self._currency) if "currency" in parts else None
        amounts: dict[str, Decimal] = {}
        currency = stated
        for field in ("price", "sale_price", "list_price"):
            if field in parts:
                amounts[field], named = parse_money(parts[field], field, currency or self._currency)
                if currency and named and named != currency:
                    raise BadValue(field, parts[field], f"in {named}, and the row speaks of {currency}")
                currency = currency or named
        price, before = amounts.get("price"), amounts.get("list_price")
        sale = amounts.get("sale_price")
        if sale and self._sale_runs(parts.get("sale_dates")):  # a sale price of 0 is how shop systems export "no sale"
            price, before = sale, max(filter(None, (price, before)), default=None)
        if before is not None and before <= (price or 0):
            before = None
        return price, before, currency or self._currency

    def _sale_runs(self, dates: object) -> bool:
        """Whether today lies in "first day/last day"; without dates a sale runs, with unreadable ones it does not."""
        if dates is None:
            return True
        first, _, last = plain_text(dates).partition("/")
        begin, end = as_date(first), as_date(last)
        return begin is not None and end is not None and begin <= self._today <= end

    def _attributes(self, objects: Named, further: Named) -> dict[str, tuple[str, ...]]:
        """Attributes of columns that hold many by name, then of further columns."""
        attributes: dict[str, tuple[str, ...]] = {}
        for column, value in objects:
            pairs = named_values(value)
            for name, each in pairs or ():
                if not _add(attributes, attribute_name(name), each):
                    self.ignored_columns.add(f"{column}.{name}")
            if pairs is None:
                self.ignored_columns.add(column)
        for column, value in further:
            role = self._roles.get(column) or self._learn(column)
            added = _add(attributes, role.attribute, value)
            (self.attribute_columns if added else self.ignored_columns).add(column)
        return attributes

    def _options(self, value: object, group_id: str | None, attributes: dict[str, tuple[str, ...]]) -> dict[str, str]:
        """What tells the variant from its siblings. Options are facts of the product too, so they are put into `attributes`."""
        if value is None:
            single = {name: attributes[name][0] for name in TELLS_VARIANTS_APART if len(attributes.get(name, ())) == 1}
            return single if group_id else {}
        pairs = named_values(value)
        if pairs is None:
            self.ignored_columns.add("options")
            return {}
        options = {attribute_name(name): texts[0] for name, each in pairs if (texts := facts(each))}
        for name, text in options.items():
            attributes.setdefault(name, (text,))
        return options


def _add(attributes: dict[str, tuple[str, ...]], name: str, value: object) -> bool:
    """Put the value under the name, beside what is there; False when it cannot be an attribute."""
    texts = facts(value)
    if texts is None or not name:
        return False
    if texts:
        known = attributes.get(name)
        attributes[name] = tuple(dict.fromkeys((*known, *texts))) if known else texts
    return True


def _required(parts: Mapping[str, object], field: str) -> str:
    value = parts.get(field)
    if isinstance(value, Mapping | list | tuple):
        raise BadValue(field, value, "not a text")
    text = "" if value is None else plain_text(value)
    if not text:
        raise BadValue(field, value, "missing")
    return text


def _stock(parts: Mapping[str, object], further: Named) -> tuple[bool | None, int | None]:
    """(in stock, how many). What is not understood, or says more, goes to `further`."""
    in_stock: bool | None = None
    stock: int | None = None
    if "availability" in parts:
        in_stock, words = parse_availability(parts["availability"])
        if words:
            further.append(("availability", words))
    if "stock" in parts:
        stock = parse_count(parts["stock"])
        if stock is None:
            further.append(("stock", parts["stock"]))
    if in_stock is None and stock is not None:
        in_stock = stock > 0
    return in_stock, stock


def _rating(parts: Mapping[str, object], further: Named) -> tuple[float | None, int | None]:
    """(stars 0..5, number of reviews). What is not understood goes to `further`; no stars from nobody is no rating."""
    rating: float | None = None
    count: int | None = None
    if "review_count" in parts:
        count = parse_count(parts["review_count"])
        if count is None:
            further.append(("reviews", parts["review_count"]))
    if "rating" in parts:
        rating = parse_rating(parts["rating"], parts.get("rating_scale"))
        if rating is None:
            further.append(("rating", parts["rating"]))
    return (rating if rating or count else None), count


def _brand(value: object) -> str | None:
    if isinstance(value, Mapping):
        value = value.get("name")
    return None if is_absent(value) or isinstance(value, list | tuple | Mapping) else plain_text(value)


def _description(value: object) -> str:
    if isinstance(value, Mapping):
        value = next((value[kind] for kind in ("plain", "html", "markdown") if value.get(kind)), "")
    if isinstance(value, list | tuple):
        value = "\n".join(str(part) for part in value)
    return plain_lines(value)
